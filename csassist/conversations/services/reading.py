"""What the customer has seen: one mark for each conversation, which moves forward only."""

from django.utils.translation import gettext as _

from csassist.conversations.models import Conversation, Message
from csassist.core.errors import NotFound


def mark_read(*, conversation: Conversation, message: Message) -> None:
    """
    The customer has seen this message and all before it. An older one changes nothing, and one of another conversation
    is none of this one's: raises NotFound.
    """
    if message.conversation_id != conversation.pk:
        raise NotFound(_("This message does not exist."))
    Conversation.objects.filter(pk=conversation.pk, read_through_id__lt=message.pk).update(read_through_id=message.pk)
