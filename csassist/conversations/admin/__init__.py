"""What staff see of conversations: the transcripts, the ratings, the people waiting, and what they share."""

from csassist.conversations.admin.conversations import ConversationAdmin
from csassist.conversations.admin.feedback import FeedbackAdmin
from csassist.conversations.admin.people import PersonRequestAdmin
from csassist.conversations.admin.teamwork import MacroAdmin, SurveyAdmin, TagAdmin

__all__ = ["ConversationAdmin", "FeedbackAdmin", "MacroAdmin", "PersonRequestAdmin", "SurveyAdmin", "TagAdmin"]
