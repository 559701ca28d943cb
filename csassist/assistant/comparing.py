"""
Asking questions under two conditions and comparing the answers: the work of one comparison.

Each question is answered by `composing.compose`, as for a customer, with nobody listening. A worker holds a lease while
it asks; a comparison is given back after a few seconds so that other work gets its turn, and whoever takes it next goes
on with what is left.
"""

import time
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from csassist.assistant import golden
from csassist.assistant.composing import compose, reply_text
from csassist.assistant.conditions import Conditions, reader_of
from csassist.assistant.golden import Answered, Expectation, Source
from csassist.assistant.models import AnswerTrace, ComparedAnswer, Comparison, GoldenQuestion
from csassist.assistant.outlets import Rehearsal
from csassist.assistant.searching import search
from csassist.assistant.traces import TraceNotes
from csassist.assistant.turns import Line, Turn, past_turn
from csassist.core.errors import Unavailable
from csassist.core.text import detect_language
from knowledge import publication
from knowledge.generations import live_generation
from knowledge.models import Audience
from knowledge.ports import RetrievalResult
from knowledge.selectors import TriedPassages

LEASE = timedelta(seconds=120)  # longer than one question with every retry of its model
SECONDS_A_TURN = 5.0
MOST_ATTEMPTS = 3
BACK_OFF = timedelta(seconds=15)
# Until the indexes hold the drafts; a first vector of a large document takes its time.
STAGING_STEP = timedelta(seconds=1)
STAGING_PATIENCE = timedelta(hours=2)

Kind = Comparison.Kind
State = Comparison.State
Change = ComparedAnswer.Change


class LeaseLost(Exception):
    """Another worker has the comparison, or it was cancelled."""


@dataclass(frozen=True)
class Asked:
    """An answer with what it was found with, to see whether a change can touch it at all."""

    answered: Answered
    found: RetrievalResult | None


def work_on(comparison: Comparison) -> bool:
    """Ask what is left for a few seconds, under a lease; True when nothing is left."""
    token = _claim(comparison)
    if token is None:
        return False
    try:
        if comparison.kind == Kind.ARTICLE and not _is_staged(comparison):
            return _wait_for_indexes(comparison, token)
        give_up_at = time.monotonic() + SECONDS_A_TURN
        for case in comparison.answers.filter(change="").select_related("golden_question", "trace__run__conversation"):
            if not _ask(comparison, case):
                _give_back(comparison, token, BACK_OFF)
                return False
            _renew(comparison, token)
            if time.monotonic() > give_up_at:
                break
    except LeaseLost:
        return False
    _give_back(comparison, token)
    return not comparison.answers.filter(change="").exists()


def _ask(comparison: Comparison, case: ComparedAnswer) -> bool:
    """Answer one question under both conditions and store what came out. False to try again later."""
    try:
        before, after, is_untouched = _answers(comparison, case)
        problem = (before.problem if before else "") or after.problem
    except Unavailable as error:
        before, after, is_untouched, problem = None, None, False, error.code
    case.attempts_count += 1
    if problem and case.attempts_count < MOST_ATTEMPTS:
        case.save(update_fields=["attempts_count"])
        return False
    case.before = before.as_json() if before else None
    case.after = after.as_json() if after else None
    case.is_untouched, case.problem = is_untouched, problem[:120]
    case.change = Change.FAILED if problem or after is None else _change(case, before, after)
    case.save()
    return True


def _answers(comparison: Comparison, case: ComparedAnswer) -> tuple[Answered | None, Answered, bool]:
    changed = _changed_conditions(comparison)
    if case.trace is not None:
        asker = replace(changed, reader=reader_of(case.trace.run.conversation))
        return _past_answer(case.trace), _answered(past_turn(case.trace), asker, None).answered, False
    question = case.golden_question
    if question is None:
        raise Unavailable("The golden question was deleted.")
    turn, expected = turn_of(question), expectation_of(question)
    now = Conditions(reader=Audience(question.reader), is_trial=True)
    changed = replace(changed, reader=now.reader)
    before = _answered(turn, now, expected)
    if comparison.kind == Kind.CHECK:
        return None, before.answered, False
    if _is_untouched(comparison, turn, before, changed):
        return before.answered, before.answered, True
    after = _answered(turn, changed, expected).answered
    if after.written_by == "model" and golden.compare(before.answered, after) == "regressed":
        # A model does not write the same twice: what was bad luck does not hold a change up.
        again = _answered(turn, changed, expected).answered
        after = after if again.misses else again
    return before.answered, after, False


def _is_untouched(comparison: Comparison, turn: Turn, before: Asked, changed: Conditions) -> bool:
    """Whether the change cannot make this answer another one: other articles found nothing new, or nobody wrote."""
    if comparison.kind == Kind.ARTICLE:
        found, _generation, _recipe = search(turn, changed, TraceNotes(question=turn.text, language=turn.language))
        return found is not None and before.found is not None and _passages(found) == _passages(before.found)
    return before.answered.written_by != "model" and before.answered.action != "send" and not turn.history


def _passages(found: RetrievalResult) -> list[tuple[str, str]]:
    return [(one.passage.id, one.passage.text) for one in found.passages]


def _answered(turn: Turn, conditions: Conditions, expected: Expectation | None) -> Asked:
    notes = TraceNotes(question=turn.text, language=turn.language)
    composed = compose(turn, conditions, Rehearsal(), notes)
    cited = composed.release.cited.values()
    sources = {one.document_id: Source(str(one.document_id), one.title, one.version_number) for one in cited}
    answered = Answered(
        action=composed.decision.action,
        reason=str(composed.decision.reason),
        text=reply_text(composed, turn, notes),
        sources=tuple(sources.values()),
        written_by=notes.written_by,
        support=round(notes.support, 3),
        problem=_problem(notes),
    )
    misses = golden.misses(expected, answered) if expected else ()
    return Asked(replace(answered, misses=misses), notes.found)


def _problem(notes: TraceNotes) -> str:
    """What kept the answer from being what these conditions give: a comparison with it would mislead."""
    if notes.model_problem:
        return notes.model_problem
    if notes.asks == "question" and notes.found is None:
        return "search_unavailable"
    return f"search_degraded:{','.join(notes.found.degraded)}" if notes.found and notes.found.degraded else ""


def _past_answer(trace: AnswerTrace) -> Answered:
    message = trace.message
    citations = list(message.citations.all()) if message else []
    sources = {one.document_id: Source(str(one.document_id), one.title, one.version_number) for one in citations}
    return Answered(
        action=trace.outcome,
        reason=trace.reason,
        text=message.text if message else "",
        sources=tuple(sources.values()),
        written_by=trace.written_by,
        support=round(trace.support, 3),
    )


def _change(case: ComparedAnswer, before: Answered | None, after: Answered) -> str:
    if before is None:
        return Change.WRONG if after.misses else Change.RIGHT
    return golden.compare_replayed(before, after) if case.trace_id else golden.compare(before, after)


def _changed_conditions(comparison: Comparison) -> Conditions:
    """What the comparison tries."""
    if comparison.kind == Kind.PROMPT and comparison.prompt_version is not None:
        version = comparison.prompt_version
        return Conditions(prompts={version.prompt.name: version}, is_trial=True)
    if comparison.kind == Kind.MODEL and comparison.model_choice is not None:
        return Conditions(model=comparison.model_choice.name, is_trial=True)
    if comparison.kind == Kind.ARTICLE:
        generation = live_generation()
        if generation is None:
            raise Unavailable("Nothing was indexed yet.")
        versions = list(comparison.versions.values_list("pk", flat=True))
        return Conditions(passages=TriedPassages(generation, versions), is_trial=True)
    return Conditions(is_trial=True)


def turn_of(question: GoldenQuestion) -> Turn:
    """The golden question as a customer's turn."""
    history = tuple(Line(one["speaker"], one["text"]) for one in question.earlier)
    return Turn(question.question, detect_language(question.question), history, 0)


def expectation_of(question: GoldenQuestion) -> Expectation:
    return Expectation(
        is_answer=question.expects == GoldenQuestion.Expects.ANSWER,
        must_contain=tuple(question.must_contain),
        must_not_contain=tuple(question.must_not_contain),
        documents=frozenset(str(one.public_id) for one in question.documents.all()),
    )


def _is_staged(comparison: Comparison) -> bool:
    return publication.is_staged(list(comparison.versions.values_list("document_id", flat=True)))


def _wait_for_indexes(comparison: Comparison, token: uuid.UUID) -> bool:
    """Come back in a second; after a long wait say of every question that it could not be asked."""
    if timezone.now() - comparison.created_at < STAGING_PATIENCE:
        _give_back(comparison, token, STAGING_STEP)
        return False
    comparison.answers.filter(change="").update(change=Change.FAILED, problem="not_indexed")
    _give_back(comparison, token)
    return True


def _claim(comparison: Comparison) -> uuid.UUID | None:
    now, token = timezone.now(), uuid.uuid4()
    is_free = Q(lease_until=None) | Q(lease_until__lt=now)
    mine = Comparison.objects.open().filter(is_free, pk=comparison.pk)
    taken = mine.update(lease_until=now + LEASE, lease_token=token, state=State.RUNNING)
    return token if taken else None


def _renew(comparison: Comparison, token: uuid.UUID) -> None:
    mine = Comparison.objects.open().filter(pk=comparison.pk, lease_token=token)
    if not mine.update(lease_until=timezone.now() + LEASE):
        raise LeaseLost


def _give_back(comparison: Comparison, token: uuid.UUID, wait: timedelta | None = None) -> None:
    Comparison.objects.filter(pk=comparison.pk, lease_token=token).update(
        lease_until=None, lease_token=None, not_before=timezone.now() + wait if wait else None
    )
