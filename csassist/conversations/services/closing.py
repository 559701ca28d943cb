"""Ending an episode, opening a conversation again, and asking how it went."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.conversations.models import Author, ConsoleEvent, Conversation, Episode, PersonRequest, Survey
from csassist.conversations.services.alerting import tell_no_more
from csassist.conversations.services.announcing import announce
from csassist.conversations.services.episodes import close_episode, open_episode
from csassist.conversations.services.messages import COMMENT_MAX_CHARACTERS, lock, publish_event, touch
from csassist.conversations.wording import clean_words
from csassist.core.errors import Conflict, InvalidInput, NotFound
from csassist.customers import own_events

BY_ITSELF = frozenset({"assistant", "system"})


@transaction.atomic
def close(*, conversation: Conversation, by: User | None = None, closed_by: str = "agent") -> bool:
    """
    End the episode; the customer's next message begins another, with the assistant. False when nothing changed.

    `closed_by` is "customer", "assistant", "agent" or "system". One that still waits for a person is closed by a person
    only, and none by itself while its customer waits for an answer. The survey goes out with it, after the last answer.
    """
    locked = lock(conversation)
    if locked.status == Conversation.Status.CLOSED:
        return False
    if locked.status == Conversation.Status.WAITING_FOR_PERSON and by is None:
        return False
    if locked.waiting_since is not None and closed_by in BY_ITSELF:
        return False
    episode = close_episode(locked, closed_by=closed_by, closer=by)
    locked.status = Conversation.Status.CLOSED
    locked.owner_kind, locked.owner_user = Conversation.OwnerKind.ASSISTANT, None
    locked.waiting_since = locked.return_at = locked.overdue_at = None
    tell_no_more(locked)
    touch(locked)
    locked.person_requests.still_open().update(state=PersonRequest.State.DONE, handled_by=by, handled_at=timezone.now())
    record("conversation.closed", locked, closed_by=closed_by)
    announce(locked.pk, ConsoleEvent.Kind.OWNER, user=by)
    publish_event(locked.pk, "closed", {"by": closed_by})
    if episode is not None:
        _ask_how_it_went(locked, episode)
    return True


@transaction.atomic
def reopen(*, conversation: Conversation, by: User) -> Conversation:
    """A person goes on with a closed conversation, in a new episode that is theirs."""
    locked = lock(conversation)
    if locked.status != Conversation.Status.CLOSED:
        raise Conflict(_("This conversation is open already."))
    open_episode(locked, by_staff=True)
    locked.owner_kind, locked.owner_user = Conversation.OwnerKind.PERSON, by
    touch(locked)
    record("conversation.reopened", locked)
    announce(locked.pk, ConsoleEvent.Kind.OWNER, user=by)
    publish_event(locked.pk, "owner", {"kind": locked.owner_kind, "name": by.display_name})
    return locked


@transaction.atomic
def answer_survey(
    *, survey: Survey, score: int | None = None, resolved: bool | None = None, comment: str | None = None
) -> Survey:
    """The customer's answer, as a whole or bit by bit; the latest counts. Raises InvalidInput, naming the field."""
    if score is not None and score not in range(1, 6):
        raise InvalidInput(_("A score is a number from 1 to 5."), field="score")
    locked = Survey.objects.select_for_update(of=("self",)).select_related("episode__conversation").get(pk=survey.pk)
    if score is None and resolved is None and comment is None:
        return locked
    if score is not None:
        locked.score = score
    if resolved is not None:
        locked.resolved = resolved
    if comment is not None:
        locked.comment = clean_words(comment, most_characters=COMMENT_MAX_CHARACTERS, field="comment")
    locked.answered_at = timezone.now()
    locked.save(update_fields=["score", "resolved", "comment", "answered_at"])
    if score is not None:
        own_events.note(  # another score is another event: what was said first stays in the record
            customer=locked.episode.conversation.customer_id,
            name=own_events.RATED,
            key=f"{locked.public_id}:{score}",
            value_milli=1_000 * score,
        )
    return locked


def survey_of(conversation: Conversation) -> Survey:
    """The newest survey of a conversation. Raises NotFound before the first close."""
    survey = Survey.objects.filter(episode__conversation=conversation).order_by("-id").first()
    if survey is None:
        raise NotFound(_("There is no survey for this conversation yet."))
    return survey


def _ask_how_it_went(conversation: Conversation, episode: Episode) -> None:
    """Only where somebody answered: an episode without an answer has nothing to rate."""
    answers = episode.messages.filter(author__in=[Author.ASSISTANT, Author.AGENT])
    if not answers.exists():
        return
    last = answers.filter(author=Author.AGENT).select_related("author_user").order_by("-id").first()
    mail_at = timezone.now() + timedelta(seconds=settings.CSASSIST_SURVEY_MAIL_AFTER_SECONDS)
    survey = Survey.objects.create(
        episode=episode,
        agent=last.author_user if last else None,
        team=conversation.team,
        mail_at=mail_at if conversation.api_key_id is None else None,
    )
    publish_event(conversation.pk, "survey", {"survey": str(survey.public_id)})
