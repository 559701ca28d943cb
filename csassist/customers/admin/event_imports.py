"""Uploading past events as CSV: how far the file was read, and which rows were not taken."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csassist.accounts.staff_pages import by_pk, live_region_of, not_found, require, staff
from csassist.core.errors import InvalidInput
from csassist.customers.admin.pages import CustomerPages, page
from csassist.customers.event_imports import begin_import
from csassist.customers.intake.wording import in_words
from csassist.customers.jobs import import_events_due
from csassist.customers.models import EventImport


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "In UTF-8, with a header: userId or anonymousId, event, timestamp; optional messageId, type, receivedAt, "
            "value. Every other column is a property."
        ),
    )


@admin.register(EventImport)
class EventImportAdmin(CustomerPages, admin.ModelAdmin[EventImport]):
    list_display = [
        "file_name",
        "state",
        "accepted_count",
        "duplicates_count",
        "rejected_count",
        "created_by",
        "created_at",
    ]
    list_filter = ["state"]
    list_select_related = ["created_by"]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = path("<int:pk>/state/", wrap(partial(_state, self)), name="customers_eventimport_state")
        return [own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        require(request, "customers.add_eventimport")
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and (begun := _begin(request, form)):
            return HttpResponseRedirect(reverse("admin:customers_eventimport_change", args=[begun.pk]))
        return page(self, request, "import.html", title=gettext("Import events"), form=form)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        require(request, "customers.view_eventimport")
        row: EventImport | None = by_pk(EventImport, object_id)
        if row is None:
            return not_found(self, request)
        return page(self, request, "import_page.html", title=row.file_name, **_shown(row))

    def has_change_permission(self, request: HttpRequest, obj: EventImport | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: EventImport | None = None) -> bool:
        return False


def _begin(request: HttpRequest, form: UploadForm) -> EventImport | None:
    file = form.cleaned_data["file"]
    try:
        begun = begin_import(file_name=file.name, content=file.read(), created_by=staff(request))
    except InvalidInput as error:
        form.add_error("file", error.message)
        return None
    import_events_due.enqueue()
    return begun


def _state(imports: EventImportAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that changes by itself."""
    require(request, "customers.view_eventimport")
    row = EventImport.objects.filter(pk=pk).first()
    if row is None:
        return JsonResponse({"html": "", "done": True})
    now = _shown(row)
    return live_region_of(request, "admin/customers/import_state.html", now, is_done=not now["is_moving"])


def _shown(row: EventImport) -> dict[str, Any]:
    refused = [(one["line"], in_words(one["reason"]), one["field"]) for one in row.refused]
    return {"row": row, "refused": refused, "is_moving": row.state == EventImport.State.WAITING}
