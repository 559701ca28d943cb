"""The list of documents, and where the pages of one document are mounted."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from knowledge.admin import document_acts, document_page, document_writing, uploads
from knowledge.admin.document_actions import BulkActions
from knowledge.admin.document_filters import InAnswers, Language, NewestState, Reading, ReviewDue
from knowledge.admin.pages import KnowledgePages, badge
from knowledge.document_lists import listed, with_versions
from knowledge.models import Document
from knowledge.standing import Standing

LANGUAGE_NAMES = {"en": _("English"), "zh": _("Chinese")}


class DocumentList(ChangeList):
    """Looks up where the documents of the page stand, all at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        standing_of = {one.document.pk: one for one in listed(self.result_list)}
        for document in self.result_list:
            document.listed = standing_of[document.pk]


@admin.register(Document)
class DocumentAdmin(BulkActions, KnowledgePages, admin.ModelAdmin[Document]):
    list_display = ["title", "collection", "language_name", "newest", "in_answers", "owner", "review", "changed"]
    list_display_links = ["title"]
    list_filter = ["collection", Language, InAnswers, NewestState, Reading, ReviewDue, "owner"]
    search_fields = ["title", "slug", "public_id", "versions__original_name"]
    actions = ["publish_selected", "submit_selected", "withdraw_selected", "index_selected"]
    list_per_page = 50
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return DocumentList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        return with_versions(super().get_queryset(request))

    @admin.display(description=_("language"), ordering="language")
    def language_name(self, document: Document) -> Any:
        return LANGUAGE_NAMES.get(document.language, document.language)

    @admin.display(description=_("newest version"))
    def newest(self, document: Any) -> SafeString:
        return badge(document.listed.reading)

    @admin.display(description=_("in answers"))
    def in_answers(self, document: Any) -> SafeString:
        return badge(document.listed.answers)

    @admin.display(description=_("review due"), ordering="published_version__review_due")
    def review(self, document: Any) -> str | SafeString:
        version = document.published_version or document.listed.newest
        due = version.review_due if version else None
        if due is None:
            return ""
        if due <= timezone.localdate():
            return badge(Standing("overdue", "warning", gettext("Overdue"), due.isoformat()))
        return format_html("<time>{}</time>", due.isoformat())

    @admin.display(description=_("changed"), ordering="updated_at")
    def changed(self, document: Document) -> SafeString:
        """How long ago, in one unit; the exact time on hover."""
        exact = date_format(timezone.localtime(document.updated_at), "DATETIME_FORMAT")
        ago = gettext("%s ago") % timesince(document.updated_at, depth=1)
        return format_html('<time datetime="{}" title="{}">{}</time>', document.updated_at.isoformat(), exact, ago)

    def get_urls(self) -> list[URLPattern]:
        parts = (uploads, document_page, document_acts, document_writing)
        return [*(one for part in parts for one in part.urls(self)), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return document_writing.new_article(self, request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return document_page.show(self, request, object_id)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return document_page.delete(self, request, object_id)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return document_page.show(self, request, object_id)
