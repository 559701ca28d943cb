"""
From a question to a cited answer, a question back, or an honest refusal: the one path, with no effect of its own.

`compose` is the whole of it. Chat, playground, golden questions, experiments and replay all call it; they differ in
their conditions (which knowledge, prompts and model) and in their outlet (who gets the sentences). Each step notes what
it saw. A model that is missing, down or over budget is no error: the passages are quoted instead.
"""

from dataclasses import dataclass
from time import perf_counter

from csassist.assistant import phrases
from csassist.assistant.checking import checks_of
from csassist.assistant.conditions import Conditions
from csassist.assistant.decision import Decision, Facts, Reason, decide
from csassist.assistant.gate import support
from csassist.assistant.judging import judge_of
from csassist.assistant.release import Outlet, Release
from csassist.assistant.requests import read_request
from csassist.assistant.searching import search
from csassist.assistant.sifting import Sieve
from csassist.assistant.traces import TraceNotes
from csassist.assistant.turns import Turn
from csassist.assistant.writing import NoAnswer, write
from csassist.llm.errors import ModelError
from knowledge.ports import RetrievalResult
from knowledge.tokenizing import query_tokens

MOST_TITLES = 3


@dataclass(frozen=True)
class Composed:
    """What became of a question. `is_complete` is False when the model broke off after its first sentences."""

    decision: Decision
    release: Release
    is_complete: bool = True


def compose(turn: Turn, conditions: Conditions, outlet: Outlet, notes: TraceNotes) -> Composed:
    """read -> search -> decide -> write -> verify each sentence -> release it."""
    notes.asks = read_request(turn.text)
    found = _search(turn, conditions, outlet, notes) if notes.asks == "question" else None
    decision = decide(_facts(turn, notes, found))
    release = Release(outlet, found.passages if found else ())
    is_complete = True
    if decision.action == "send" and found is not None:
        outlet.stage("writing")
        started = perf_counter()
        decision, is_complete = _write(turn, conditions, found, release, notes)
        notes.stage_milliseconds["write"] = round((perf_counter() - started) * 1000, 3)
    notes.outcome, notes.reason = decision.action, decision.reason
    return Composed(decision, release, is_complete)


def reply_text(composed: Composed, turn: Turn, notes: TraceNotes) -> str:
    """What the customer reads in the end."""
    decision = composed.decision
    if decision.action == "send":
        return composed.release.text
    if decision.reason in {Reason.GREETING, Reason.THANKS}:
        return phrases.small_talk(decision.reason, turn.language)
    if decision.action == "clarify" and notes.found:
        titles = list(dict.fromkeys(ranked.passage.title for ranked in notes.found.passages))
        return phrases.ask_back(titles[:MOST_TITLES], turn.language)
    return phrases.refusal(decision.reason, turn.language)


def _search(turn: Turn, conditions: Conditions, outlet: Outlet, notes: TraceNotes) -> RetrievalResult | None:
    outlet.stage("searching")
    found, notes.generation, recipe = search(turn, conditions, notes)
    notes.found = found
    if found is not None:
        notes.support = support(found.evidence, recipe=recipe, is_dense_down="dense" in found.degraded)
    return found


def _facts(turn: Turn, notes: TraceNotes, found: RetrievalResult | None) -> Facts:
    return Facts(
        asks=notes.asks,  # type: ignore[arg-type]  # read_request returns nothing else
        passages_count=len(found.passages) if found else 0,
        support=notes.support,
        is_search_down=found is None or found.is_down,
        question_terms_count=len(set(query_tokens(turn.text))),
    )


def _write(
    turn: Turn, conditions: Conditions, found: RetrievalResult, release: Release, notes: TraceNotes
) -> tuple[Decision, bool]:
    """By the model when there is one, else by quotation; also when the model fails before anything was released."""
    sieve = Sieve(checks_of(turn, found.passages, judge_of(conditions)), found, release, notes)
    if conditions.has_model:
        notes.written_by = "model"
        try:
            for sentence in write(turn, found.passages, conditions, notes):
                sieve.written(sentence)
        except NoAnswer:
            return Decision("hand_off", Reason.MODEL_FOUND_NO_ANSWER), True
        except ModelError as error:
            notes.model_problem = f"{error.code}:{error.reason}"[:64]
            if release.count:
                return Decision("send", Reason.SUPPORTED), False
        else:
            if release.count:
                return Decision("send", Reason.SUPPORTED), True
            if not notes.sentences:
                return Decision("hand_off", Reason.NOTHING_VERIFIED), True
    notes.written_by = "quotation"
    sieve.quotations()
    if not release.count:
        return Decision("hand_off", Reason.NOT_COVERED), True
    return Decision("send", Reason.QUOTED), True
