"""Bulk actions of the list of documents. With many documents the next page is the one that shows the progress."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from knowledge import bulk
from knowledge.admin.pages import staff
from knowledge.models import Document

MANY = 10
MOST_AT_ONCE = 200
REFUSALS_SHOWN = 10
INDEXED_ACTS = frozenset({"publish", "index"})


class BulkActions:
    """For the admin of documents."""

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("knowledge.publish_document")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]  # of ModelAdmin
        actions.pop("delete_selected", None)  # it would pass the services by
        return actions

    @admin.action(description=_("Publish the newest drafts"), permissions=["publish"])
    def publish_selected(self, request: HttpRequest, queryset: QuerySet[Document]) -> HttpResponseRedirect | None:
        return _do(request, "publish", queryset)

    @admin.action(description=_("Submit the drafts for review"), permissions=["change"])
    def submit_selected(self, request: HttpRequest, queryset: QuerySet[Document]) -> HttpResponseRedirect | None:
        return _do(request, "submit", queryset)

    @admin.action(description=_("Withdraw from answers"), permissions=["publish"])
    def withdraw_selected(self, request: HttpRequest, queryset: QuerySet[Document]) -> HttpResponseRedirect | None:
        return _do(request, "withdraw", queryset)

    @admin.action(description=_("Index again"), permissions=["publish"])
    def index_selected(self, request: HttpRequest, queryset: QuerySet[Document]) -> HttpResponseRedirect | None:
        return _do(request, "index", queryset)


def _do(request: HttpRequest, act: bulk.BulkAct, documents: QuerySet[Document]) -> HttpResponseRedirect | None:
    """At once for as many as a request can wait for, else in the worker."""
    user = staff(request)
    if documents.count() > MOST_AT_ONCE:
        pks = list(documents.values_list("pk", flat=True))
        bulk.do_in_background.enqueue(act, pks, user.pk)
        messages.success(request, gettext("%d documents are being worked on in the background.") % len(pks))
        return _progress(request) if act in INDEXED_ACTS else None
    result = bulk.do_to_all(act, documents, user=user)
    if result.done_count:
        messages.success(request, _done_words(act, result.done_count))
    for refused in result.refused[:REFUSALS_SHOWN]:
        messages.error(request, f"{refused.title}: {refused.reason}")
    if (more := len(result.refused) - REFUSALS_SHOWN) > 0:
        messages.error(request, ngettext("and %d more like this", "and %d more like these", more) % more)
    return _progress(request) if act in INDEXED_ACTS and result.done_count >= MANY else None


def _done_words(act: bulk.BulkAct, count: int) -> str:
    match act:
        case "publish":
            words = ngettext("%d document was published.", "%d documents were published.", count)
        case "submit":
            words = ngettext("%d document was submitted.", "%d documents were submitted.", count)
        case "withdraw":
            words = ngettext(
                "%d document was withdrawn. No answer uses it from now on.",
                "%d documents were withdrawn. No answer uses them from now on.",
                count,
            )
        case "index":
            words = ngettext("%d document is being indexed again.", "%d documents are being indexed again.", count)
    return words % count


def _progress(request: HttpRequest) -> HttpResponseRedirect | None:
    if not request.user.has_perm("knowledge.view_indexgeneration"):
        return None
    return HttpResponseRedirect(reverse("admin:knowledge_indexgeneration_changelist"))
