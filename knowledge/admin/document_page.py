"""One document: what answers use, what is being prepared, what can be done next, and how it came to be."""

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from csassist.core import suspicion
from csassist.core.rendering import render_article
from knowledge import services
from knowledge.admin.document_forms import DocumentPlaceForm
from knowledge.admin.document_readers import help_centre_facts
from knowledge.admin.pages import by_pk, live_region, not_found, page, require, require_post
from knowledge.chunking import CHUNKING_GENERATION
from knowledge.curation.checks import findings_if_published
from knowledge.curation.wording import KIND_TONES, shown_quotes, summary
from knowledge.cutting import cut
from knowledge.differences import compare_texts
from knowledge.document_lists import ListedDocument, listed, with_versions
from knowledge.editing import Placing, fingerprint, place_document
from knowledge.lifecycle import EDITABLE
from knowledge.models import Document, DocumentVersion, Finding, IndexJob, Passage, VersionKind
from knowledge.parse_reasons import explain_note

if TYPE_CHECKING:
    from knowledge.admin.documents import DocumentAdmin

PASSAGES_SHOWN = 50
VERSIONS_SHOWN = 50
PREVIEW_CHARACTERS = 100_000
Parse = DocumentVersion.Parse


def urls(documents: "DocumentAdmin") -> list[URLPattern]:
    wrap = documents.admin_site.admin_view
    return [
        path("<int:pk>/state/", wrap(partial(state, documents)), name="knowledge_document_state"),
        path("<int:pk>/compare/", wrap(partial(compare, documents)), name="knowledge_document_compare"),
        path("<int:pk>/place/", wrap(partial(place, documents)), name="knowledge_document_place"),
        path("by-id/<uuid:public_id>/", wrap(partial(by_id, documents)), name="knowledge_document_by_id"),
    ]


def show(documents: "DocumentAdmin", request: HttpRequest, object_id: str) -> HttpResponse:
    """The page; `?version=N` shows another version's text than the one that matters most."""
    require(request, "knowledge.view_document")
    found = _listed(object_id)
    if found is None:
        return not_found(documents, request)
    shown = _shown_version(found, request.GET.get("version", ""))
    return page(
        documents,
        request,
        "document/page.html",
        title=found.document.title,
        **_now(request, found),
        shown=shown,
        preview=_preview(shown),
        passages=_passages(shown),
        warnings=_warnings(found),
        questions=[*shown.questions, *shown.aliases] if shown else (),
        notes=[explain_note(note) for note in shown.parse_notes] if shown else (),
        marks=suspicion.in_words(_marks(shown)) if shown else (),
        versions=_history(found.document),
        help_centre=help_centre_facts(found.document),
        place_form=DocumentPlaceForm(
            initial={
                "collection": found.document.collection_id,
                "owner": found.document.owner_id,
                "suggested_question": found.document.suggested_question,
            },
            prefix="place",
        ),
    )


def _marks(shown: DocumentVersion) -> tuple[str, ...]:
    """What of its text reads as if it were meant for a model; for a person to look at before it is published."""
    return suspicion.marks("\n".join((shown.title, *shown.questions, *shown.aliases, shown.original_name, shown.body)))


def state(documents: "DocumentAdmin", request: HttpRequest, pk: int) -> JsonResponse:
    """The part of the page that changes by itself."""
    require(request, "knowledge.view_document")
    found = _listed(str(pk))
    if found is None:
        raise Http404
    return live_region(request, "document/state.html", _now(request, found), is_done=not found.is_moving)


def compare(documents: "DocumentAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """What changed from version `?a=` to version `?b=`."""
    require(request, "knowledge.view_document")
    document: Document | None = by_pk(Document, str(pk))
    if document is None:
        return not_found(documents, request)
    before = _numbered(document, request.GET.get("a", ""))
    after = _numbered(document, request.GET.get("b", ""))
    return page(
        documents,
        request,
        "document/compare.html",
        title=_("Compare versions of “%s”") % document.title,
        document=document,
        before=before,
        after=after,
        numbers=list(document.versions.values_list("number", flat=True)),
        lines=compare_texts(before.body, after.body) if before and after else (),
        fields=_changed_fields(before, after) if before and after else (),
    )


def place(documents: "DocumentAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    require_post(request)
    require(request, "knowledge.change_document")
    document: Document | None = by_pk(Document, str(pk))
    if document is None:
        return not_found(documents, request)
    form = DocumentPlaceForm(request.POST, prefix="place")
    if form.is_valid():
        place_document(document=document, placed=Placing(**form.cleaned_data))
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Choose a collection and an owner from the lists."))
    return HttpResponseRedirect(reverse("admin:knowledge_document_change", args=[document.pk]))


def by_id(documents: "DocumentAdmin", request: HttpRequest, public_id: Any) -> HttpResponse:
    """From the id that answers and the API use to the page; `?version=N` is kept."""
    document = Document.objects.filter(public_id=public_id).first()
    if document is None:
        messages.warning(request, _("This document has been deleted."))
        return HttpResponseRedirect(reverse("admin:knowledge_document_changelist"))
    address = reverse("admin:knowledge_document_change", args=[document.pk])
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def delete(documents: "DocumentAdmin", request: HttpRequest, object_id: str) -> HttpResponse:
    """Says what will happen; deletes on POST."""
    require(request, "knowledge.delete_document")
    found = _listed(object_id)
    if found is None:
        return not_found(documents, request)
    if request.method == "POST":
        services.delete_document(document=found.document)
        messages.success(request, _("“%s” was deleted.") % found.document.title)
        return HttpResponseRedirect(reverse("admin:knowledge_document_changelist"))
    return page(
        documents,
        request,
        "document/delete.html",
        title=_("Delete “%s”?") % found.document.title,
        listed=found,
        document=found.document,
        versions_count=found.document.versions.count(),
    )


def _now(request: HttpRequest, found: ListedDocument) -> dict[str, Any]:
    """Where the document stands, and what this user may do about it."""
    document, newest = found.document, found.newest
    is_draft = newest is not None and newest.state in EDITABLE
    may_change = request.user.has_perm("knowledge.change_document")
    may_publish = request.user.has_perm("knowledge.publish_document")
    is_reading = newest is not None and newest.parse_state in {Parse.WAITING, Parse.RUNNING}
    has_failed = newest is not None and newest.parse_state == Parse.FAILED
    is_readable = is_draft and not is_reading and not has_failed
    return {
        "document": document,
        "listed": found,
        "newest": newest,
        "draft": newest if is_draft else None,
        "seen": fingerprint(DocumentVersion.objects.filter(pk=newest.pk).first()) if newest and is_draft else "",
        "may_edit": may_change and not is_reading,
        "may_submit": may_change and is_readable and newest is not None and newest.state == "draft",
        "may_publish": may_publish and is_readable and newest is not None and not newest.is_waiting_for_verdict,
        "may_hold": may_publish and is_draft and newest is not None and newest.is_waiting_for_verdict,
        "may_withdraw": may_publish and document.published_version_id is not None,
        "may_retry": may_change and has_failed,
        "may_index": may_publish and document.published_version_id is not None,
        "may_delete": request.user.has_perm("knowledge.delete_document"),
        "jobs": IndexJob.objects.filter(document_public_id=document.public_id)
        .exclude(generation__state="retired")
        .select_related("generation"),
    }


def _listed(object_id: str) -> ListedDocument | None:
    if not object_id.isdecimal():
        return None
    return next(iter(listed(with_versions(Document.objects.filter(pk=object_id)))), None)


def _shown_version(found: ListedDocument, number: str) -> DocumentVersion | None:
    """The version asked for, else the newest draft with a text, else the published one, else the newest."""
    versions = found.document.versions.select_related("created_by", "published_by")
    if number.isdecimal() and (asked := versions.filter(number=int(number)).first()):
        return asked
    newest = versions.first()
    if newest is not None and not newest.body.strip() and found.document.published_version_id:
        return versions.filter(pk=found.document.published_version_id).first()
    return newest


def _history(document: Document) -> Any:
    return (
        document.versions.without_text()
        .select_related("created_by", "published_by")
        .order_by("-number")[:VERSIONS_SHOWN]
    )


def _preview(version: DocumentVersion | None) -> Any:
    if version is None or version.kind == VersionKind.QUESTIONS:
        return ""
    return render_article(version.body[:PREVIEW_CHARACTERS])


def _passages(version: DocumentVersion | None) -> dict[str, Any]:
    """The stored passages; of a text that was not indexed yet, those it would be cut into, unless it is very long."""
    if version is None:
        return {"rows": [], "count": 0}
    stored = Passage.objects.filter(version=version, chunking_generation=CHUNKING_GENERATION).order_by("ordinal")
    if count := stored.count():
        return {"rows": stored[:PASSAGES_SHOWN], "count": count}
    chunks = cut(version) if len(version.body) <= PREVIEW_CHARACTERS else ()
    return {"rows": chunks[:PASSAGES_SHOWN], "count": len(chunks), "is_preview": True}


def _warnings(found: ListedDocument) -> list[dict[str, Any]]:
    """What publishing the draft would bring about, for the reader to judge before the button is pressed."""
    newest = found.newest
    if newest is None or newest.state not in EDITABLE:
        return []
    draft = DocumentVersion.objects.select_related("document__collection").get(pk=newest.pk)
    return [
        {
            "kind": Finding.Kind(issue.kind).label,
            "tone": KIND_TONES[issue.kind],
            "sentence": summary(issue.kind, issue.as_evidence()),
            "quotes": shown_quotes(issue.as_evidence()),
            "other": next((one for one in issue.documents if one != str(found.document.public_id)), ""),
        }
        for issue in findings_if_published(draft)
    ]


def _numbered(document: Document, number: str) -> DocumentVersion | None:
    return document.versions.filter(number=int(number)).first() if number.isdecimal() else None


def _changed_fields(before: DocumentVersion, after: DocumentVersion) -> list[tuple[str, str, str]]:
    names = ["title", "language", "kind", "questions", "aliases", "effective_from", "expires_at", "review_due"]
    shown: list[tuple[str, str, str]] = []
    for name in names:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            label = str(DocumentVersion._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            shown.append((label, _value(old), _value(new)))
    return shown


def _value(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
