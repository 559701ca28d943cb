"""The buttons of a document's page: each is one service, one permission, and one sentence that says what happened."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from csassist.core.errors import AppError, NotFound
from knowledge import bulk, publication, reading, services
from knowledge.admin.pages import by_pk, not_found, require, require_post, staff, tell_error
from knowledge.editing import publish_seen
from knowledge.models import Document, DocumentVersion

if TYPE_CHECKING:
    from knowledge.admin.documents import DocumentAdmin


@dataclass(frozen=True)
class Act:
    """`run` returns what happened when that is something else than `done`; both are marked for translation."""

    permission: str
    run: Callable[[Document, HttpRequest], str | None]
    done: str


def urls(documents: "DocumentAdmin") -> list[URLPattern]:
    wrap = documents.admin_site.admin_view
    return [path("<int:pk>/do/<slug:name>/", wrap(partial(do, documents)), name="knowledge_document_do")]


def do(documents: "DocumentAdmin", request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do what the button says and go back to the page, which shows the new state."""
    require_post(request)
    act = ACTS.get(name)
    if act is None:
        raise Http404
    require(request, act.permission)
    document: Document | None = by_pk(Document, str(pk))
    if document is None:
        return not_found(documents, request)
    try:
        said = act.run(document, request)
    except AppError as error:
        tell_error(request, error)
    else:
        messages.success(request, _(said or act.done))
    return HttpResponseRedirect(reverse("admin:knowledge_document_change", args=[document.pk]))


def _named_version(document: Document, request: HttpRequest) -> DocumentVersion:
    """The version the button was about: named by the form, because a newer one may have come since."""
    number = request.POST.get("number", "")
    version = document.versions.filter(number=int(number)).first() if number.isdecimal() else None
    if version is None:
        raise NotFound(_("This version does not exist any more."))
    return version


def _publish(document: Document, request: HttpRequest) -> str | None:
    version = _named_version(document, request)
    is_published = publish_seen(version=version, seen=request.POST.get("seen", ""), publisher=staff(request))
    return None if is_published else BEING_CHECKED


def _do_not_publish(document: Document, request: HttpRequest) -> None:
    publication.cancel(version=_named_version(document, request))


def _submit(document: Document, request: HttpRequest) -> None:
    services.submit_for_review(version=_named_version(document, request))


def _withdraw(document: Document, request: HttpRequest) -> None:
    services.withdraw(document=document)


def _retry(document: Document, request: HttpRequest) -> None:
    reading.retry(version=_named_version(document, request))


def _index(document: Document, request: HttpRequest) -> None:
    bulk.index_again(document=document)


BEING_CHECKED = gettext_noop("The golden questions are being asked with it first. It is published when they pass.")
ACTS = {
    "publish": Act(
        "knowledge.publish_document",
        _publish,
        gettext_noop("Published. Answers use it as soon as both indexes hold it."),
    ),
    "hold": Act("knowledge.publish_document", _do_not_publish, gettext_noop("It stays a draft.")),
    "submit": Act("knowledge.change_document", _submit, gettext_noop("Submitted for review.")),
    "withdraw": Act("knowledge.publish_document", _withdraw, gettext_noop("Withdrawn. No answer uses it from now on.")),
    "retry": Act("knowledge.change_document", _retry, gettext_noop("The file is being read again.")),
    "index": Act("knowledge.publish_document", _index, gettext_noop("It is being indexed again.")),
}
