"""
Taking in files, tying them to messages, and forgetting those that were never sent.

The bytes are written before the row and outside its transaction: a crash between leaves a file without a row, which the
sweep finds, and never a row without its file.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.conversations.attachment_rules import kind_of, name_to_show
from csassist.conversations.models import Attachment, Conversation, Message
from csassist.conversations.models.attachments import FOLDER
from csassist.conversations.wording import require_key
from csassist.core.errors import InvalidInput, NotFound

UNUSED_LIFE = timedelta(days=1)


def attach_file(
    *, conversation: Conversation, name: str, content: bytes, client_key: str = ""
) -> tuple[Attachment, bool]:
    """
    The stored file and whether it is new: the same `client_key` again returns what was stored the first time.

    Raises InvalidInput for a file that is not taken.
    """
    require_key(client_key)
    if (stored := _stored(conversation, client_key)) is not None:
        return stored, False
    shown = name_to_show(name)
    attachment = Attachment(
        conversation=conversation,
        client_key=client_key,
        name=shown,
        kind=kind_of(content, name=shown),
        bytes_count=len(content),
        digest=hashlib.sha256(content).hexdigest(),
    )
    attachment.content.save("", ContentFile(content), save=False)
    try:
        with transaction.atomic():
            _require_room(conversation)
            attachment.save()
    except (IntegrityError, InvalidInput, NotFound):
        attachment.content.delete(save=False)
        if (stored := _stored(conversation, client_key)) is not None:
            return stored, False  # the same upload was first in another request
        raise
    return attachment, True


def tie_to_message(*, message: Message, public_ids: Sequence[UUID]) -> list[Attachment]:
    """
    Make uploaded files part of a message, inside its transaction. Raises NotFound for one that is not of this
    conversation or was sent before, and InvalidInput for too many.
    """
    wanted = list(dict.fromkeys(public_ids))
    if len(wanted) > settings.CSASSIST_ATTACHMENTS_PER_MESSAGE_COUNT:
        raise too_many()
    unused = Attachment.objects.unused().filter(conversation_id=message.conversation_id, public_id__in=wanted)
    if unused.update(message=message) != len(wanted):
        raise NotFound(_("This attachment does not exist."))
    return list(message.attachments.all())


def remove_unused(*, attachment: Attachment) -> None:
    """Forget a file that the customer took back before sending; one that was sent stays. Doing it twice is fine."""
    deleted_count, _per_model = Attachment.objects.unused().filter(pk=attachment.pk).delete()
    if deleted_count:
        attachment.content.delete(save=False)


def prune_attachments() -> int:
    """Delete files that were uploaded a day ago and never sent, and files on disk of which no row knows; how many."""
    before = timezone.now() - UNUSED_LIFE
    left_behind = list(Attachment.objects.left_behind(before=before))
    for attachment in left_behind:
        remove_unused(attachment=attachment)
    return len(left_behind) + _prune_unknown_files(before.timestamp())


def too_many() -> InvalidInput:
    most = settings.CSASSIST_ATTACHMENTS_PER_MESSAGE_COUNT
    return InvalidInput(_("A message can have at most %(most)d files.") % {"most": most}, field="attachments")


def _stored(conversation: Conversation, client_key: str) -> Attachment | None:
    return conversation.attachments.filter(client_key=client_key).first() if client_key else None


def _require_room(conversation: Conversation) -> None:
    """Locks the conversation, so that uploads at once cannot pass the limit together. Raises InvalidInput."""
    if not Conversation.objects.select_for_update().filter(pk=conversation.pk).exists():
        raise NotFound(_("This conversation does not exist."))
    if conversation.attachments.unused().count() >= settings.CSASSIST_ATTACHMENTS_PER_MESSAGE_COUNT:
        raise too_many()


def _prune_unknown_files(before: float) -> int:
    """Files whose conversation was erased, or whose upload died before its row was written."""
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    old = [path for path in folder.iterdir() if path.stat().st_mtime < before] if folder.is_dir() else []
    count = 0
    for start in range(0, len(old), 500):
        some = {f"{FOLDER}/{path.name}": path for path in old[start : start + 500]}
        known = set(Attachment.objects.filter(content__in=some).values_list("content", flat=True))
        for name, path in some.items():
            if name not in known:
                path.unlink(missing_ok=True)
                count += 1
    return count
