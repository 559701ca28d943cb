"""The state of the two indexes: reachable, complete, being built; and the two things an operator may ask for."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from csassist.core.errors import AppError
from knowledge.admin.pages import KnowledgePages, live_region, page, require, require_post, tell_error
from knowledge.generations import progress
from knowledge.health import dense_reachable, lexical_reachable
from knowledge.maintenance import build_anew, request_comparison
from knowledge.models import Document, IndexGeneration, IndexJob

FAILURES_SHOWN = 50
State = IndexGeneration.State


@admin.register(IndexGeneration)
class IndexGenerationAdmin(KnowledgePages, admin.ModelAdmin[IndexGeneration]):
    """One page; generations come and go by themselves."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("progress.json", wrap(partial(_progress, self)), name="knowledge_index_progress"),
            path("build/", wrap(partial(_build, self)), name="knowledge_index_build"),
            path("compare/", wrap(partial(_compare, self)), name="knowledge_index_compare"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        require(request, "knowledge.view_indexgeneration")
        return page(self, request, "indexgeneration/page.html", title=_("Indexes"), **_now(request))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:knowledge_indexgeneration_changelist"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: IndexGeneration | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: IndexGeneration | None = None) -> bool:
        return False


@dataclass(frozen=True)
class ShownGeneration:
    generation: IndexGeneration
    counts: dict[str, int]

    @property
    def is_live(self) -> bool:
        return self.generation.state == State.LIVE

    @property
    def is_complete(self) -> bool:
        return self.counts["done"] >= self.counts["documents"]

    @property
    def done_percent(self) -> int:
        return round(100 * self.counts["done"] / self.counts["documents"]) if self.counts["documents"] else 100


def _now(request: HttpRequest) -> dict[str, Any]:
    generations = IndexGeneration.objects.exclude(state=State.RETIRED).order_by("-state", "pk")
    shown = [ShownGeneration(one, progress(one)) for one in generations]
    live = next((one.generation for one in shown if one.is_live), None)
    is_building = any(not one.is_live for one in shown)
    comparison = live.comparison if live else {}
    is_comparing = comparison.get("state") == "waiting"
    return {
        "generations": shown,
        "live": live,
        "comparison": comparison,
        "failures": _failures(),
        "is_dense_reachable": dense_reachable(),
        "is_lexical_reachable": lexical_reachable(),
        "is_building": is_building,
        "is_comparing": is_comparing,
        "is_moving": is_building or is_comparing or not all(one.is_complete for one in shown),
        "may_build": request.user.has_perm("knowledge.change_indexgeneration"),
    }


def _failures() -> list[dict[str, Any]]:
    """Documents that could not be indexed at the last attempt, with the reason."""
    jobs = (
        IndexJob.objects.filter(done_sequence__lt=F("sequence"))
        .exclude(failure="")
        .exclude(generation__state=State.RETIRED)
        .order_by("retry_at", "pk")[:FAILURES_SHOWN]
    )
    documents = Document.objects.in_bulk([job.document_public_id for job in jobs], field_name="public_id")
    return [{"job": job, "document": documents.get(job.document_public_id)} for job in jobs]


def _progress(generations: IndexGenerationAdmin, request: HttpRequest) -> JsonResponse:
    """The part of the page that changes by itself."""
    require(request, "knowledge.view_indexgeneration")
    now = _now(request)
    return live_region(request, "indexgeneration/state.html", now, is_done=not now["is_moving"])


def _build(generations: IndexGenerationAdmin, request: HttpRequest) -> HttpResponse:
    require_post(request)
    require(request, "knowledge.change_indexgeneration")
    try:
        build_anew()
    except AppError as error:
        tell_error(request, error)
    else:
        messages.success(
            request, _("Both indexes are being built anew. Questions are answered from the old ones meanwhile.")
        )
    return _back()


def _compare(generations: IndexGenerationAdmin, request: HttpRequest) -> HttpResponse:
    require_post(request)
    require(request, "knowledge.change_indexgeneration")
    try:
        request_comparison(mends=request.POST.get("mends") == "yes")
    except AppError as error:
        tell_error(request, error)
    return _back()


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:knowledge_indexgeneration_changelist"))
