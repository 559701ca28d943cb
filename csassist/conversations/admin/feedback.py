"""What customers thought of answers, newest first."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from csassist.conversations.admin.readonly import ReadOnlyAdmin, conversation_link
from csassist.conversations.models import Feedback
from csassist.conversations.shapes import short_title


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin[Feedback]):
    list_display = ["rating", "reason", "comment", "answer", "conversation", "updated_at"]
    list_filter = ["rating", "reason", "updated_at"]
    list_select_related = ["message__conversation"]
    search_fields = ["comment", "message__text"]
    fields = ["rating", "reason", "comment", "answer", "conversation", "created_at", "updated_at"]
    readonly_fields = ["answer", "conversation"]

    @admin.display(description=_("answer"))
    def answer(self, feedback: Feedback) -> str:
        return short_title(feedback.message.text)

    @admin.display(description=_("conversation"))
    def conversation(self, feedback: Feedback) -> SafeString:
        return conversation_link(feedback.message.conversation)
