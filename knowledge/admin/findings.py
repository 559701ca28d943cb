"""Knowledge health: what the checks found, both sides of it, and what a person decides."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Case, Count, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from csassist.core.errors import AppError
from knowledge.admin.pages import KnowledgePages, by_pk, not_found, page, require, require_post, staff, tell_error
from knowledge.curation import findings as decisions
from knowledge.curation.wording import KIND_TONES, STATE_TONES, ShownQuote, sentence, shown_quotes
from knowledge.differences import compare_texts
from knowledge.models import Document, DocumentCheck, DocumentVersion, Finding
from knowledge.standing import Standing

FINDINGS_A_PAGE = 20
QUOTES_IN_LIST = 2
Kind = Finding.Kind
State = Finding.State


@dataclass(frozen=True)
class Tab:
    name: str
    count: int
    address: str
    is_current: bool


@dataclass(frozen=True)
class ShownFinding:
    finding: Finding
    kind: Standing
    state: Standing
    sentence: str
    quotes: list[ShownQuote]


@admin.register(Finding)
class FindingAdmin(KnowledgePages, admin.ModelAdmin[Finding]):
    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "draft/<int:version_pk>/<uuid:public_id>/",
                wrap(partial(_compare_draft, self)),
                name="knowledge_finding_compare_draft",
            ),
            path("<int:pk>/dismiss/", wrap(partial(_dismiss, self)), name="knowledge_finding_dismiss"),
            path("<int:pk>/reopen/", wrap(partial(_reopen, self)), name="knowledge_finding_reopen"),
            path("<int:pk>/compare/", wrap(partial(_compare, self)), name="knowledge_finding_compare"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        require(request, "knowledge.view_finding")
        kind = request.GET.get("kind", "")
        state = request.GET.get("state", State.OPEN)
        found = _findings().filter(state=state if state in State.values else State.OPEN)
        numbered = Paginator(found.filter(kind=kind) if kind in Kind.values else found, FINDINGS_A_PAGE)
        shown = numbered.get_page(request.GET.get("p"))
        return page(
            self,
            request,
            "finding/list.html",
            title=_("Knowledge health"),
            tabs=_kind_tabs(found, kind, state),
            states=_state_tabs(kind, state),
            rows=[_shown(one) for one in shown.object_list],
            numbered=shown,
            query=urlencode({"kind": kind, "state": state}),
            waiting=DocumentCheck.objects.filter(document__live_version__isnull=False, compared_at=None).count(),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        require(request, "knowledge.view_finding")
        finding: Finding | None = by_pk(Finding, object_id)
        if finding is None:
            return not_found(self, request)
        return page(
            self,
            request,
            "finding/page.html",
            title=sentence(finding),
            row=_shown(finding),
            finding=finding,
            may_decide=request.user.has_perm("knowledge.change_finding"),
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Finding | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Finding | None = None) -> bool:
        return False


def _findings() -> "QuerySet[Finding]":
    related = Finding.objects.select_related("document__collection", "other_document__collection", "dismissed_by")
    gravest_first = Case(*(When(kind=kind, then=position) for position, kind in enumerate(Kind)), default=len(Kind))
    return related.order_by(gravest_first, "-score", "-first_seen", "pk")


def _kind_tabs(found: "QuerySet[Finding]", kind: str, state: str) -> list[Tab]:
    counts = dict(found.order_by().values_list("kind").annotate(Count("pk")))
    every = Tab(_("All"), sum(counts.values()), f"?{urlencode({'state': state})}", kind not in Kind.values)
    return [
        every,
        *(
            Tab(
                str(one.label),
                counts.get(one.value, 0),
                f"?{urlencode({'kind': one.value, 'state': state})}",
                one == kind,
            )
            for one in Kind
        ),
    ]


def _state_tabs(kind: str, state: str) -> list[Tab]:
    chosen = state if state in State.values else State.OPEN
    counts = dict(Finding.objects.order_by().values_list("state").annotate(Count("pk")))
    return [
        Tab(
            str(one.label), counts.get(one.value, 0), f"?{urlencode({'kind': kind, 'state': one.value})}", one == chosen
        )
        for one in State
    ]


def _shown(finding: Finding) -> ShownFinding:
    return ShownFinding(
        finding=finding,
        kind=Standing(finding.kind, KIND_TONES[finding.kind], finding.get_kind_display()),
        state=Standing(finding.state, STATE_TONES[finding.state], finding.get_state_display()),
        sentence=sentence(finding),
        quotes=shown_quotes(finding.evidence),
    )


def _compare(findings: FindingAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Both texts, line by line."""
    require(request, "knowledge.view_finding")
    finding = _findings().select_related("version", "other_version").filter(pk=pk).first()
    if finding is None or finding.other_version is None:
        return not_found(findings, request)
    return page(
        findings,
        request,
        "finding/compare.html",
        title=_("Compare both texts"),
        finding=finding,
        document=finding.document,
        other=finding.other_document,
        lines=compare_texts(finding.version.body, finding.other_version.body),
    )


def _compare_draft(findings: FindingAdmin, request: HttpRequest, version_pk: int, public_id: UUID) -> HttpResponse:
    """A draft beside what answers use of another document."""
    require(request, "knowledge.view_document")
    version = DocumentVersion.objects.select_related("document").filter(pk=version_pk).first()
    other = Document.objects.select_related("live_version").filter(public_id=public_id).first()
    if version is None or other is None or other.live_version is None:
        raise Http404
    return page(
        findings,
        request,
        "finding/compare.html",
        title=_("Compare both texts"),
        document=version.document,
        other=other,
        lines=compare_texts(version.body, other.live_version.body),
    )


def _dismiss(findings: FindingAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    require_post(request)
    require(request, "knowledge.change_finding")
    finding: Finding | None = by_pk(Finding, str(pk))
    if finding is None:
        return not_found(findings, request)
    try:
        decisions.dismiss(finding=finding, reason=request.POST.get("reason", ""), by=staff(request))
    except AppError as error:
        tell_error(request, error)
        return _to_page(pk)
    messages.success(request, _("Dismissed. It comes back only if the text changes."))
    return HttpResponseRedirect(reverse("admin:knowledge_finding_changelist"))


def _reopen(findings: FindingAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    require_post(request)
    require(request, "knowledge.change_finding")
    finding: Finding | None = by_pk(Finding, str(pk))
    if finding is None:
        return not_found(findings, request)
    try:
        decisions.reopen(finding=finding)
    except AppError as error:
        tell_error(request, error)
    else:
        messages.success(request, _("It is open again."))
    return _to_page(pk)


def _to_page(pk: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:knowledge_finding_change", args=[pk]))
