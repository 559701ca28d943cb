"""The record of what was said, by whom, on what evidence, and what happened next."""

from csassist.conversations.models.attachments import Attachment
from csassist.conversations.models.dialogue import Author, Conversation, ConversationEvent, Episode, Message
from csassist.conversations.models.evidence import Citation, Feedback
from csassist.conversations.models.identity import IdentityCheck
from csassist.conversations.models.mails import BrowserGrant, ReplyMail, SurveyRefusal
from csassist.conversations.models.people import HandOffReason, PersonRequest
from csassist.conversations.models.teamwork import ConsoleEvent, Macro, Note, SavedFilter, Seen, Survey, Tag

__all__ = [
    "Attachment",
    "Author",
    "BrowserGrant",
    "Citation",
    "ConsoleEvent",
    "Conversation",
    "ConversationEvent",
    "Episode",
    "Feedback",
    "HandOffReason",
    "IdentityCheck",
    "Macro",
    "Message",
    "Note",
    "PersonRequest",
    "ReplyMail",
    "SavedFilter",
    "Seen",
    "Survey",
    "SurveyRefusal",
    "Tag",
]
