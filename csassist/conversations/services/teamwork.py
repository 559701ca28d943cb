"""What staff write for one another: notes with mentions, tags, and that they are looking."""

import re
from collections.abc import Collection, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.conversations.models import ConsoleEvent, Conversation, Message, Note, SavedFilter, Seen, Tag
from csassist.conversations.services.alerting import tell_mentioned
from csassist.conversations.services.announcing import announce
from csassist.conversations.services.messages import lock
from csassist.conversations.wording import clean_line, clean_message, require_key
from csassist.core.errors import Conflict, InvalidInput

NOTE_MAX_CHARACTERS = 4_000
TAG_MAX_CHARACTERS = 40
TAGS_OF_ONE_COUNT = 12
FILTERS_OF_ONE_COUNT = 30
# Open pages say so every 10 seconds, and every few keystrokes.
OPEN_FOR = timedelta(seconds=25)
WRITING_FOR = timedelta(seconds=6)
_MENTION = re.compile(r"(?<![\w@.])@([\w.+-]{1,150})")


@transaction.atomic
def write_note(*, conversation: Conversation, author: User, text: str, client_key: str = "") -> tuple[Note, bool]:
    """The note and whether it is new. `@username` mentions an active colleague; another @ is just a word."""
    words = clean_message(text, most_characters=NOTE_MAX_CHARACTERS)
    require_key(client_key)
    locked = lock(conversation)
    stored = locked.notes.filter(client_key=client_key).first() if client_key else None
    if stored is not None:
        if stored.author_id != author.pk:
            raise Conflict(_("This message key was used by somebody else."))
        return stored, False
    note = Note.objects.create(conversation=locked, author=author, text=words, client_key=client_key)
    named = {name.rstrip(".").casefold() for name in _MENTION.findall(words)}
    if named:
        note.mentions.set(mentioned := _named(named))
        tell_mentioned(note, mentioned=mentioned)
    announce(locked.pk, ConsoleEvent.Kind.NOTE, user=author)
    return note, True


@transaction.atomic
def set_tags(*, conversation: Conversation, names: Sequence[str], by: User) -> list[Tag]:
    """The conversation's tags from now on; new words become tags. Raises InvalidInput."""
    clean = {clean_line(name, most_characters=TAG_MAX_CHARACTERS, field="tags") for name in names} - {""}
    if len(clean) > TAGS_OF_ONE_COUNT:
        raise InvalidInput(_("A conversation has at most %(most)d tags.") % {"most": TAGS_OF_ONE_COUNT}, field="tags")
    locked = lock(conversation)
    tags = [Tag.objects.get_or_create(name=name)[0] for name in sorted(clean)]
    locked.tags.set(tags)
    record("conversation.tagged", locked, tags=[*sorted(clean)])
    announce(locked.pk, ConsoleEvent.Kind.ABOUT, user=by)
    return tags


@transaction.atomic
def add_tag(*, conversation: Conversation, name: str, by: User) -> None:
    """One tag more; the tags that colleagues set meanwhile stay."""
    lock(conversation)
    present = list(conversation.tags.values_list("name", flat=True))
    if name not in present:
        set_tags(conversation=conversation, names=[*present, name], by=by)


@transaction.atomic
def note_looking(*, conversation: Conversation, user: User, is_writing: bool = False) -> None:
    """The user has it open now, or writes in it. Colleagues are told when that begins, not with every repetition."""
    now = timezone.now()
    seen, is_new = Seen.objects.get_or_create(conversation=conversation, user=user)
    begins = is_new or seen.open_until < now or (is_writing and seen.writing_until < now)
    seen.open_until = now + OPEN_FOR
    if is_writing:
        seen.writing_until = now + WRITING_FOR
    seen.save(update_fields=["open_until", "writing_until"])
    if begins:
        announce(conversation.pk, ConsoleEvent.Kind.PEOPLE, user=user)


def note_left(*, conversation: Conversation, user: User) -> None:
    now = timezone.now()
    left = Seen.objects.filter(conversation=conversation, user=user, open_until__gt=now)
    if left.update(open_until=now, writing_until=now):
        with transaction.atomic():
            announce(conversation.pk, ConsoleEvent.Kind.PEOPLE, user=user)


def note_read(*, conversation: Conversation, user: User) -> None:
    """The user has seen all that was said so far."""
    newest = Message.objects.filter(conversation=conversation).order_by("-id").values_list("id", flat=True).first()
    if newest is None:
        return
    seen, _created = Seen.objects.get_or_create(
        conversation=conversation, user=user, defaults={"open_until": timezone.now()}
    )
    if seen.read_through_id < newest:
        Seen.objects.filter(pk=seen.pk, read_through_id__lt=newest).update(read_through_id=newest)


@transaction.atomic
def save_filter(*, user: User, name: str, query: str) -> SavedFilter:
    """A view of the inbox under a name; the same name again replaces it."""
    words = clean_line(name, most_characters=60, field="name")
    if not words:
        raise InvalidInput(_("Give the filter a name."), field="name")
    if len(query) > 500:
        raise InvalidInput(_("This filter is too long to be saved."), field="query")
    User.objects.select_for_update().get(pk=user.pk)  # two at once would make two of one name
    mine = SavedFilter.objects.filter(user=user)
    if mine.count() >= FILTERS_OF_ONE_COUNT and not mine.filter(name=words).exists():
        raise Conflict(_("You have %(most)d filters. Delete one first.") % {"most": FILTERS_OF_ONE_COUNT})
    return SavedFilter.objects.update_or_create(user=user, name=words, defaults={"query": query})[0]


def _named(names: Collection[str]) -> list[User]:
    return [user for user in User.objects.filter(is_active=True) if user.username.casefold() in names]
