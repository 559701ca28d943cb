"""Typing a document: a new article, or the draft of an existing one. A concurrent edit loses nobody's words."""

from functools import partial
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from csassist.core.errors import AppError
from knowledge import services
from knowledge.admin.document_forms import NewArticleForm, TextForm, initial_text
from knowledge.admin.pages import by_pk, not_found, page, require, staff
from knowledge.differences import compare_texts
from knowledge.editing import TextChanged, fingerprint, newest_version, save_text
from knowledge.lifecycle import EDITABLE
from knowledge.models import Collection, Document, DocumentVersion

if TYPE_CHECKING:
    from knowledge.admin.documents import DocumentAdmin

Parse = DocumentVersion.Parse


def urls(documents: "DocumentAdmin") -> list[URLPattern]:
    wrap = documents.admin_site.admin_view
    return [path("<int:pk>/edit/", wrap(partial(edit, documents)), name="knowledge_document_edit")]


def new_article(documents: "DocumentAdmin", request: HttpRequest) -> HttpResponse:
    require(request, "knowledge.add_document")
    author = staff(request)
    initial = {**initial_text(None), "owner": author, "collection": request.GET.get("collection", "")}
    form = NewArticleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        place = services.Place(form.cleaned_data["collection"], owner=form.cleaned_data["owner"])
        try:
            document = services.create_document(place=place, text=form.text(), author=author)
        except AppError as error:
            form.show(error)
        else:
            messages.success(request, _("Draft saved. Publish it when it is ready."))
            return _to_page(document)
    return page(
        documents,
        request,
        "document/write.html",
        title=_("Add article"),
        form=form,
        button=_("Save draft"),
        has_collections=Collection.objects.exists(),
    )


def edit(documents: "DocumentAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """The newest text in a form; `?from=N` begins with the text of an earlier version instead."""
    require(request, "knowledge.change_document")
    document: Document | None = by_pk(Document, str(pk))
    if document is None:
        return not_found(documents, request)
    newest = newest_version(document)
    form = TextForm(request.POST or None, initial=_opened_on(document, newest, request.GET.get("from", "")))
    conflict = None
    if request.method == "POST" and form.is_valid():
        try:
            version = save_text(
                document=document, text=form.text(), seen=form.cleaned_data["seen"], author=staff(request)
            )
        except TextChanged as error:
            conflict = error
            newest = newest_version(document)
            form = _again_on(form, newest)
        except AppError as error:
            form.show(error)
        else:
            messages.success(request, _("Version %d is saved as a draft.") % version.number)
            return _to_page(document)
    return page(
        documents,
        request,
        "document/write.html",
        title=_("Edit “%s”") % document.title,
        form=form,
        document=document,
        newest=newest,
        becomes_new_version=newest is None or newest.state not in EDITABLE,
        is_being_read=newest is not None and newest.parse_state in {Parse.WAITING, Parse.RUNNING},
        conflict=conflict,
        differences=compare_texts(newest.body, form["body"].value() or "") if conflict and newest else (),
        button=_("Save draft"),
    )


def _opened_on(document: Document, newest: DocumentVersion | None, number: str) -> dict[str, object]:
    begin_with = document.versions.filter(number=int(number)).first() if number.isdecimal() else None
    shown = initial_text(begin_with or newest)
    note = _("Back to the text of version %d.") % begin_with.number if begin_with else ""
    is_draft = newest is not None and newest.state in EDITABLE and begin_with is None
    return {**shown, "seen": fingerprint(newest), "note": shown.get("note", "") if is_draft else note}


def _again_on(form: TextForm, newest: DocumentVersion | None) -> TextForm:
    """The same words, now compared with what the other person has saved: saving again is a decision."""
    return TextForm({**form.data.dict(), "seen": fingerprint(newest)})  # type: ignore[attr-defined]  # a QueryDict


def _to_page(document: Document) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:knowledge_document_change", args=[document.pk]))
