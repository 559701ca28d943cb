"""Uploading files: any number at once, each refusal named, and then a page that shows how far they are."""

from functools import partial
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from csassist.core.errors import AppError
from knowledge.admin.document_forms import UploadForm
from knowledge.admin.pages import page, require, staff
from knowledge.models import Collection, Source
from knowledge.sources import IncomingFile, upload_files
from knowledge.upload_rules import accepted_words, incoming_name

if TYPE_CHECKING:
    from knowledge.admin.documents import DocumentAdmin


def urls(documents: "DocumentAdmin") -> list[URLPattern]:
    wrap = documents.admin_site.admin_view
    return [path("upload/", wrap(partial(upload, documents)), name="knowledge_document_upload")]


def upload(documents: "DocumentAdmin", request: HttpRequest) -> HttpResponse:
    """The form; on POST the good files are stored and the refused ones named."""
    require(request, "knowledge.add_document")
    form = UploadForm(request.POST or None, request.FILES or None, initial=_initial(request))
    if request.method == "POST" and form.is_valid() and (source := _store(request, form)):
        return HttpResponseRedirect(reverse("admin:knowledge_source_change", args=[source.pk]))
    return page(
        documents,
        request,
        "document/upload.html",
        title=_("Upload files"),
        form=form,
        accepted=accepted_words(),
        may_publish=request.user.has_perm("knowledge.publish_document"),
        has_collections=Collection.objects.exists(),
    )


def _store(request: HttpRequest, form: UploadForm) -> Source | None:
    may_publish = request.user.has_perm("knowledge.publish_document")
    try:
        source = upload_files(
            collection=form.cleaned_data["collection"],
            files=_incoming(form),
            publish_when_read=form.cleaned_data["publish_when_read"] and may_publish,
            author=staff(request),
            trust=form.cleaned_data["trust"] or Source.Trust.TRUSTED,
        )
    except AppError as error:
        form.add_error("files", error.message)
        return None
    for problem in form.refusals():
        messages.error(request, problem)
    return source


def _incoming(form: UploadForm) -> list[IncomingFile]:
    """The files, each under a key of its own even when two have the same name."""
    files: list[IncomingFile] = []
    for file in form.good_files():
        name = file.name or ""
        key = incoming_name(name, [one.name for one in files])
        files.append(IncomingFile(key=key, name=name, content=file.read()))
    return files


def _initial(request: HttpRequest) -> dict[str, str]:
    return {"collection": request.GET.get("collection", "")}
