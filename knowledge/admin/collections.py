"""Collections: a name and who may see what is in it. A change of audience holds from the next question on."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from csassist.audit.services import record
from knowledge.admin.pages import KnowledgePages
from knowledge.models import Collection


@admin.register(Collection)
class CollectionAdmin(KnowledgePages, admin.ModelAdmin[Collection]):
    list_display = ["name", "audience", "documents", "slug"]
    list_filter = ["audience"]
    search_fields = ["name", "slug", "description"]
    fields = ["name", "slug", "audience", "description"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        return super().get_queryset(request).annotate(documents_count=Count("documents"))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Collection | None = None) -> dict[str, Any]:
        return {} if obj else dict(self.prepopulated_fields)

    @admin.display(description=_("documents"), ordering="documents_count")
    def documents(self, collection: Any) -> SafeString:
        address = reverse("admin:knowledge_document_changelist")
        return format_html(
            '<a href="{}?collection__id__exact={}">{}</a>', address, collection.pk, collection.documents_count
        )

    def save_model(self, request: HttpRequest, obj: Collection, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record("collection.changed" if change else "collection.created", obj, audience=obj.audience)
