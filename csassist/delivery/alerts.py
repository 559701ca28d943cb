"""
Telling staff what needs them, without flooding a mailbox.

Whoever has the console open is told there, and by e-mail only when nobody has looked for a few minutes. Others get the
first few alerts of an hour one by one; what comes on top is gathered and mailed together.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from csassist.accounts.alert_choices import wanted_kinds
from csassist.accounts.models import AlertKind, MutedAlert, User
from csassist.accounts.selectors import has_console_open
from csassist.core.errors import InvalidInput, TooManyRequests
from csassist.delivery import signed_links
from csassist.delivery.letters import Letter, Link, in_language_of, written
from csassist.delivery.models import Purpose, StaffAlert
from csassist.delivery.services import NewDelivery, enqueue
from csassist.rest.limits import Limit, spend

SINGLY = Limit("alert_mail", 3_600, 4)
DIGEST = Limit("alert_digest", 1_800, 1)
MOST_IN_DIGEST = 30
# What happened longer ago is seen on the pages, not in a mail.
WORTH_MAILING_FOR = timedelta(hours=12)
# A console may be open with nobody before it.
TIME_TO_LOOK = timedelta(minutes=3)
WORDS_MAX_CHARACTERS = 200
PAGE_LANGUAGES: Final = ("en", "zh")

Told = Literal["mailed", "gathered", "held", "known", "muted", "no_address", "inactive"]


@dataclass(frozen=True)
class Alert:
    """
    `words` say what happened in a line, without what a customer wrote; a lazy translation is written in the reader's
    language. `path` is the page to open. `occasion` names what happened: the same one is told once. `about` is a short
    mark that tells one mail from the next; pages show who it is instead.
    """

    kind: AlertKind
    words: str | Promise
    path: str
    occasion: str
    about: str = ""


@transaction.atomic
def alert_staff(*, user: User, alert: Alert) -> Told:
    """
    Tell one member of staff, in the transaction of what they are told. What became of it is returned, never raised:
    nobody's work fails because a colleague could not be told.
    """
    _require_own_page(alert)
    if (reason := _reason_against(user, alert.kind)) is not None:
        return reason
    is_there = has_console_open(user)
    row, is_new = StaffAlert.objects.get_or_create(
        user=user, kind=alert.kind, occasion=alert.occasion, defaults=_columns(user, alert, is_there=is_there)
    )
    if not is_new:
        return "known"
    if not user.email:
        return "no_address"
    if is_there:
        return "held"
    try:
        spend([(SINGLY, str(user.pk))])
    except TooManyRequests:
        return "gathered"
    _mail(user, [row])
    return "mailed"


@transaction.atomic
def alert_any_of(*, users: Sequence[User], alert: Alert) -> int:
    """
    Tell people of whom one is enough: those who have the console open, and nobody else; by e-mail only when none has.
    Returns how many are told. A few queries, however many people have it open.
    """
    _require_own_page(alert)
    there = [user for user in users if has_console_open(user)]
    muted = set(MutedAlert.objects.filter(user__in=there, kind=alert.kind).values_list("user", flat=True))
    reached = [user for user in there if user.pk not in muted]
    if not reached:
        told = [alert_staff(user=user, alert=alert) for user in users]
        return sum(one in {"mailed", "gathered", "held"} for one in told)
    rows = [
        StaffAlert(user=user, kind=alert.kind, occasion=alert.occasion, **_columns(user, alert, is_there=True))
        for user in reached
    ]
    StaffAlert.objects.bulk_create(rows, ignore_conflicts=True)
    return len(reached)


def note_looked_at(*, user: User, alert_ids: Collection[int]) -> int:
    """The console has shown these alerts to somebody who looks: no mail has to. Returns how many that settles."""
    unsettled = StaffAlert.objects.filter(user=user, settled_at=None, pk__in=list(alert_ids))
    return unsettled.update(settled_at=timezone.now())


def take_back(*, path: str, kinds: Collection[AlertKind]) -> int:
    """What these alerts of a page ask for is done: what was not mailed yet never will be. Returns how many."""
    unsettled = StaffAlert.objects.filter(path=path, kind__in=list(kinds), settled_at=None)
    return unsettled.update(settled_at=timezone.now())


def send_digests() -> int:
    """Mail what was gathered or held, to each person one mail at a time; returns how many alerts were settled."""
    waiting = StaffAlert.objects.due(timezone.now())
    users = User.objects.filter(pk__in=waiting.values("user"))
    return sum(_send_digest(user) for user in users)


@transaction.atomic
def _send_digest(user: User) -> int:
    now = timezone.now()
    rows = list(StaffAlert.objects.select_for_update().due(now).filter(user=user).order_by("id"))
    wanted = wanted_kinds(user) if user.is_active and user.email else frozenset()
    told = [row for row in rows if row.kind in wanted and row.created_at >= now - WORTH_MAILING_FOR]
    if told:
        if not _may_mail(user):
            return 0
        _mail(user, told)
    StaffAlert.objects.filter(pk__in=[row.pk for row in rows]).update(settled_at=now)
    return len(rows)


def _may_mail(user: User) -> bool:
    """As one of the first few of an hour, or else as the digest of its half-hour."""
    for limit in (SINGLY, DIGEST):
        try:
            spend([(limit, str(user.pk))])
        except TooManyRequests:
            continue
        return True
    return False


def _require_own_page(alert: Alert) -> None:
    if not alert.path.startswith("/") or alert.path.startswith("//"):
        raise InvalidInput("An alert leads to a page of this installation.", field="path")


def _columns(user: User, alert: Alert, *, is_there: bool) -> dict[str, object]:
    now = timezone.now()
    return {
        "words": _in_words(alert, user.language, mark=alert.about),
        "words_of_pages": {language: _in_words(alert, language) for language in PAGE_LANGUAGES},
        "path": alert.path,
        "held_until": now + TIME_TO_LOOK if is_there else None,
        "settled_at": None if user.email else now,
    }


def _in_words(alert: Alert, language: str, *, mark: str = "") -> str:
    with in_language_of(language):
        words = " ".join(str(alert.words).split())[: WORDS_MAX_CHARACTERS - len(mark) - 3]
    return f"{words} ({mark})" if mark else words


def _reason_against(user: User, kind: str) -> Told | None:
    if not user.is_active:
        return "inactive"
    return None if kind in wanted_kinds(user) else "muted"


def _mail(user: User, rows: list[StaffAlert]) -> None:
    with in_language_of(user.language):
        letter = _letter(rows)
        content = written(letter, language=user.language)
    first, last = rows[0], rows[-1]
    enqueue(
        NewDelivery(
            channel="email",
            purpose=Purpose.STAFF,
            recipient=user.email,
            content=content,
            effect_key=f"alert:{user.public_id}:{first.pk}-{last.pk}",
            language=user.language[:2],
        )
    )
    StaffAlert.objects.filter(pk__in=[row.pk for row in rows]).update(settled_at=timezone.now())


def _letter(rows: list[StaffAlert]) -> Letter:
    why = _("You can choose which mails you get under Notifications.")
    shown = [Link(row.words, signed_links.public_address(row.path)) for row in rows[:MOST_IN_DIGEST]]
    if len(rows) == 1:
        (link,) = shown
        return Letter(link.words, (link.words,), (Link(_("Open"), link.address),), why)
    subject = ngettext("%(count)d thing needs you", "%(count)d things need you", len(rows)) % {"count": len(rows)}
    paragraphs = [_("This is what happened while you had many mails already.")]
    if left_out := len(rows) - len(shown):
        more = ngettext("%(count)d more is on the pages.", "%(count)d more are on the pages.", left_out)
        paragraphs.append(more % {"count": left_out})
    return Letter(subject, tuple(paragraphs), tuple(shown), why)
