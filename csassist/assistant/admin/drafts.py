"""Every draft with what became of it; deciding on one is done in the console, beside its conversation."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csassist.assistant.models import AnswerTrace, Draft
from csassist.conversations.admin.readonly import ReadOnlyAdmin, conversation_link


@admin.register(Draft)
class DraftAdmin(ReadOnlyAdmin[Draft]):
    list_display = ["words", "state", "rejection", "share_changed", "decided_by", "conversation_page", "created_at"]
    list_filter = ["state", "rejection", "language", "created_at"]
    list_select_related = ["conversation", "decided_by"]
    search_fields = ["text", "edited_text", "comment", "public_id"]
    fields = [
        "text",
        "edited_text",
        "state",
        "support",
        "rejection",
        "comment",
        "share_changed",
        "decided_by",
        "decided_at",
        "why",
        "conversation_page",
        "created_at",
    ]
    readonly_fields = ["share_changed", "why", "conversation_page"]

    @admin.display(description=_("text"))
    def words(self, draft: Draft) -> str:
        return Truncator(draft.shown_text).chars(80)

    @admin.display(description=_("share changed"), empty_value="-")
    def share_changed(self, draft: Draft) -> str | None:
        return None if draft.edit_ratio is None else f"{draft.edit_ratio:.0%}"

    @admin.display(description=_("why"), empty_value="-")
    def why(self, draft: Draft) -> SafeString | None:
        """Its trace; there it can be kept as a golden question too."""
        trace = AnswerTrace.objects.filter(run=draft.run_id).only("pk").first()
        if trace is None:
            return None
        address = reverse("admin:assistant_answertrace_change", args=[trace.pk])
        return format_html('<a href="{}">{}</a>', address, gettext("Why this answer"))

    @admin.display(description=_("conversation"))
    def conversation_page(self, draft: Draft) -> SafeString:
        return conversation_link(draft.conversation)

    def has_delete_permission(self, request: HttpRequest, obj: Draft | None = None) -> bool:
        return False
