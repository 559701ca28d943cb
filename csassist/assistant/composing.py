"""
From a question to a cited answer, a question back, or an honest refusal: the one path, with no effect of its own.

A question about the customer's own account is answered by a look-up, where one is configured, and never searched for.

`compose` is the whole of it. Chat, playground, golden questions, experiments and replay all call it; they differ in
their conditions (which knowledge, prompts and model) and in their outlet (who gets the sentences). Each step notes what
it saw. A model that is missing, down or over budget is no error: the passages are quoted instead.
"""

from dataclasses import dataclass, replace
from time import perf_counter

from csassist.assistant import phrases
from csassist.assistant.autonomy import choose
from csassist.assistant.checking import checks_of
from csassist.assistant.conditions import Conditions
from csassist.assistant.decision import Decision, Facts, Reason, decide, permission
from csassist.assistant.gate import support
from csassist.assistant.judging import judge_of
from csassist.assistant.lookups.answering import look_up
from csassist.assistant.person_wishes import asks_for_person
from csassist.assistant.release import Outlet, Release
from csassist.assistant.repeating import Repetition
from csassist.assistant.repeats_heard import repeated
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
ASKS_ACCOUNT = "account"  # what a look-up was recognised in


@dataclass(frozen=True)
class Composed:
    """
    What became of a question. `is_complete` is False when the model broke off after its first sentences; `words` are
    said when a look-up released nothing.
    """

    decision: Decision
    release: Release
    is_complete: bool = True
    words: str = ""


def compose(turn: Turn, conditions: Conditions, outlet: Outlet, notes: TraceNotes) -> Composed:
    """read -> look up, or: search -> decide -> write -> verify each sentence -> release it."""
    notes.asks = read_request(turn.text, is_wish=asks_for_person)
    notes.topic = conditions.heard.topic
    notes.repetition = _repetition(turn, conditions, notes)
    if (account := _look_up(turn, conditions, outlet, notes)) is not None:
        return account
    found = _search(turn, conditions, outlet, notes) if _is_searched(conditions, notes) else None
    decision = decide(_facts(turn, conditions, notes, found))
    if decision.action == "draft":
        outlet = outlet.held()
    release = Release(outlet, found.passages if found else ())
    is_complete = True
    if decision.action in {"send", "draft"} and found is not None:
        outlet.stage("writing")
        started = perf_counter()
        written, is_complete = _write(turn, conditions, found, release, notes)
        decision = replace(written, action=decision.action) if written.action == "send" else written
        notes.stage_milliseconds["write"] = round((perf_counter() - started) * 1000, 3)
    notes.outcome, notes.reason = decision.action, decision.reason
    return Composed(decision, release, is_complete)


def reply_text(composed: Composed, turn: Turn, notes: TraceNotes) -> str:
    """What the customer reads in the end."""
    decision = composed.decision
    if composed.words:
        return composed.words
    if decision.action in {"send", "draft"}:
        return composed.release.text
    if decision.reason in {Reason.GREETING, Reason.THANKS}:
        return phrases.small_talk(decision.reason, turn.language)
    if decision.action == "clarify" and notes.found:
        titles = list(dict.fromkeys(ranked.passage.title for ranked in notes.found.passages))
        return phrases.ask_back(titles[:MOST_TITLES], turn.language)
    return phrases.refusal(decision.reason, turn.language)


def _repetition(turn: Turn, conditions: Conditions, notes: TraceNotes) -> Repetition:
    """What the customer asks or complains of again; nothing where a person answers, or another reason comes first."""
    if notes.asks != "question" or conditions.is_suggestion or conditions.heard.needs_person is not None:
        return Repetition.NONE
    return repeated(turn)


def _needs_person(conditions: Conditions, notes: TraceNotes) -> Reason | None:
    """What hands over whatever the articles say."""
    return conditions.heard.needs_person or (Reason.REPEATED if notes.repetition != Repetition.NONE else None)


def _look_up(turn: Turn, conditions: Conditions, outlet: Outlet, notes: TraceNotes) -> Composed | None:
    """An answer about the customer's own account; None when the message asks for none, or people answer it."""
    if notes.asks != "question":
        return None
    may = permission(_facts(turn, conditions, notes, None))
    if may == "nothing":
        return None
    looked_up = look_up(turn, conditions, outlet.held() if may == "draft" else outlet, notes)
    if looked_up is None:
        return None
    decision = looked_up.decision
    if decision.action == "send" and may == "draft":
        decision = replace(decision, action="draft")
    notes.asks = ASKS_ACCOUNT
    notes.outcome, notes.reason = decision.action, decision.reason
    return Composed(decision, looked_up.release, words=looked_up.words)


def _is_searched(conditions: Conditions, notes: TraceNotes) -> bool:
    """Who is handed over in any case waits for no search: it may ask a model for the words to look for."""
    if conditions.is_suggestion:  # a person is here already
        return notes.asks in {"question", "person"}
    return notes.asks == "question" and _needs_person(conditions, notes) is None


def _search(turn: Turn, conditions: Conditions, outlet: Outlet, notes: TraceNotes) -> RetrievalResult | None:
    outlet.stage("searching")
    found, notes.generation, recipe = search(turn, conditions, notes)
    notes.found = found
    if found is not None:
        notes.support = support(found.evidence, recipe=recipe, is_dense_down="dense" in found.degraded)
    return found


def _facts(turn: Turn, conditions: Conditions, notes: TraceNotes, found: RetrievalResult | None) -> Facts:
    return Facts(
        asks=notes.asks,  # type: ignore[arg-type]  # read_request returns nothing else
        passages_count=len(found.passages) if found else 0,
        support=notes.support,
        is_search_down=found is None or found.is_down,
        question_terms_count=len(set(query_tokens(turn.text))),
        level=choose(conditions.autonomy, topic=notes.topic, channel=conditions.channel).level,
        is_suggestion=conditions.is_suggestion,
        needs_person=_needs_person(conditions, notes),
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
