"""What happens to examples: added one by one or by file, moved to another intent, removed, taken away as a file."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from csassist.accounts.staff_pages import by_pk, require, require_post, staff, tell_error
from csassist.analysis import services
from csassist.analysis.admin.pages import page
from csassist.analysis.example_files import FILE_MOST_BYTES, as_json_lines, as_table, examples_of_file
from csassist.analysis.models import IntentExample
from csassist.analysis.services import ExampleText, ImportOutcome, require_intent
from csassist.core.errors import AppError, InvalidInput
from csassist.rest.uploads import take_one_file

if TYPE_CHECKING:
    from csassist.analysis.admin.intents import IntentAdmin

WRITERS: dict[str, Callable[..., Iterator[str]]] = {"jsonl": as_json_lines, "csv": as_table}
CONTENT_TYPES = {"jsonl": "application/jsonl; charset=utf-8", "csv": "text/csv; charset=utf-8"}


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "One JSON object a line with “text” and “label”, or a CSV table with these columns. The label is the key "
            "of an intent, or oos for what is out of scope. “language” (en or zh) may be left out."
        ),
    )


def add(intents: "IntentAdmin", request: HttpRequest, key: str) -> HttpResponse:
    """One example a line."""
    require_post(request)
    require(request, "analysis.add_intentexample")
    lines = [line for line in request.POST.get("texts", "").splitlines() if line.strip()]
    label = request.POST.get("label", key)
    try:
        require_intent(label)
        if not lines:
            raise InvalidInput(gettext("Write at least one example, one a line."))
        outcome = services.add_examples(examples=[ExampleText(line, label) for line in lines], by=staff(request))
    except AppError as error:
        tell_error(request, error)
    else:
        _tell(request, outcome)
    return back(request)


def move(intents: "IntentAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    require_post(request)
    require(request, "analysis.change_intentexample")
    example: IntentExample | None = by_pk(IntentExample, str(pk))
    try:
        if example is not None:
            services.move_example(example=example, intent=require_intent(request.POST.get("label", "")))
            messages.success(request, gettext("Moved."))
    except AppError as error:
        tell_error(request, error)
    return back(request)


def remove(intents: "IntentAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    require_post(request)
    require(request, "analysis.delete_intentexample")
    if services.remove_examples(examples=list(IntentExample.objects.filter(pk=pk))):
        messages.success(request, gettext("Removed."))
    return back(request)


def import_file(intents: "IntentAdmin", request: HttpRequest) -> HttpResponse:
    require(request, "analysis.add_intentexample")
    take_one_file(request, most_bytes=FILE_MOST_BYTES)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            rows = examples_of_file(file.name or "", file.read())
            outcome = services.add_examples(examples=rows, by=staff(request), source=IntentExample.Source.IMPORTED)
        except AppError as error:
            form.add_error("file", error.message)
        else:
            _tell(request, outcome)
            return HttpResponseRedirect(reverse("admin:analysis_intent_changelist"))
    return page(intents, request, "intents/import.html", title=gettext("Import examples"), form=form)


def export_file(intents: "IntentAdmin", request: HttpRequest, kind: str) -> StreamingHttpResponse:
    require(request, "analysis.change_intent")
    if kind not in WRITERS:
        raise Http404
    rows = IntentExample.objects.select_related("intent").order_by("intent__position", "intent__key", "pk")
    response = StreamingHttpResponse(WRITERS[kind](rows.iterator()), content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="intent-examples.{kind}"'
    return response


def back(request: HttpRequest) -> HttpResponseRedirect:
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return HttpResponseRedirect(asked)
    return HttpResponseRedirect(reverse("admin:analysis_intent_changelist"))


def _tell(request: HttpRequest, outcome: ImportOutcome) -> None:
    added = ngettext("%d example added.", "%d examples added.", outcome.added_count) % outcome.added_count
    known = ngettext("%d was there already.", "%d were there already.", outcome.known_count) % outcome.known_count
    messages.success(request, f"{added} {known}" if outcome.known_count else added)
    if outcome.left_out_count:
        left_out = ngettext("%d was left out:", "%d were left out:", outcome.left_out_count) % outcome.left_out_count
        messages.warning(request, " ".join([left_out, *outcome.problems]))
