"""The record of what was said, by whom, on what evidence, and what happened next."""

from csassist.conversations.models.attachments import Attachment
from csassist.conversations.models.dialogue import Author, Conversation, ConversationEvent, Message
from csassist.conversations.models.evidence import Citation, Feedback
from csassist.conversations.models.people import PersonRequest

__all__ = [
    "Attachment",
    "Author",
    "Citation",
    "Conversation",
    "ConversationEvent",
    "Feedback",
    "Message",
    "PersonRequest",
]
