"""
What a person does with a draft: change it, let it out, refuse it. Nothing else ever sends one.

Whoever decides names the version that they saw. Two who decide at once, a customer who has written since, a colleague
who has taken over, a source that was withdrawn: each is a Conflict that says so, and nothing is sent twice.
"""

from difflib import SequenceMatcher

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.assistant.draft_citations import cited_in, unpacked
from csassist.assistant.models import AnswerTrace, Draft
from csassist.audit.services import record
from csassist.conversations.events import ReplyToPost
from csassist.conversations.models import Author, ConsoleEvent, Conversation, Message
from csassist.conversations.services import announce, close, lock, post_reply, take
from csassist.conversations.services import owner_in_words as owner_words
from csassist.conversations.wording import clean_message, clean_words
from csassist.core.errors import Conflict, InvalidInput
from csassist.core.text import detect_language
from knowledge.selectors import hold_answerable
from knowledge.tokenizing import index_tokens

COMMENT_MAX_CHARACTERS = 2_000
State = Draft.State


@transaction.atomic
def edit_draft(*, draft: Draft, by: User, version: int, text: str) -> Draft:
    """Keep a person's wording of it under the next version. Raises Conflict, and InvalidInput for an empty text."""
    words = clean_message(text, most_characters=settings.CSASSIST_MESSAGE_MAX_CHARACTERS)
    _conversation, locked = _held(draft, by, version)
    locked.edited_text, locked.edited_by = words, by
    locked.state, locked.version = State.EDITED, locked.version + 1
    locked.save(update_fields=["edited_text", "edited_by", "state", "version"])
    announce(locked.conversation_id, ConsoleEvent.Kind.DRAFT, user=by)
    return locked


@transaction.atomic
def approve_draft(*, draft: Draft, by: User, version: int, text: str | None = None, closes: bool = False) -> Message:
    """
    Send it, as it stands or in the wording given now. Who owns the conversation stays who it is.

    A draft sent as it was written is the assistant's message, let out by a person; one that was changed is that
    person's own. Raises Conflict and InvalidInput.
    """
    # Articles before the conversation, as the assistant locks them when it shows a sentence.
    hold_answerable({str(one.document_id) for one in unpacked(draft.citations)})
    conversation, locked = _held(draft, by, version)
    words = locked.shown_text if text is None else text
    words = clean_message(words, most_characters=settings.CSASSIST_MESSAGE_MAX_CHARACTERS)
    cited = cited_in(locked, words)
    if not hold_answerable({str(one.document_id) for one in cited}):
        raise Conflict(_("A source of this draft was withdrawn. Edit the draft, or write an answer of your own."))
    ratio = edit_ratio(locked.text, words)
    message = post_reply(
        conversation=conversation,
        reply=ReplyToPost(
            text=words,
            language=detect_language(words, default="zh" if locked.language == "zh" else "en"),
            author=Author.AGENT if ratio else Author.ASSISTANT,
            author_user=by,
            outcome="" if ratio else "send",
            run_id=locked.run.public_id,
            citations=cited,
        ),
    )
    AnswerTrace.objects.filter(run=locked.run).update(message=message)  # why it is what it is, also once it was sent
    locked.edited_text = words if ratio else ""
    _decide(locked, State.APPROVED, by, edit_ratio=ratio, message=message)
    record("draft.approved", locked, edit_ratio=round(ratio, 3), version=version)
    if closes:
        close(conversation=conversation, by=by)
    return message


@transaction.atomic
def reject_draft(*, draft: Draft, by: User, version: int, reason: str, comment: str = "") -> Draft:
    """Refuse it and say why. The customer still waits, so whoever refuses it owns the conversation from then on."""
    if reason not in Draft.Rejection.values:
        raise InvalidInput(_("Choose why you reject it."), field="reason", choices=Draft.Rejection.values)
    words = clean_words(comment, most_characters=COMMENT_MAX_CHARACTERS, field="comment")
    conversation, locked = _held(draft, by, version)
    _decide(locked, State.REJECTED, by, rejection=reason, comment=words)
    record("draft.rejected", locked, reason=reason, version=version)
    take(conversation=conversation, agent=by)
    return locked


def edit_ratio(written: str, sent: str) -> float:
    """How much of it was changed, 0 for nothing to 1 for all, by words and Han characters. Markers count as words."""
    if written.split() == sent.split():
        return 0.0
    same = SequenceMatcher(None, index_tokens(written), index_tokens(sent), autojunk=False).ratio()
    return max(1.0 - same, 0.001)  # something was changed, if only a comma


def _held(draft: Draft, by: User, version: int) -> tuple[Conversation, Draft]:
    """Both locked, the conversation first. Raises Conflict when the draft is not what `by` saw, or not theirs now."""
    conversation = lock(draft.conversation)
    rows = Draft.objects.select_for_update(of=("self",))
    locked = rows.select_related("run", "episode", "decided_by", "edited_by").get(pk=draft.pk)
    if locked.state == State.WRITING:
        raise Conflict(_("The assistant is still writing this draft."))
    if not locked.can_be_decided:
        raise Conflict(already_decided(locked))
    if locked.version != version:
        editor = locked.edited_by or _("Somebody")
        raise Conflict(_("%(name)s has changed this draft since you opened it.") % {"name": editor})
    owner = conversation.owner_user
    if owner is not None and owner.pk != by.pk:
        raise Conflict(_("%(owner)s has taken this conversation meanwhile.") % {"owner": owner_words(conversation)})
    _require_newest(conversation, locked)
    return conversation, locked


def _require_newest(conversation: Conversation, draft: Draft) -> None:
    """Raises Conflict when the conversation has gone on since the assistant read what the draft answers."""
    if draft.episode.closed_at is not None:
        raise Conflict(_("This conversation was closed meanwhile."))
    later = conversation.messages.filter(pk__gt=draft.run.answered_through_id)
    authors = set(later.exclude(outcome="hand_off").values_list("author", flat=True))  # to pass it on is no answer
    if Author.CUSTOMER in authors:
        raise Conflict(_("The customer has written since. Look at the new message first."))
    if authors & {Author.ASSISTANT, Author.AGENT}:
        raise Conflict(_("Somebody has answered meanwhile."))


def already_decided(draft: Draft) -> str:
    """What became of a draft that waits no more, in words."""
    if draft.state == State.EXPIRED:
        return _("This draft was overtaken by something newer.")
    words = _("%(name)s has already sent it.") if draft.state == State.APPROVED else _("%(name)s has rejected it.")
    return words % {"name": draft.decided_by}


def _decide(draft: Draft, state: str, by: User, **facts: object) -> None:
    draft.state, draft.decided_by, draft.decided_at = state, by, timezone.now()
    for name, value in facts.items():
        setattr(draft, name, value)
    draft.save()
    announce(draft.conversation_id, ConsoleEvent.Kind.DRAFT, user=by)
