"""
Who answers: the assistant, one person, or a team's queue. One owner at a time, changed under the conversation's lock.

What a page showed counts: whoever acts on an owner that has changed since gets a Conflict that names the new one.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import Team, User
from csassist.audit.services import record
from csassist.conversations.models import ConsoleEvent, Conversation, Note, PersonRequest
from csassist.conversations.services.alerting import tell_assigned, tell_no_more, tell_queued
from csassist.conversations.services.announcing import announce
from csassist.conversations.services.messages import lock, publish_event, touch
from csassist.conversations.services.waiting import start_patience, start_timer
from csassist.core.errors import Conflict, InvalidInput

OwnerKind, Status = Conversation.OwnerKind, Conversation.Status


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a conversation: neither `user` nor `is_queue` is the assistant. `team` is whose queue it is."""

    user: User | None = None
    team: Team | None = None
    is_queue: bool = False

    @property
    def kind(self) -> str:
        if self.user is not None:
            return OwnerKind.PERSON
        return OwnerKind.QUEUE if self.is_queue else OwnerKind.ASSISTANT


def owner_mark(conversation: Conversation) -> str:
    """The owner in one word, for a page to send back: what it was when the page was shown."""
    return f"{conversation.owner_kind}:{conversation.owner_user_id or ''}"


@transaction.atomic
def take(*, conversation: Conversation, agent: User, seen_owner: str = "") -> Conversation:
    """
    The agent answers from now on, whoever did before; a late answer of the assistant is dropped.

    Taking one's own only settles a wish for a person that came since. Raises Conflict when `seen_owner`, if given, is
    no longer the owner, or when the conversation was closed meanwhile.
    """
    locked = lock(conversation)
    if locked.owner_user_id == agent.pk:
        _finish_requests(locked, agent)
        return locked
    require_owner(locked, seen_owner)
    _require_open(locked)
    _give(locked, Owner(user=agent, team=locked.team), by=agent)
    record("conversation.taken", locked)
    return locked


@transaction.atomic
def assign(*, conversation: Conversation, to: Owner, by: User, seen_owner: str = "") -> Conversation:
    """Pass it to a colleague, to a team's queue or back to the assistant. Raises Conflict and InvalidInput."""
    locked = lock(conversation)
    require_owner(locked, seen_owner)
    _require_open(locked)
    if to.user is not None and not to.user.is_active:
        raise InvalidInput(_("%(name)s no longer works here. Choose somebody else.") % {"name": to.user})
    _give(locked, to, by=by)
    record("conversation.assigned", locked, to=to.kind, name=_name(to))
    return locked


@transaction.atomic
def give_back_silent(*, conversation: Conversation) -> bool:
    """Put it into its team's queue when its assignee has stayed silent for too long; False when that is not so."""
    locked = lock(conversation)
    if locked.owner_user is None or locked.return_at is None or locked.return_at > timezone.now():
        return False
    silent = locked.owner_user
    _give(locked, Owner(team=locked.team, is_queue=True), by=None)
    Note.objects.create(
        conversation=locked, text=_("Back in the queue: %(name)s did not answer in time.") % {"name": silent}
    )
    record("conversation.returned", locked)
    return True


def return_silent() -> int:
    """Give back every conversation whose assignee has stayed silent; how many."""
    due = Conversation.objects.filter(return_at__lte=timezone.now()).order_by("return_at")[:100]
    return sum(give_back_silent(conversation=conversation) for conversation in due)


def require_owner(conversation: Conversation, seen_owner: str) -> None:
    """Raises Conflict when the page that asks showed another owner."""
    if seen_owner and seen_owner != owner_mark(conversation):
        raise Conflict(_("%(owner)s has taken this conversation meanwhile.") % {"owner": owner_in_words(conversation)})


def owner_in_words(conversation: Conversation) -> str:
    if conversation.owner_user is not None:
        return str(conversation.owner_user)
    if conversation.owner_kind == OwnerKind.ASSISTANT:
        return str(_("The assistant"))
    return str(conversation.team) if conversation.team else str(_("The queue"))


def _give(conversation: Conversation, to: Owner, *, by: User | None) -> None:
    conversation.owner_kind, conversation.owner_user = to.kind, to.user
    conversation.team = to.team or conversation.team
    conversation.status = Status.WAITING_FOR_PERSON if to.is_queue else Status.OPEN
    conversation.return_at = None
    start_timer(conversation)
    start_patience(conversation)
    touch(conversation)
    if not to.is_queue:
        _finish_requests(conversation, by)
    announce(conversation.pk, ConsoleEvent.Kind.OWNER, user=by)
    seq = publish_event(conversation.pk, "owner", {"kind": to.kind, "name": _shown_name(to.user)})
    tell_no_more(conversation)
    tell_assigned(conversation, by=by, seq=seq)
    if to.is_queue:
        tell_queued(conversation, by=by, occasion=f"{conversation.public_id}:{seq}")


def _finish_requests(conversation: Conversation, by: User | None) -> None:
    """Whoever takes it has answered the wish for a person."""
    waiting = conversation.person_requests.still_open()
    waiting.update(state=PersonRequest.State.DONE, handled_by=by, handled_at=timezone.now())


def _shown_name(user: User | None) -> str:
    """What a customer may read of a colleague: the name chosen for it, never the sign-in name."""
    return user.display_name if user else ""


def _require_open(conversation: Conversation) -> None:
    if conversation.status == Status.CLOSED:
        raise Conflict(_("This conversation is closed. Open it again first."))


def _name(to: Owner) -> str:
    return to.user.username if to.user else (to.team.name if to.team else "")
