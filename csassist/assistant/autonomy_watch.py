"""
Watching what became of answers, and taking autonomy back where quality falls.

Counted are the outcomes since the level was last set, so that a person's decision starts with a clean sheet.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from csassist.accounts.models import User
from csassist.assistant.autonomy import LADDER, Limits, Outcomes, watch
from csassist.assistant.models import AnswerTrace, AutonomyChange, AutonomyRule, Draft
from csassist.audit.services import record
from csassist.conversations.models import Episode, Feedback, PersonRequest

# A matter that comes back within this time was not settled.
REOPENED_WITHIN = timedelta(days=3)
ACCEPTED_UP_TO = 0.3  # share of a draft that may be changed


def watch_autonomy() -> int:
    """Step down every rule whose outcomes have fallen below its limits; how many. Safe to run twice at once."""
    return sum(_watch_one(rule.pk) for rule in AutonomyRule.objects.order_by("pk"))


@transaction.atomic
def set_level(*, rule: AutonomyRule, level: str, by: User) -> None:
    """A person's decision, up or down, on the record."""
    locked = AutonomyRule.objects.select_for_update().get(pk=rule.pk)
    if locked.level != level:
        _change(locked, level, reason="person", by=by)


def outcomes_of(rule: AutonomyRule) -> Outcomes:
    """What became of the newest answers and drafts under a rule, since its level was set."""
    drafts = Draft.objects.decided().filter(decided_at__gte=rule.changed_at, **_place(rule, "conversation__", "topic"))
    decided = list(drafts.order_by("-id").values_list("state", "edit_ratio")[: rule.looked_at_count])
    traces = AnswerTrace.objects.filter(
        outcome="send", created_at__gte=rule.changed_at, **_place(rule, "run__conversation__", "topic")
    )
    sent = list(traces.order_by("-id").values_list("message_id", flat=True)[: rule.looked_at_count])
    ratings = list(Feedback.objects.filter(message_id__in=sent).values_list("rating", flat=True))
    closed = _closed_alone(rule).order_by("-id")[: rule.looked_at_count]
    came_back = [episode.came_back for episode in closed]  # type: ignore[attr-defined]
    accepted = [state == Draft.State.APPROVED and (changed or 0.0) <= ACCEPTED_UP_TO for state, changed in decided]
    return Outcomes(
        drafts_count=len(decided),
        accepted_count=sum(accepted),
        ratings_count=len(ratings),
        bad_ratings_count=ratings.count(Feedback.Rating.DOWN),
        closed_count=len(came_back),
        reopened_count=sum(came_back),
    )


@transaction.atomic
def _watch_one(pk: int) -> int:
    rule = AutonomyRule.objects.select_for_update().filter(pk=pk).first()
    if rule is None or rule.level not in LADDER:
        return 0
    outcomes = outcomes_of(rule)
    limits = Limits(rule.least_accepted_ratio, rule.most_bad_ratings_ratio, rule.most_reopened_ratio)
    step = watch(rule.as_rule().level, outcomes, limits)
    if step.level == rule.level:
        return 0
    _change(rule, step.level, reason=step.reason, by=None, outcomes=outcomes)
    return 1


def _change(rule: AutonomyRule, level: str, *, reason: str, by: User | None, outcomes: Outcomes | None = None) -> None:
    figures = {name: getattr(outcomes, name) for name in Outcomes.__slots__} if outcomes else {}
    AutonomyChange.objects.create(
        rule=rule, from_level=rule.level, to_level=level, by=by, reason=reason, figures=figures
    )
    record("autonomy.changed", rule, from_level=str(rule.level), to_level=level, reason=reason)
    rule.level, rule.changed_at = level, timezone.now()
    rule.save(update_fields=["level", "changed_at"])


def _closed_alone(rule: AutonomyRule) -> QuerySet[Episode]:
    """
    Episodes that no person answered in or was called to, and that had time to come back; `came_back` says whether they
    did. A rule for one topic looks at those in which the assistant spoke of it.
    """
    called = PersonRequest.objects.filter(
        conversation=OuterRef("conversation"), created_at__range=(OuterRef("opened_at"), OuterRef("closed_at"))
    )
    later = Episode.objects.filter(
        conversation=OuterRef("conversation"),
        number__gt=OuterRef("number"),
        opened_at__lte=OuterRef("closed_at") + REOPENED_WITHIN,
    )
    closed = Episode.objects.filter(
        closed_at__gte=rule.changed_at,
        closed_at__lte=timezone.now() - REOPENED_WITHIN,
        **_place(rule, "conversation__"),
    )
    if rule.topic:
        closed = closed.filter(Exists(AnswerTrace.objects.filter(message__episode=OuterRef("pk"), topic=rule.topic)))
    by_person = Q(messages__author="agent") | Q(messages__author_user__isnull=False)
    return closed.exclude(by_person).exclude(Exists(called)).annotate(came_back=Exists(later))


def _place(rule: AutonomyRule, conversation: str, topic: str = "") -> dict[str, str]:
    """The filter for a rule's channel, and its topic where rows have one."""
    found = {f"{conversation}channel": rule.channel} if rule.channel else {}
    return {**found, topic: rule.topic} if topic and rule.topic else found
