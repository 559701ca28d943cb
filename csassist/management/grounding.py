"""
`manage.py evaluate grounding`: how well the check of sentences tells right from wrong.

`--pairs FILE` reads rows of a passage with a right and a wrong answer; `--harder` makes sentences from the demo
company's articles by rule. Both go through the same `verify` that stands before every customer.
"""

import json
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any, TextIO

from tqdm import tqdm

from csassist.assistant.grounding.harder_set import ArticlePassages, GroundingExample, harder_set
from csassist.assistant.verification import verify
from csassist.core.errors import InvalidInput
from csassist.core.json_lines import json_lines, text_of
from csassist.core.text import sentences
from csassist.demo.load import ARTICLES, read_article
from knowledge.chunking import chunk_markdown
from knowledge.tokenizing import index_tokens

FIELDS = ("knowledge", "right_answer", "hallucinated_answer")
DEFAULT_SEED = 1


@dataclass(frozen=True)
class Pair:
    """A passage with an answer that rests on it and one that does not."""

    knowledge: str
    right_answer: str
    wrong_answer: str


def add_arguments(parser: ArgumentParser) -> None:
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--pairs", type=Path, help="JSON lines with " + ", ".join(FIELDS))
    chosen.add_argument("--harder", action="store_true", help="paraphrases and subtle changes of the demo articles")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of the harder set; default: 1")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Measure, print the figures, and write the JSON report. Raises InvalidInput for a bad row."""
    if options["pairs"]:
        report = evaluate_pairs(read_pairs(options["pairs"]), quiet=options["quiet"])
    else:
        examples = [one for one in demo_examples(options["seed"]) if one.split == "held_out"]
        report = evaluate_examples(examples, quiet=options["quiet"])
    for name, value in report.items():
        if not isinstance(value, dict):
            stdout.write(f"{name:20} {value}\n")
            continue
        stdout.write(f"{name}\n")
        for kind, figures in value.items():
            stdout.write(f"  {kind:18} {'  '.join(f'{what} {figure}' for what, figure in figures.items())}\n")
    if options["json_path"]:
        options["json_path"].write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def evaluate_pairs(pairs: Sequence[Pair], *, quiet: bool = False) -> dict[str, Any]:
    """The share of right answers accepted, of wrong ones refused, and their mean."""
    right = wrong = 0
    for pair in tqdm(pairs, desc="pairs", disable=quiet):
        right += is_accepted(pair.right_answer, pair.knowledge)
        wrong += not is_accepted(pair.wrong_answer, pair.knowledge)
    return _balanced(right / len(pairs), wrong / len(pairs)) | {"pairs": len(pairs)}


def is_accepted(answer: str, knowledge: str) -> bool:
    """Whether every sentence of an answer would be released with the passage as its only source."""
    return all(verify(one, (1,), {1: knowledge}, index_tokens).fault is None for one in sentences(answer))


def evaluate_examples(examples: Sequence[GroundingExample], *, quiet: bool = False) -> dict[str, Any]:
    """Balanced accuracy over all examples, the share judged rightly by kind and language, and the time it took."""
    judged: dict[str, list[bool]] = defaultdict(list)
    both: dict[bool, list[bool]] = {True: [], False: []}
    milliseconds = []
    for example in tqdm(examples, desc="sentences", disable=quiet):
        started = perf_counter()
        verdict = verify(example.sentence, (1,), {1: example.source}, index_tokens)
        milliseconds.append((perf_counter() - started) * 1000)
        is_right = (verdict.fault is None) == example.is_faithful
        both[example.is_faithful].append(is_right)
        for kind in (example.kind, f"{example.kind} {example.language}"):
            judged[kind].append(is_right)
    faithful = {example.kind for example in examples if example.is_faithful}
    kinds = {
        group: {
            kind: {"right": round(_share(judged[kind]), 3), "of": len(judged[kind])}
            for kind in sorted(judged)
            if (kind.split()[0] in faithful) == (group == "faithful")
        }
        for group in ("faithful", "changed")
    }
    return {
        **_balanced(_share(both[True]), _share(both[False])),
        "faithful_count": len(both[True]),
        "changed_count": len(both[False]),
        "milliseconds_p95": round(quantiles(milliseconds, n=20)[-1], 2),
        **kinds,
    }


def demo_examples(seed: int) -> list[GroundingExample]:
    """The harder set of the demo company's articles."""
    return harder_set(_demo_articles(), seed=seed)


def _demo_articles() -> Iterator[ArticlePassages]:
    for path in sorted(ARTICLES.glob("*/*.md")):
        front, body = read_article(path)
        passages = tuple(
            "\n".join((front["title"], *chunk.heading_path, chunk.text))
            for chunk in chunk_markdown(body, title=front["title"])
        )
        yield ArticlePassages(path.stem, front["language"], passages)


def read_pairs(path: Path) -> list[Pair]:
    """The rows of a file. Raises InvalidInput naming the line of the first bad one."""
    pairs = [Pair(*(text_of(row, field, place) for field in FIELDS)) for row, place in json_lines(path)]
    if not pairs:
        raise InvalidInput(f"{path.name} holds no pair.")
    return pairs


def _balanced(right: float, wrong: float) -> dict[str, Any]:
    return {
        "right_accepted": round(right, 4),
        "wrong_refused": round(wrong, 4),
        "balanced_accuracy": round((right + wrong) / 2, 4),
    }


def _share(judged: Sequence[bool]) -> float:
    return sum(judged) / len(judged) if judged else 0.0
