"""Sources: what was imported together, how far it is, and why something in it failed."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from csassist.core.errors import AppError
from knowledge.admin.pages import (
    KnowledgePages,
    badge,
    by_pk,
    live_region,
    not_found,
    page,
    require,
    require_post,
    staff,
    tell_error,
)
from knowledge.document_lists import listed, with_versions
from knowledge.models import Collection, Document, Source
from knowledge.removal import holdings_of, purge_source
from knowledge.shrinking import alarm_text, go_ahead
from knowledge.sources import add_source, fetch_again
from knowledge.standing import Standing, Tone
from knowledge.trust import set_trust

DOCUMENTS_A_PAGE = 50
FETCHED = (Source.Kind.FOLDER, Source.Kind.URL, Source.Kind.SITEMAP)
TONES: dict[str, Tone] = {
    Source.State.WAITING: "info",
    Source.State.RUNNING: "info",
    Source.State.READY: "good",
    Source.State.FAILED: "danger",
    Source.State.ALARMED: "danger",
}
TRUST_TONES: dict[str, Tone] = {Source.Trust.TRUSTED: "neutral", Source.Trust.UNTRUSTED: "warning"}


class SourceForm(forms.Form):
    collection = forms.ModelChoiceField(label=_("Collection"), queryset=Collection.objects.all(), empty_label=None)
    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind.value, kind.label) for kind in FETCHED])
    location = forms.CharField(
        label=_("Address or folder"),
        max_length=500,
        help_text=_(
            "A page or sitemap: its whole address, beginning with https://. A folder: its name below the import "
            "directory of the server."
        ),
    )
    trust = forms.ChoiceField(
        label=_("Trust"),
        choices=[("", _("As usual: folders are trusted, the web is not")), *Source.Trust.choices],
        required=False,
        help_text=_("Trusted: only the company itself can write there. Otherwise a person publishes each text."),
    )
    publish_when_read = forms.BooleanField(
        label=_("Publish as soon as read"), required=False, help_text=_("Holds for trusted sources only.")
    )


@admin.register(Source)
class SourceAdmin(KnowledgePages, admin.ModelAdmin[Source]):
    list_display = [
        "__str__",
        "kind",
        "collection",
        "standing",
        "trusted",
        "found_count",
        "created_by",
        "created_at",
        "fetched_at",
    ]
    list_filter = ["kind", "state", "trust", "collection"]
    list_select_related = ["collection", "created_by"]
    search_fields = ["location"]
    list_per_page = 50
    actions = None

    @admin.display(description=_("state"), ordering="state")
    def standing(self, source: Source) -> SafeString:
        return badge(source_standing(source))

    @admin.display(description=_("trust"), ordering="trust")
    def trusted(self, source: Source) -> SafeString:
        return badge(trust_standing(source))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/state/", wrap(partial(_state, self)), name="knowledge_source_state"),
            path("<int:pk>/fetch/", wrap(partial(_fetch_again, self)), name="knowledge_source_fetch"),
            path("<int:pk>/trust/", wrap(partial(_change_trust, self)), name="knowledge_source_trust"),
            path("<int:pk>/go-ahead/", wrap(partial(_go_ahead, self)), name="knowledge_source_go_ahead"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        require(request, "knowledge.add_source")
        form = SourceForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            may_publish = request.user.has_perm("knowledge.publish_document")
            chosen = form.cleaned_data
            try:
                source = add_source(
                    collection=chosen["collection"],
                    kind=chosen["kind"],
                    location=chosen["location"],
                    publish_when_read=chosen["publish_when_read"] and may_publish,
                    author=staff(request),
                    trust=chosen["trust"] or None,
                )
            except AppError as error:
                form.add_error("location", error.message)
            else:
                return HttpResponseRedirect(reverse("admin:knowledge_source_change", args=[source.pk]))
        return page(
            self,
            request,
            "source/add.html",
            title=gettext("Import a folder, page or sitemap"),
            form=form,
            has_collections=Collection.objects.exists(),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        require(request, "knowledge.view_source")
        source: Source | None = by_pk(Source, object_id)
        if source is None:
            return not_found(self, request)
        return page(self, request, "source/page.html", title=str(source), **_now(request, source))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Says what will go; purges on POST."""
        require(request, "knowledge.delete_source")
        source: Source | None = by_pk(Source, object_id)
        if source is None:
            return not_found(self, request)
        if request.method == "POST":
            return _purge(request, source)
        title = gettext("Purge “%s”?") % source
        return page(self, request, "source/purge.html", title=title, source=source, held=holdings_of(source))


def source_standing(source: Source) -> Standing:
    is_moving = source.state in {Source.State.WAITING, Source.State.RUNNING}
    detail = source.failure or alarm_text(source)
    return Standing(source.state, TONES[source.state], source.get_state_display(), detail, is_moving)


def trust_standing(source: Source) -> Standing:
    return Standing(source.trust, TRUST_TONES[source.trust], source.get_trust_display())


def _now(request: HttpRequest, source: Source) -> dict[str, Any]:
    """The source and a page of its documents, with where each stands."""
    documents = with_versions(Document.objects.filter(source=source).order_by("slug", "pk"))
    numbered = Paginator(documents, DOCUMENTS_A_PAGE).get_page(request.GET.get("p"))
    rows = listed(numbered.object_list)
    standing = source_standing(source)
    return {
        "source": source,
        "standing": standing,
        "rows": rows,
        "numbered": numbered,
        "is_moving": standing.is_moving or any(row.is_moving for row in rows),
        "trust": trust_standing(source),
        "is_trusted": source.trust == Source.Trust.TRUSTED,
        "is_alarmed": source.state == Source.State.ALARMED,
        "may_fetch": source.kind in FETCHED and request.user.has_perm("knowledge.change_source"),
        "may_decide": request.user.has_perm("knowledge.publish_document"),
        "may_purge": request.user.has_perm("knowledge.delete_source"),
    }


def _state(sources: SourceAdmin, request: HttpRequest, pk: int) -> JsonResponse:
    """The part of the page that changes by itself."""
    require(request, "knowledge.view_source")
    source: Source | None = by_pk(Source, str(pk))
    if source is None:
        raise Http404
    now = _now(request, source)
    return live_region(request, "source/state.html", now, is_done=not now["is_moving"])


def _fetch_again(sources: SourceAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    require_post(request)
    require(request, "knowledge.change_source")
    source: Source | None = by_pk(Source, str(pk))
    if source is None:
        return not_found(sources, request)
    return _done(
        request,
        source,
        lambda: fetch_again(source=source),
        gettext("It is being fetched again. Only what has changed becomes a new version."),
    )


def _change_trust(sources: SourceAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    require_post(request)
    require(request, "knowledge.publish_document")
    source: Source | None = by_pk(Source, str(pk))
    if source is None:
        return not_found(sources, request)
    trust = request.POST.get("trust", "")
    if trust not in Source.Trust.values:
        raise Http404
    return _done(request, source, lambda: set_trust(source=source, trust=trust), gettext("Saved."))


def _go_ahead(sources: SourceAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    require_post(request)
    require(request, "knowledge.publish_document")
    source: Source | None = by_pk(Source, str(pk))
    if source is None:
        return not_found(sources, request)
    words = gettext("What is gone was withdrawn. No answer uses it from now on.")
    return _done(request, source, lambda: go_ahead(source=source), words)


def _done(request: HttpRequest, source: Source, act: Callable[[], object], words: str) -> HttpResponse:
    """Do it, say so or say why not, and go back to the source."""
    try:
        act()
    except AppError as error:
        tell_error(request, error)
    else:
        messages.success(request, words)
    return HttpResponseRedirect(reverse("admin:knowledge_source_change", args=[source.pk]))


def _purge(request: HttpRequest, source: Source) -> HttpResponse:
    try:
        held = purge_source(source=source)
    except AppError as error:
        tell_error(request, error)
        return HttpResponseRedirect(reverse("admin:knowledge_source_change", args=[source.pk]))
    words = ngettext(
        "The source and its %d document were deleted. No answer uses it from now on.",
        "The source and its %d documents were deleted. No answer uses them from now on.",
        held.documents,
    )
    messages.success(request, words % held.documents)
    return HttpResponseRedirect(reverse("admin:knowledge_source_changelist"))
