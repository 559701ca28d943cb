"""
The background work for gaps: what was not answered is taken in, what is in answers now is tried again, drafts that wait
for a model are written.

Nothing of it happens while a customer waits: the traces and ratings say what is due, so work that is killed is found
again.
"""

from datetime import timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from csassist.assistant.composing import ASKS_ACCOUNT, compose
from csassist.assistant.conditions import Conditions
from csassist.assistant.decision import UNANSWERED, Reason
from csassist.assistant.gap_drafting import write_with_model
from csassist.assistant.models import AnswerTrace, Draft
from csassist.assistant.outlets import Rehearsal
from csassist.assistant.traces import TraceNotes
from csassist.assistant.turns import Turn
from csassist.conversations.models import Feedback, PersonRequest
from csassist.core.errors import AppError
from csassist.core.json_types import JSONObject
from csassist.core.logs import emit
from csassist.core.text import detect_language
from csassist.llm import embeddings
from knowledge import gaps
from knowledge.curation.neighbours import open_indexes
from knowledge.gap_clusters import Rarity
from knowledge.gaps import UnansweredQuestion
from knowledge.generations import live_generation
from knowledge.models import Audience, Collection, Gap, GapQuestion

TAKEN_AT_ONCE: Final = 50
TRIED_AT_ONCE: Final = 5
QUESTIONS_TRIED: Final = 5
PLACED_ANEW_AT_ONCE: Final = 20
LOOKED_BACK: Final = timedelta(days=90)
FAULTS_OF_SOURCES: Final = (Draft.Rejection.WRONG, Draft.Rejection.OUTDATED, Draft.Rejection.INCOMPLETE)
REWRITTEN_FROM: Final = 0.5  # share of a draft that was changed before it went out
Cause = GapQuestion.Cause


def sweep() -> int:
    """Everything about gaps that is due; returns how many questions, gaps and drafts were worked on."""
    done = gaps.close_published() + _forget_revoked()
    try:
        done += gaps.place_anew(embeddings().recipe, most_count=PLACED_ANEW_AT_ONCE)
        done += _take_in_due()
        done += _try_again_due()
    except AppError as error:
        emit("index.unavailable", leg="gaps", error=error.code)
    return done + _write_drafts()


def unanswered_traces() -> "QuerySet[AnswerTrace]":
    """Traces whose question found no answer and that are in no gap yet, the oldest first."""
    taken = GapQuestion.objects.filter(trace_id=OuterRef("public_id")).exclude(cause=Cause.RATED_DOWN)
    wanted_person = PersonRequest.objects.filter(
        conversation=OuterRef("run__conversation"), created_at__gte=OuterRef("created_at")
    )
    asked_for_person = AnswerTrace.objects.filter(
        run__conversation=OuterRef("run__conversation"), pk__gt=OuterRef("pk"), reason=Reason.ASKED_FOR_PERSON
    )
    too_vague = Q(reason=Reason.TOO_VAGUE) & (Q(Exists(wanted_person)) | Q(Exists(asked_for_person)))
    return (
        AnswerTrace.objects.filter(Q(reason__in=UNANSWERED) | too_vague, ~Exists(taken))
        .filter(created_at__gte=timezone.now() - LOOKED_BACK)
        .order_by("pk")
    )


def down_ratings() -> "QuerySet[Feedback]":
    """Bad ratings of answers whose question is in no gap yet. What is asked of an account is for no article."""
    taken = GapQuestion.objects.filter(trace_id=OuterRef("message__trace__public_id"), cause=Cause.RATED_DOWN)
    return (
        Feedback.objects.filter(~Exists(taken), rating=Feedback.Rating.DOWN, message__trace__isnull=False)
        .exclude(message__trace__asks=ASKS_ACCOUNT)
        .filter(updated_at__gte=timezone.now() - LOOKED_BACK)
        .select_related("message__trace")
        .order_by("pk")
    )


def refused_drafts() -> "QuerySet[Draft]":
    """Drafts whose sources did not do: rejected for what they say, or rewritten, and in no gap yet."""
    taken = GapQuestion.objects.filter(trace_id=OuterRef("run__trace__public_id")).exclude(cause=Cause.RATED_DOWN)
    faulty = Q(state=Draft.State.REJECTED, rejection__in=FAULTS_OF_SOURCES)
    rewritten = Q(state=Draft.State.APPROVED, edit_ratio__gt=REWRITTEN_FROM)
    return (
        Draft.objects.filter(faulty | rewritten, ~Exists(taken), run__trace__isnull=False)
        .filter(decided_at__gte=timezone.now() - LOOKED_BACK)
        .select_related("run__trace")
        .order_by("pk")
    )


def _take_in_due() -> int:
    traces = list(unanswered_traces()[:TAKEN_AT_ONCE])
    ratings = list(down_ratings()[:TAKEN_AT_ONCE])
    questions = [_unanswered(trace, str(trace.reason)) for trace in traces]
    for rating in ratings:
        trace: AnswerTrace = rating.message.trace
        questions.append(_unanswered(trace, Cause.RATED_DOWN, rating.reason))
    for draft in refused_drafts()[:TAKEN_AT_ONCE]:
        questions.append(_unanswered(draft.run.trace, Cause.DRAFT_REFUSED, draft.rejection or "rewritten"))
    return gaps.take_in(questions, _rarity()) if questions else 0


def _unanswered(trace: AnswerTrace, cause: str, detail: str = "") -> UnansweredQuestion:
    """The question as it was searched: a follow-up with what it points back to."""
    return UnansweredQuestion(
        text=" / ".join((trace.searched_text or trace.question).split("\n")),
        language=trace.language,
        cause=cause,
        trace_id=trace.public_id,
        asked_at=trace.created_at,
        detail=detail,
    )


def _forget_revoked() -> int:
    """A rating that was changed to "helpful" is no complaint any more."""
    rated = GapQuestion.objects.filter(cause=Cause.RATED_DOWN, trace_id=OuterRef("message__trace__public_id"))
    revoked = Feedback.objects.filter(Exists(rated), rating=Feedback.Rating.UP)
    ids = list(revoked.values_list("message__trace__public_id", flat=True)[:TAKEN_AT_ONCE])
    return gaps.forget_questions(ids, cause=Cause.RATED_DOWN) if ids else 0


def _try_again_due() -> int:
    """Ask the newest questions of gaps again, without anybody noticing: would they be answered now, and from what?"""
    due = list(Gap.objects.retry_due(timezone.now()).order_by("tried_at", "pk")[:TRIED_AT_ONCE])
    for gap in due:
        began = timezone.now()
        texts = list(dict.fromkeys(gap.questions.values_list("text", flat=True)[: 4 * QUESTIONS_TRIED]))
        answered = sum(_is_answered(text) for text in texts[:QUESTIONS_TRIED])
        tried = min(len(texts), QUESTIONS_TRIED)
        gaps.note_trial(gap=gap, nearest=_nearest(gap), tried=tried, answered=answered, at=began)
    return len(due)


def _is_answered(text: str) -> bool:
    return bool(text.strip()) and _rehearsed(text, Audience.PUBLIC).outcome == "send"


def _rehearsed(text: str, reader: Audience) -> TraceNotes:
    """What would become of the question, without asking a model: the same path as for customers, and no effect."""
    turn = Turn(text, detect_language(text), (), read_through_id=0)
    notes = TraceNotes(question=turn.text, language=turn.language)
    compose(turn, Conditions(reader=reader, may_ask_model=False), Rehearsal(), notes)
    return notes


def _nearest(gap: Gap) -> list[JSONObject]:
    """The articles nearest to the gap's question, whoever may read them: perhaps one exists and is not found."""
    found = _rehearsed(gap.label, Audience.AGENTS).found
    audiences = dict(Collection.objects.values_list("pk", "audience"))
    nearest: dict[str, JSONObject] = {}
    for ranked in found.passages if found else ():
        passage = ranked.passage
        nearest.setdefault(
            passage.document_id,
            {
                "document": passage.document_id,
                "title": passage.title,
                "number": passage.version_number,
                "heading": " › ".join(passage.heading_path),
                "score": round(ranked.score, 3),
                "audience": audiences.get(passage.collection_id, ""),
            },
        )
    return list(nearest.values())


def _write_drafts() -> int:
    """One draft a turn: a model may take half a minute. A failed attempt leaves the quoted passages as they are."""
    gap = Gap.objects.draft_due().order_by("pk").first()
    if gap is None:
        return 0
    try:
        write_with_model(gap)
    except AppError as error:
        emit("gap.draft_failed", gap=gap.public_id, error=error.code, tries_left=gap.draft_tries_left - 1)
        Gap.objects.filter(pk=gap.pk).update(draft_tries_left=gap.draft_tries_left - 1)
        return 0
    Gap.objects.filter(pk=gap.pk).update(draft_tries_left=0)
    return 1


def _rarity() -> Rarity:
    """How rare words are in the articles; all alike while the lexical index cannot be asked."""
    generation = live_generation()
    if generation is None:
        return _alike
    rarity = open_indexes(generation).rarity()
    try:
        rarity.learn(["a"])
    except AppError:
        return _alike
    return rarity


def _alike(term: str) -> float:
    return 1.0
