"""
Gaps: taking in questions, and what people decide about a group of them.

The questions come from above (the assistant keeps the traces); here they are grouped, counted and turned into drafts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput
from csassist.core.json_types import JSONObject
from csassist.core.redaction import MASKED, mask_personal
from csassist.core.text import normalise
from csassist.llm import embeddings
from knowledge.gap_clusters import Asked, Cluster, Rarity, Vector, centroid_of, common_terms, limits_for, place
from knowledge.models import Gap, GapQuestion
from knowledge.tokenizing import query_tokens
from knowledge.vectors import stored_vectors, text_hash, vectors_of

State = Gap.State
QUESTION_MOST_CHARACTERS = 500
REASON_MOST_CHARACTERS = 300
_INTRODUCTION = re.compile(
    rf"(?:\b(?:my|the) (?:e-?mail|mail|phone|number|order(?: number)?|name)(?: address| number)? (?:is|was)"
    rf"|(?:我的)?(?:手机|电话|邮箱|微信|订单)号?码?[是为:]?)\s*(?={MASKED.pattern})",
    re.IGNORECASE,
)
MOST_MEMBERS = 200  # the newest, for centroid and words of a gap


@dataclass(frozen=True, slots=True)
class UnansweredQuestion:
    """A question as the assistant's records have it."""

    text: str
    language: str
    cause: str
    trace_id: UUID
    asked_at: datetime
    detail: str = ""


def take_in(questions: Sequence[UnansweredQuestion], rarity: Rarity) -> int:
    """
    Put each question into its gap, the oldest first; returns how many were new. One that is there is passed over.

    Vectors are made before anything is written. Raises Unavailable when there is no embedding to be had.
    """
    model = embeddings()
    texts = [_masked(one.text) for one in questions]
    vectors = vectors_of(map(_sense, texts), embeddings=model, recipe=model.recipe, still_mine=_nobody_else)
    taken = 0
    for question, text in sorted(zip(questions, texts, strict=True), key=lambda pair: pair[0].asked_at):
        taken += _take_one(question, text, vectors[text_hash(_sense(text))], model.recipe, rarity)
    return taken


@transaction.atomic
def _take_one(question: UnansweredQuestion, text: str, vector: Vector, recipe: str, rarity: Rarity) -> bool:
    is_rated = question.cause == GapQuestion.Cause.RATED_DOWN
    same_kind = Q(cause=GapQuestion.Cause.RATED_DOWN) if is_rated else ~Q(cause=GapQuestion.Cause.RATED_DOWN)
    if GapQuestion.objects.filter(same_kind, trace_id=question.trace_id).exists():
        return False
    asked = Asked(question.language, vector, frozenset(query_tokens(_sense(text))))
    limits = limits_for(recipe, question.language)
    placing = place(asked, _clusters(question.language, recipe), limits, rarity)
    gap = Gap.objects.select_for_update().filter(pk=placing.key).first() if placing.key else None
    if gap is None:
        gap = Gap.objects.create(label=text[:200], language=question.language, recipe=recipe)
    GapQuestion.objects.create(
        gap=gap,
        text=text,
        language=question.language,
        cause=question.cause,
        detail=question.detail[:32],
        trace_id=question.trace_id,
        asked_at=question.asked_at,
    )
    if gap.state == State.CLOSED and gap.closed_at and question.asked_at > gap.closed_at:
        gap.state, gap.closed_at = State.OPEN, None  # the article did not help this one
    _refresh(gap)
    return True


@transaction.atomic
def dismiss(*, gap: Gap, reason: str, by: User) -> None:
    """No article is needed, a person says, and why. Further questions of the kind are counted, nothing more."""
    reason = " ".join(reason.split())[:REASON_MOST_CHARACTERS]
    if not reason:
        raise InvalidInput(_("Say why no article is needed."), fields={"reason": _("Say why no article is needed.")})
    locked = _locked(gap)
    locked.state, locked.dismissed_by, locked.dismiss_reason = State.DISMISSED, by, reason
    locked.save(update_fields=["state", "dismissed_by", "dismiss_reason"])
    record("gap.dismissed", locked, reason=reason)


@transaction.atomic
def reopen(*, gap: Gap) -> None:
    locked = _locked(gap)
    if locked.state == State.OPEN:
        raise Conflict(_("It is open already."))
    locked.state, locked.dismissed_by, locked.dismiss_reason, locked.closed_at = State.OPEN, None, "", None
    locked.save(update_fields=["state", "dismissed_by", "dismiss_reason", "closed_at"])
    record("gap.reopened", locked)


@transaction.atomic
def merge(*, gap: Gap, into: Gap) -> None:
    """All questions of the one belong to the other from now on; the old address leads there."""
    if gap.pk == into.pk:
        raise InvalidInput(_("Choose another gap."))
    first, second = sorted((gap.pk, into.pk))
    locked = {one.pk: one for one in Gap.objects.select_for_update().filter(pk__in=(first, second)).order_by("pk")}
    one, other = locked[gap.pk], locked[into.pk]
    if one.merged_into_id or other.merged_into_id:
        raise Conflict(_("One of them has been merged already."))
    if one.language != other.language:
        raise InvalidInput(_("Their questions are in different languages."))
    moved = GapQuestion.objects.filter(gap=one).update(gap=other)
    one.merged_into = other
    one.save(update_fields=["merged_into"])
    Gap.objects.filter(merged_into=one).update(merged_into=other)
    _refresh(other)
    record("gap.merged", other, questions=moved, merged=str(one.public_id))


@transaction.atomic
def split(*, gap: Gap, question_pks: Sequence[int]) -> Gap:
    """These questions become a gap of their own. Raises InvalidInput for none or all of them."""
    locked = _locked(gap)
    moving = GapQuestion.objects.filter(gap=locked, pk__in=question_pks)
    if not 0 < moving.count() < locked.questions.count():
        raise InvalidInput(_("Choose some of the questions, not all."))
    newest = moving.order_by("-asked_at", "-pk").values_list("text", flat=True)[0]
    fresh = Gap.objects.create(label=newest[:200], language=locked.language, recipe=locked.recipe)
    moved = moving.update(gap=fresh)
    _refresh(locked)
    _refresh(fresh)
    record("gap.split", locked, questions=moved, fresh=str(fresh.public_id))
    return fresh


@transaction.atomic
def forget_questions(trace_ids: Sequence[UUID], *, cause: str) -> int:
    """Take questions out again (a rating was changed); a gap left empty goes with them. Returns how many."""
    rows = GapQuestion.objects.filter(trace_id__in=trace_ids, cause=cause)
    gaps = list(
        Gap.objects.select_for_update().filter(pk__in=set(rows.values_list("gap_id", flat=True))).order_by("pk")
    )
    count, _by_model = rows.delete()
    for gap in gaps:
        if not gap.questions.exists() and gap.draft_id is None:
            gap.delete()
        else:
            _refresh(gap)
    return count


@transaction.atomic
def close_published() -> int:
    """Close every gap whose drafted article is in answers now, and have its questions tried again."""
    ready = Gap.objects.filter(state=State.DRAFTED, draft__live_version__isnull=False)
    now = timezone.now()
    closed = list(ready.select_for_update(of=("self",)).order_by("pk"))
    for gap in closed:
        Gap.objects.filter(pk=gap.pk).update(
            state=State.CLOSED, closed_at=now, changed_at=now, draft_tries_left=0
        )  # fmt: skip
        record("gap.closed", gap, document=str(gap.draft_id))
    return len(closed)


def similar(gap: Gap, *, most_count: int) -> list[Gap]:
    """Other gaps of its language whose questions are nearest in meaning, the nearest first: perhaps the same."""
    centre = np.frombuffer(bytes(gap.centroid), dtype="<f4")
    found = [
        (float(cluster.centroid @ centre), cluster.key)
        for cluster in _clusters(gap.language, gap.recipe)
        if cluster.key != gap.pk and cluster.centroid.shape == centre.shape
    ]
    nearest = [key for _cosine, key in sorted(found, reverse=True)[:most_count]]
    rows = Gap.objects.in_bulk(nearest)
    return [rows[key] for key in nearest if key in rows]


@transaction.atomic
def note_trial(*, gap: Gap, nearest: Sequence[JSONObject], tried: int, answered: int, at: datetime) -> None:
    """What trying the questions again has shown; `at` is when it began, so that a later change is tried anew."""
    Gap.objects.filter(pk=gap.pk).update(
        nearest=list(nearest), tried_count=tried, answered_count=answered, tried_at=at
    )  # fmt: skip


def _masked(text: str) -> str:
    return mask_personal(normalise(text))[:QUESTION_MOST_CHARACTERS].strip() or "…"


def _sense(text: str) -> str:
    """The question without what was masked: two that left their telephone numbers are not alike for that."""
    return " ".join(MASKED.sub(" ", _INTRODUCTION.sub(" ", text)).split()) or text


def _nobody_else() -> None:
    """Two workers may make the same vector; storing it twice is nothing."""


def _locked(gap: Gap) -> Gap:
    locked = Gap.objects.select_for_update().get(pk=gap.pk)
    if locked.merged_into_id:
        raise Conflict(_("It has been merged into another gap."))
    return locked


def _clusters(language: str, recipe: str) -> list[Cluster]:
    """The gaps that a question may join; those of another embedding cannot be measured with this one."""
    gaps = Gap.objects.standing().filter(language=language, recipe=recipe).order_by("pk")
    return [
        Cluster(pk, language, np.frombuffer(bytes(centroid), dtype="<f4"), frozenset(terms))
        for pk, centroid, terms in gaps.values_list("pk", "centroid", "terms")
    ]


def _refresh(gap: Gap) -> None:
    """Bring what is derived from the questions in step: centre, common words, the question that speaks for them."""
    members = list(gap.questions.order_by("-asked_at", "-pk")[:MOST_MEMBERS])
    hashes = {one.pk: text_hash(_sense(one.text)) for one in members}
    vectors = stored_vectors(sorted(set(hashes.values())), gap.recipe)
    known = {one: vectors[hashes[one.pk]] for one in members if hashes[one.pk] in vectors}
    if known:
        centre = centroid_of(list(known.values()))
        gap.centroid = centre.astype("<f4").tobytes()
        gap.label = _most_central(known, centre)
    if members:
        gap.last_asked_at = members[0].asked_at
    gap.terms = sorted(common_terms([frozenset(query_tokens(_sense(one.text))) for one in members]))
    gap.changed_at = timezone.now()
    gap.save()


def _most_central(members: Mapping[GapQuestion, Vector], centre: Vector) -> str:
    """The question nearest to the centre, one without masked parts before others, the older of equals."""

    def nearness(one: GapQuestion) -> tuple[bool, float, int]:
        vector = members[one]
        cosine = float(vector @ centre) / max(float(np.linalg.norm(vector)), 1e-12)
        return not MASKED.search(one.text), round(cosine, 6), -one.pk

    return max(members, key=nearness).text[:200]


def place_anew(recipe: str, *, most_count: int) -> int:
    """After a change of embedding: give gaps their centre under the new recipe; returns how many."""
    model = embeddings()
    due = list(Gap.objects.standing().exclude(recipe=recipe).order_by("pk")[:most_count])
    for gap in due:
        texts = [_sense(text) for text in gap.questions.values_list("text", flat=True)[:MOST_MEMBERS]]
        vectors_of(texts, embeddings=model, recipe=recipe, still_mine=_nobody_else)
        with transaction.atomic():
            fresh = Gap.objects.select_for_update().get(pk=gap.pk)
            fresh.recipe = recipe
            _refresh(fresh)
    return len(due)
