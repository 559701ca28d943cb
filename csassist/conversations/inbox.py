"""
The inbox: which conversations a queue holds, in which order, and one page of them.

A page is a handful of queries whatever the number of conversations: the rows come from an index, and what is shown
beside each of them is asked for all of them at once. Pages are cut by the last row's place in the order, so that new
messages neither repeat nor hide a row.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Left
from django.utils.dateparse import parse_datetime

from csassist.accounts.models import User
from csassist.conversations.models import Author, Conversation, Message, Note, PersonRequest, Seen
from csassist.core.errors import InvalidInput

PAGE_ROWS_COUNT = 30
MOST_ROWS_COUNT = 300
WORDS_MAX_CHARACTERS = 200
EXCERPT_CHARACTERS = 160

OwnerKind, Status = Conversation.OwnerKind, Conversation.Status
OPEN_STATUSES = (Status.OPEN, Status.WAITING_FOR_PERSON)
# Queues in which somebody waits: whoever has waited longest comes first. Elsewhere the newest does.
LONGEST_WAITING_FIRST = frozenset({"queue", "waiting"})
QUEUES = ("mine", "queue", "waiting", "mentioned", "assistant", "closed", "all")
TEAM_PREFIX = "team-"
NOBODY = "nobody"
ASSISTANT = "assistant"
_ID_BEGINNING = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f-]{0,27})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What the inbox is asked for. Blank fields ask for nothing; `owner` is a user's public id, "assistant" or "nobody".
    """

    queue: str = "mine"
    words: str = ""
    status: str = ""
    owner: str = ""
    team: str = ""
    tag: str = ""
    channel: str = ""
    language: str = ""
    mood: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """From the parameters of an address; what is unknown there is left out, so that an old address still opens."""
        wanted = cls(
            queue=query.get("queue", "mine"),
            words=query.get("q", "").strip()[:WORDS_MAX_CHARACTERS],
            status=_one_of(query.get("status", ""), Status.values),
            owner=query.get("owner", "") if _is_owner(query.get("owner", "")) else "",
            team=_public_id(query.get("team", "")),
            tag=query.get("tag", "").strip()[:40],
            channel=_one_of(query.get("channel", ""), Conversation.Channel.values),
            language=_one_of(query.get("language", ""), ["en", "zh"]),
            mood=query.get("mood", "").strip()[:12],
        )
        return wanted if is_queue(wanted.queue) else replace(wanted, queue="all")

    def as_query(self) -> dict[str, str]:
        """The parameters of its address, without blank ones."""
        named = {"queue": self.queue, "q": self.words, **{name: getattr(self, name) for name in FILTERS}}
        return {name: value for name, value in named.items() if value}

    @property
    def filters_count(self) -> int:
        return sum(bool(getattr(self, name)) for name in FILTERS)

    @property
    def is_longest_first(self) -> bool:
        return self.queue in LONGEST_WAITING_FIRST and not self.words


FILTERS = ("status", "owner", "team", "tag", "channel", "language", "mood")


@dataclass(frozen=True, slots=True)
class Row:
    """
    One conversation of a list: `words` is the beginning of what was said last, or of what a search found in it. `who`
    is the customer; for a visitor whom nobody knows, the name they gave when they asked for a person.
    """

    conversation: Conversation
    who: str
    words: str
    author: str
    is_unread: bool


@dataclass(frozen=True, slots=True)
class Page:
    """`next_after` is where the next page begins; blank at the end."""

    rows: tuple[Row, ...]
    next_after: str


def is_queue(name: str) -> bool:
    return name in QUEUES or (name.startswith(TEAM_PREFIX) and bool(_public_id(name.removeprefix(TEAM_PREFIX))))


def conversations(wanted: Wanted, *, viewer: User) -> QuerySet[Conversation]:
    """Everything of a queue that the filters and words let through, in the order of that queue."""
    rows = _of_queue(wanted.queue, viewer).filter(_filters(wanted))
    if wanted.words:
        rows = rows.filter(_saying(wanted.words))
    if wanted.is_longest_first:
        return rows.order_by(F("waiting_since").asc(nulls_last=True), "id")
    return rows.order_by("-updated_at", "-id")


def page(wanted: Wanted, *, viewer: User, after: str = "", rows_count: int = PAGE_ROWS_COUNT) -> Page:
    """
    One page, beginning after the row that `after` names. Raises InvalidInput for an `after` that no page gave.
    """
    rows_count = min(max(rows_count, 1), MOST_ROWS_COUNT)
    rows = conversations(wanted, viewer=viewer).select_related("customer", "owner_user", "team")
    if after:
        rows = rows.filter(_beyond(after, is_longest_first=wanted.is_longest_first))
    found = list(rows.prefetch_related("tags")[: rows_count + 1])
    shown = found[:rows_count]
    next_after = _place_of(shown[-1], wanted.is_longest_first) if len(found) > rows_count else ""
    return Page(_as_rows(shown, viewer=viewer, words=wanted.words), next_after)


def queue_filter(queue: str, viewer: User) -> Q:
    """What makes a conversation one of a queue."""
    if queue.startswith(TEAM_PREFIX):
        return Q(team__public_id=queue.removeprefix(TEAM_PREFIX), status__in=OPEN_STATUSES)
    conditions = {
        "mine": Q(owner_user=viewer, status__in=OPEN_STATUSES),
        "queue": Q(owner_kind=OwnerKind.QUEUE, status__in=OPEN_STATUSES),
        "waiting": Q(waiting_since__isnull=False, owner_kind__in=[OwnerKind.QUEUE, OwnerKind.PERSON]),
        "mentioned": Q(
            pk__in=Note.objects.filter(mentions=viewer).order_by().values("conversation"), status__in=OPEN_STATUSES
        ),
        "assistant": Q(owner_kind=OwnerKind.ASSISTANT, status=Status.OPEN),
        "closed": Q(status=Status.CLOSED),
        "all": Q(),
    }
    return conditions[queue]


def _of_queue(queue: str, viewer: User) -> QuerySet[Conversation]:
    return Conversation.objects.filter(queue_filter(queue, viewer))


def _filters(wanted: Wanted) -> Q:
    plain = {
        "status": wanted.status,
        "team__public_id": wanted.team,
        "channel": wanted.channel,
        "language": wanted.language,
        "mood": wanted.mood,
        "tags__name": wanted.tag,
    }
    condition = Q(**{name: value for name, value in plain.items() if value})
    if wanted.owner == ASSISTANT:
        return condition & Q(owner_kind=OwnerKind.ASSISTANT)
    if wanted.owner == NOBODY:
        return condition & Q(owner_kind=OwnerKind.QUEUE)
    return condition & Q(owner_user__public_id=wanted.owner) if wanted.owner else condition


def _saying(words: str) -> Q:
    """Words of a message, of the customer's name or contact, or the beginning of an id."""
    if _public_id(words):
        return Q(public_id=words) | Q(customer__public_id=words)
    said = Message.objects.filter(_with_words(words)).order_by().values("conversation_id")
    found = Q(pk__in=said) | Q(customer__name__icontains=words)
    if "@" in words:
        found |= Q(customer__email__iexact=words)
    found |= Q(customer__external_id__iexact=words)
    return found | _with_id_beginning(words) if _ID_BEGINNING.fullmatch(words) else found


def _with_words(words: str) -> Q:
    """Whatever their case; words without any, such as Chinese ones, are found in half the time."""
    has_case = words.lower() != words.upper()
    return Q(text__icontains=words) if has_case else Q(text__contains=words)


def _with_id_beginning(words: str) -> Q:
    digits = words.replace("-", "").lower()
    least, most = digits.ljust(32, "0"), digits.ljust(32, "f")
    return Q(public_id__range=(UUID(least), UUID(most)))


def _beyond(after: str, *, is_longest_first: bool) -> Q:
    """The rows that come after a place in the order: `moment|id`, the moment blank for one that nobody waits in."""
    moment_words, _bar, id_words = after.partition("|")
    moment = parse_datetime(moment_words) if moment_words else None
    if not id_words.isdigit() or (moment_words and moment is None) or (moment is None and not is_longest_first):
        raise InvalidInput("This page of the list does not exist.", field="after")
    pk = int(id_words)
    if not is_longest_first:
        return Q(updated_at__lt=moment) | Q(updated_at=moment, pk__lt=pk)
    if moment is None:
        return Q(waiting_since=None, pk__gt=pk)
    return Q(waiting_since__gt=moment) | Q(waiting_since=moment, pk__gt=pk) | Q(waiting_since=None)


def _place_of(conversation: Conversation, is_longest_first: bool) -> str:
    moment: datetime | None = conversation.waiting_since if is_longest_first else conversation.updated_at
    return f"{moment.isoformat() if moment else ''}|{conversation.pk}"


def _as_rows(found: list[Conversation], *, viewer: User, words: str) -> tuple[Row, ...]:
    pks = [conversation.pk for conversation in found]
    newest = _newest_messages(pks)
    said = _excerpts([last for last, _last_of_customer in newest.values()])
    if words and not _public_id(words):
        hits = Message.objects.filter(_with_words(words), conversation__in=pks).order_by()
        hits_pks = hits.values("conversation").annotate(last=Max("pk")).values_list("last", flat=True)
        said |= _excerpts(list(hits_pks), around=words)
    given = names_given(conversation.pk for conversation in found if not conversation.customer.name)
    marks = dict(Seen.objects.filter(user=viewer, conversation__in=pks).values_list("conversation", "read_through_id"))
    rows = []
    for conversation in found:
        text, author = said.get(conversation.pk, ("", ""))
        last_of_customer = newest.get(conversation.pk, (0, None))[1] or 0
        is_ours = conversation.owner_kind != OwnerKind.ASSISTANT and conversation.status != Status.CLOSED
        is_unread = is_ours and last_of_customer > marks.get(conversation.pk, 0)
        who = str(conversation.customer)
        if not conversation.customer.name:
            who = given.get(conversation.pk, who)
        rows.append(Row(conversation, who=who, words=text, author=author, is_unread=is_unread))
    return tuple(rows)


def names_given(pks: Iterable[int]) -> dict[int, str]:
    """By conversation, the name that was typed with the newest wish for a person. It proves nothing."""
    asked = PersonRequest.objects.filter(conversation__in=list(pks)).exclude(name="").order_by("id")
    return dict(asked.values_list("conversation", "name"))


def _newest_messages(pks: list[int]) -> dict[int, tuple[int, int | None]]:
    """By conversation, the newest message of anybody and the customer's newest; notices of the system are no words."""
    said = Message.objects.filter(conversation__in=pks).exclude(author=Author.SYSTEM)
    counted = said.order_by().values("conversation")
    rows = counted.annotate(last=Max("pk"), last_of_customer=Max("pk", filter=Q(author=Author.CUSTOMER)))
    return {pk: (last, mine) for pk, last, mine in rows.values_list("conversation", "last", "last_of_customer")}


def _excerpts(message_pks: list[int], *, around: str = "") -> dict[int, tuple[str, str]]:
    """By conversation, the words to show of these messages and who said them."""
    messages = Message.objects.filter(pk__in=message_pks).order_by()
    if around:
        found = messages.values_list("conversation", "text", "author")
        return {pk: (_around(text, around), author) for pk, text, author in found}
    rows = messages.annotate(beginning=Left("text", EXCERPT_CHARACTERS))
    return {
        pk: (" ".join(beginning.split()), author)
        for pk, beginning, author in rows.values_list("conversation", "beginning", "author")
    }


def _around(text: str, words: str) -> str:
    """The part of a text that holds the words, with a little of what stands before them."""
    line = " ".join(text.split())
    at = line.casefold().find(" ".join(words.split()).casefold())
    start = max(0, at - 30)
    return f"{'…' if start else ''}{line[start : start + EXCERPT_CHARACTERS]}"


def _one_of(value: str, choices: list[str]) -> str:
    return value if value in choices else ""


def _is_owner(value: str) -> bool:
    return value in {ASSISTANT, NOBODY} or bool(_public_id(value))


def _public_id(value: str) -> str:
    """The value when it is a whole UUID, else nothing."""
    if len(value) != 36:
        return ""
    try:
        return str(UUID(value))
    except ValueError:
        return ""
