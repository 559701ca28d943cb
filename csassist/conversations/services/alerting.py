"""
Who of the staff is told of what happens in a conversation: an assignment, a mention, a customer in the queue, a wait.

Each is told in the transaction of what it tells, once an occasion, and never to the person who did it. Open consoles
hear that there is something to tell through their stream, and ask for the words.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from csassist.accounts.models import AlertKind, Team, User
from csassist.accounts.opening_hours import is_open
from csassist.accounts.roles import Role
from csassist.accounts.selectors import opening_hours
from csassist.conversations.models import ConsoleEvent, Conversation, Note
from csassist.conversations.services.announcing import announce
from csassist.delivery.alerts import Alert, alert_any_of, alert_staff, take_back

MARK_CHARACTERS = 8
ENDED_BY_AN_ANSWER = (AlertKind.ASSIGNED, AlertKind.QUEUE, AlertKind.WAITING)


def alert_about(
    conversation: Conversation, kind: AlertKind, words: str | Promise, *, occasion: str, users: Iterable[User]
) -> None:
    """Tell each of these people of something in a conversation. In the transaction of what it tells."""
    told = list(users)
    alert = _alert(conversation, kind, words, occasion)
    for user in told:
        alert_staff(user=user, alert=alert)
    _announce(conversation, told)


def tell_assigned(conversation: Conversation, *, by: User | None, seq: int) -> None:
    """The owner got it from somebody else. `seq` is the number of the event that tells the change."""
    if conversation.owner_user is None or conversation.owner_user == by:
        return
    words = format_lazy(_("{name} gave you a conversation."), name=str(by) if by else _("The system"))
    occasion = f"{conversation.public_id}:{seq}"
    alert_about(conversation, AlertKind.ASSIGNED, words, occasion=occasion, users=[conversation.owner_user])


def tell_mentioned(note: Note, *, mentioned: Iterable[User]) -> None:
    others = [user for user in mentioned if user.pk != note.author_id]
    if not others:
        return
    words = format_lazy(_("{name} mentioned you in a note."), name=str(note.author) if note.author else _("The system"))
    alert_about(note.conversation, AlertKind.MENTION, words, occasion=str(note.public_id), users=others)


def tell_queued(conversation: Conversation, *, by: User | None, occasion: str) -> None:
    """Its team has one customer more to take: those of them who look, or by e-mail all of them when nobody does."""
    team = [user for user in people_of(conversation.team) if user != by]
    alert = _alert(conversation, AlertKind.QUEUE, _("A customer waits for a person."), occasion)
    if alert_any_of(users=team, alert=alert):
        _announce(conversation, team)


def tell_overdue(conversation: Conversation) -> None:
    """The customer waits for too long: the person who owes the answer, or the team of the queue and who leads it."""
    since = conversation.waiting_since
    if since is None or conversation.is_assistants:
        return
    if conversation.owner_user is not None:
        users, words = [conversation.owner_user], _("Your answer is overdue: the customer still waits.")
    else:
        users, words = team_and_leads(conversation), _("A customer has waited too long for a person.")
    occasion = f"{conversation.public_id}:{since.isoformat()}"
    alert_about(conversation, AlertKind.WAITING, words, occasion=occasion, users=users)


def tell_no_more(conversation: Conversation) -> None:
    """Somebody has it now, or nobody waits in it any more: mails that would ask for that are not sent."""
    take_back(path=_path(conversation), kinds=ENDED_BY_AN_ANSWER)


def people_of(team: Team | None) -> list[User]:
    """The active members of a team; of none, or of an empty one, everybody who works here."""
    members = list(_staff().filter(teams=team)) if team is not None else []
    return members or list(_staff())


def team_and_leads(conversation: Conversation) -> list[User]:
    """For a conversation that nobody owns: the team of its queue and the supervisors, or else the admins."""
    is_leading = Q(role=Role.SUPERVISOR)
    is_queued = conversation.owner_kind == Conversation.OwnerKind.QUEUE
    if is_queued and conversation.team is not None:
        is_leading |= Q(teams=conversation.team)
    return list(_staff().filter(is_leading).distinct()) or list(_staff().filter(role=Role.ADMIN))


def are_answering(now: datetime | None = None) -> bool:
    """Whether people answer at this hour: at another, nobody can be late."""
    return is_open(opening_hours(), timezone.localtime(now))


def _staff() -> QuerySet[User]:
    return User.objects.filter(is_active=True).exclude(role="")


def _alert(conversation: Conversation, kind: AlertKind, words: str | Promise, occasion: str) -> Alert:
    return Alert(kind, words, _path(conversation), occasion, about=_mark(conversation))


def _announce(conversation: Conversation, users: list[User]) -> None:
    if users:
        announce(conversation.pk, ConsoleEvent.Kind.ALERT, user=users[0] if len(users) == 1 else None)


def _mark(conversation: Conversation) -> str:
    """The beginning of its id, which the search of the inbox finds."""
    return str(conversation.public_id)[:MARK_CHARACTERS]


def _path(conversation: Conversation) -> str:
    return reverse("console_conversation", args=[conversation.public_id])
