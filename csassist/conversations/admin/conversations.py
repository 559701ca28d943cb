"""Conversations with their whole transcript, sources and ratings."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from csassist.conversations import selectors, services
from csassist.conversations.admin.readonly import ReadOnlyAdmin
from csassist.conversations.models import Conversation, Feedback
from csassist.conversations.shapes import short_title
from csassist.core.rendering import render_message

MESSAGES_PER_PAGE = 100


class RatedFilter(admin.SimpleListFilter):
    """Conversations in which some answer was rated so."""

    title = _("rating")
    parameter_name = "rated"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Feedback.Rating.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        if self.value() not in Feedback.Rating.values:
            return queryset
        return queryset.filter(pk__in=Feedback.objects.filter(rating=self.value()).values("message__conversation"))


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin[Conversation]):
    list_display = [
        "title",
        "customer",
        "status",
        "owner_kind",
        "channel",
        "language",
        "messages_count",
        "updated_at",
    ]
    list_filter = ["status", RatedFilter, "channel", "language", "updated_at"]
    # A non-empty list shows the search box; what it searches is decided below.
    search_fields = ["public_id"]
    search_help_text = _("Words in a message, a customer's name, or the id of a conversation.")
    show_full_result_count = False
    fields = [
        *("public_id", "customer", "status", "owner_kind", "channel", "api_key", "language", "about", "created_at"),
    ]
    readonly_fields = ["about"]
    actions = ["close"]

    class Media:
        css = {"all": ["conversations/transcript.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        return selectors.all_conversations()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Conversation], search_term: str
    ) -> tuple[QuerySet[Conversation], bool]:
        words = search_term.strip()
        if not words:
            return queryset, False
        if (public_id := _uuid(words)) is not None:
            return queryset.filter(Q(public_id=public_id) | Q(customer__public_id=public_id)), False
        found = Q(pk__in=Conversation.objects.mentioning(words).values("pk")) | Q(customer__name__icontains=words)
        return queryset.filter(found), False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        conversation = self.get_object(request, object_id)
        if conversation is not None and self.has_view_permission(request, conversation):
            extra_context = {**(extra_context or {}), "transcript": _transcript(request, conversation)}
        return super().change_view(request, object_id, form_url, extra_context)

    @admin.display(description=_("first question"))
    def title(self, conversation: Conversation) -> str:
        return short_title(getattr(conversation, "first_question", None) or "") or str(conversation)

    @admin.display(description=_("messages"))
    def messages_count(self, conversation: Conversation) -> int:
        return getattr(conversation, "messages_count", None) or 0

    @admin.display(description=_("asked about"), empty_value="-")
    def about(self, conversation: Conversation) -> str | None:
        """A link, because the document's title stands in a higher app."""
        if conversation.about_document_id is None:
            return None
        address = reverse("admin:knowledge_document_by_id", args=[conversation.about_document_id])
        return format_html('<a href="{}">{}</a>', address, _("The article the customer was reading"))

    @admin.action(description=_("Close the selected conversations"), permissions=["close"])
    def close(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> None:
        for conversation in queryset:
            services.close(conversation=conversation)

    def has_close_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.change_conversation")


def _transcript(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    """One page of messages with their HTML: the last, where the conversation stands, unless another is asked for."""
    pages = Paginator(selectors.messages_of(conversation), MESSAGES_PER_PAGE)
    page = pages.get_page(request.GET.get("transcript_page") or pages.num_pages)
    entries = [{"message": message, "html": render_message(message.text)} for message in page]
    return {"page": page, "entries": entries, "people": conversation.person_requests.order_by("id")[:MESSAGES_PER_PAGE]}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
