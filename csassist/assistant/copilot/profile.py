"""
The customer's side of the copilot: who it is, how it went before, and what is open now. Reads only.

An agent reads all of it; what of it the assistant may use is decided in `personalisation`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Max, OuterRef, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from csassist.analysis.models import MessageReading
from csassist.assistant.copilot.summary_rules import cut
from csassist.conversations.models import Author, Episode, Feedback, Message, PersonRequest, Survey
from csassist.customers.models import Customer, CustomerFact
from csassist.customers.selectors import facts_of, is_signed_in

MOST_EPISODES: Final = 12
MOST_EVENTS: Final = 30
MOST_MOODS: Final = 20


@dataclass(frozen=True, slots=True)
class PastEpisode:
    """One matter of the customer's. `outcome` is a code of OUTCOMES."""

    conversation_id: UUID
    number: int
    subject: str
    opened_at: datetime
    closed_at: datetime | None
    outcome: str
    score: int | None

    @property
    def outcome_in_words(self) -> Promise:
        return OUTCOMES[self.outcome]


OUTCOMES: Final[dict[str, Promise]] = {
    "open": _("Open"),
    "settled": _("Settled"),
    "not_settled": _("Not settled"),
    "left": _("Closed without an answer"),
    "closed": _("Closed"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline; `kind` is a code of EVENTS, `detail` words to it."""

    at: datetime
    kind: str
    conversation_id: UUID
    detail: str = ""

    @property
    def in_words(self) -> Promise:
        return EVENTS[self.kind]


EVENTS: Final[dict[str, Promise]] = {
    "started": _("Conversation started"),
    "closed": _("Conversation closed"),
    "handed_off": _("Passed to a person"),
    "rated_up": _("Rated an answer helpful"),
    "rated_down": _("Rated an answer not helpful"),
    "survey": _("Answered the survey"),
}


@dataclass(frozen=True, slots=True)
class MoodPoint:
    """How the customer sounded, -2 (angry) to 2 (delighted)."""

    at: datetime
    level: int


@dataclass(frozen=True, slots=True)
class ProfileCard:
    """Everything that the panel shows. `since` is when they became a customer, as far as the company told."""

    customer: Customer
    is_verified: bool
    since: date | None
    episodes: tuple[PastEpisode, ...]
    events: tuple[Event, ...]
    moods: tuple[MoodPoint, ...]
    open_requests: tuple[PersonRequest, ...]
    facts: tuple[CustomerFact, ...]

    @property
    def preferences(self) -> tuple[CustomerFact, ...]:
        return tuple(one for one in self.facts if one.kind == CustomerFact.Kind.PREFERENCE)


def card_of(customer: Customer) -> ProfileCard:
    """The profile of one customer, of all their conversations. Their orders are asked for apart: `order_book`."""
    conversations = customer.conversations.all()
    return ProfileCard(
        customer=customer,
        is_verified=is_signed_in(customer),
        since=customer.customer_since,
        episodes=_episodes(customer),
        events=_events(customer),
        moods=moods_of(customer),
        open_requests=tuple(PersonRequest.objects.still_open().filter(conversation__in=conversations)),
        facts=tuple(facts_of(customer)),
    )


def moods_of(customer: Customer) -> tuple[MoodPoint, ...]:
    """The mood line, oldest first: one point for each of the newest messages that were read, corrections and all."""
    rows = MessageReading.objects.filter(message__conversation__customer=customer, message__author=Author.CUSTOMER)
    newest = rows.order_by("-message_id").values_list("message__created_at", "sentiment")[:MOST_MOODS]
    return tuple(MoodPoint(at, level) for at, level in reversed(newest))


def _episodes(customer: Customer) -> tuple[PastEpisode, ...]:
    first = Message.objects.filter(episode=OuterRef("pk"), author=Author.CUSTOMER).exclude(text="").order_by("id")
    answered = Message.objects.filter(episode=OuterRef("pk"), author__in=[Author.AGENT, Author.ASSISTANT])
    answered = answered.exclude(outcome__in=["hand_off", "clarify"]).order_by()
    rows = (
        Episode.objects.filter(conversation__customer=customer)
        .annotate(
            subject=Subquery(first.values("text")[:1]),
            answered_id=Subquery(answered.values("episode").annotate(last=Max("id")).values("last")),
        )
        .select_related("conversation", "survey")
        .order_by("-opened_at")
    )
    return tuple(_past(one) for one in rows[:MOST_EPISODES])


def _past(episode: Episode) -> PastEpisode:
    survey = getattr(episode, "survey", None)
    return PastEpisode(
        conversation_id=episode.conversation.public_id,
        number=episode.number,
        subject=cut(episode.subject or ""),  # type: ignore[attr-defined]  # annotated
        opened_at=episode.opened_at,
        closed_at=episode.closed_at,
        outcome=_outcome(episode, survey),
        score=survey.score if survey else None,
    )


def _outcome(episode: Episode, survey: Survey | None) -> str:
    if episode.closed_at is None:
        return "open"
    if survey is not None and survey.resolved is not None:
        return "settled" if survey.resolved else "not_settled"
    return "closed" if episode.answered_id else "left"  # type: ignore[attr-defined]  # annotated


def _events(customer: Customer) -> tuple[Event, ...]:
    """The newest MOST_EVENTS things that happened, newest first."""
    of = {"conversation__customer": customer}
    episodes = Episode.objects.filter(**of).select_related("conversation").order_by("-opened_at")[:MOST_EVENTS]
    events = [Event(one.opened_at, "started", one.conversation.public_id) for one in episodes]
    events += [Event(one.closed_at, "closed", one.conversation.public_id) for one in episodes if one.closed_at]
    requests = PersonRequest.objects.filter(**of).select_related("conversation")[:MOST_EVENTS]
    events += [
        Event(one.created_at, "handed_off", one.conversation.public_id, one.get_reason_display()) for one in requests
    ]
    ratings = Feedback.objects.filter(message__conversation__customer=customer).select_related("message__conversation")
    events += [
        Event(one.updated_at, f"rated_{one.rating}", one.message.conversation.public_id, one.get_reason_display())
        for one in ratings[:MOST_EVENTS]
    ]
    surveys = Survey.objects.filter(episode__conversation__customer=customer, answered_at__isnull=False)
    events += [
        Event(one.answered_at, "survey", one.episode.conversation.public_id, f"{one.score}/5" if one.score else "")
        for one in surveys.select_related("episode__conversation")[:MOST_EVENTS]
        if one.answered_at
    ]
    return tuple(sorted(events, key=lambda one: one.at, reverse=True)[:MOST_EVENTS])
