"""What the console tells a member of staff of, wherever they look: the alerts that came since its page was loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.urls import Resolver404, resolve
from django.utils import timezone

from csassist.accounts.alert_choices import wanted_kinds
from csassist.accounts.models import User
from csassist.conversations.models import ConsoleEvent, Conversation
from csassist.delivery.models import StaffAlert

MOST_NEWS_COUNT = 20
# Transactions may commit in another order than that of their numbers: what is this young is told once more.
OVERLAP = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class News:
    """`words` are in the language that was asked for; `conversation` is None for one that was erased."""

    id: int
    kind: str
    words: str
    path: str
    conversation: Conversation | None


def newest_event_id() -> int:
    return ConsoleEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0


def newest_alert_id(user: User) -> int:
    return StaffAlert.objects.filter(user=user).order_by("-id").values_list("id", flat=True).first() or 0


def young_alert_ids(user: User) -> list[int]:
    """What a page that begins now is told again although it happened before."""
    young = StaffAlert.objects.filter(user=user, created_at__gte=timezone.now() - OVERLAP)
    return list(young.order_by("-id").values_list("id", flat=True)[:MOST_NEWS_COUNT])


def news_for(user: User, *, after_id: int, language: str) -> list[News]:
    """The alerts after that number, the oldest first, and again the young ones before it."""
    is_fresh = Q(id__gt=after_id) | Q(created_at__gte=timezone.now() - OVERLAP)
    mine = StaffAlert.objects.filter(is_fresh, user=user, kind__in=wanted_kinds(user))
    found = list(mine.order_by("-id")[:MOST_NEWS_COUNT])[::-1]
    conversations = _conversations_of(found)
    return [
        News(
            alert.pk,
            alert.kind,
            alert.words_of_pages.get(language, alert.words),
            alert.path,
            conversations.get(_public_id(alert)),
        )
        for alert in found
    ]


def _conversations_of(alerts: Sequence[StaffAlert]) -> dict[str, Conversation]:
    public_ids = {public_id for alert in alerts if (public_id := _public_id(alert))}
    found = Conversation.objects.filter(public_id__in=public_ids).select_related("customer")
    return {str(one.public_id): one for one in found}


def _public_id(alert: StaffAlert) -> str:
    """The conversation that the alert's page shows; blank for a page of something else."""
    try:
        return str(resolve(alert.path).kwargs.get("public_id", ""))
    except Resolver404:
        return ""
