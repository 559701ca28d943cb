"""What staff see of conversations: the transcripts, the ratings and the people waiting."""

from csassist.conversations.admin.conversations import ConversationAdmin
from csassist.conversations.admin.feedback import FeedbackAdmin
from csassist.conversations.admin.people import PersonRequestAdmin

__all__ = ["ConversationAdmin", "FeedbackAdmin", "PersonRequestAdmin"]
