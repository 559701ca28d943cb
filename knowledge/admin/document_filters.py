"""The questions people ask of the list of documents, as filters."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from knowledge.models import Document, DocumentVersion, VersionState
from knowledge.models.documents import DocumentQuerySet

Parse = DocumentVersion.Parse
REVIEW_SOON = timedelta(days=30)


class Language(admin.SimpleListFilter):
    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("en", _("English")), ("zh", _("Chinese"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        return queryset.filter(language=self.value()) if self.value() else queryset


class InAnswers(admin.SimpleListFilter):
    title = _("in answers")
    parameter_name = "answers"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("live", _("Live")), ("indexing", _("Being indexed")), ("no", _("Not in answers"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        documents = _documents(queryset)
        match self.value():
            case "live":
                return documents.answerable(timezone.now())
            case "indexing":
                return documents.being_indexed()
            case "no":
                return documents.exclude(pk__in=Document.objects.answerable(timezone.now()).values("pk"))
        return documents


class NewestState(admin.SimpleListFilter):
    title = _("newest version")
    parameter_name = "newest"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterator[tuple[str, Any]]:
        return iter(VersionState.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        state = self.value()
        return _documents(queryset).newest_in([state]) if state else queryset


class Reading(admin.SimpleListFilter):
    title = _("file")
    parameter_name = "file"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("failed", _("Could not be read")), ("waiting", _("Being read"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        states = {"failed": [Parse.FAILED], "waiting": [Parse.WAITING, Parse.RUNNING]}.get(self.value() or "")
        return _documents(queryset).newest_read(states) if states else queryset


class ReviewDue(admin.SimpleListFilter):
    title = _("review due")
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("overdue", _("Overdue")), ("soon", _("Within 30 days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        by = {"overdue": timezone.localdate(), "soon": timezone.localdate() + REVIEW_SOON}.get(self.value() or "")
        return _documents(queryset).review_due(by) if by else queryset


def _documents(queryset: QuerySet[Document]) -> DocumentQuerySet:
    assert isinstance(queryset, DocumentQuerySet)  # noqa: S101 -- the admin lists the default manager
    return queryset
