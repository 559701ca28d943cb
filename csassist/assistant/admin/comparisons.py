"""What an intended change would do to answers, one by one, and the way past a verdict: with a reason, on record."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csassist.assistant import comparisons
from csassist.assistant.admin.compared import CHANGE_TONES, shown
from csassist.assistant.golden import counts
from csassist.assistant.models import AnswerTrace, ComparedAnswer, Comparison
from csassist.conversations.models import Citation
from csassist.core.errors import AppError, InvalidInput
from csassist.core.verdicts import Verdict
from csassist.llm import choices
from csassist.llm.models import ModelChoice
from knowledge import publication as articles
from knowledge.admin.pages import badge, by_pk, live_region_of, require, require_post, staff, tell_error
from knowledge.models import DocumentVersion
from knowledge.standing import Standing, Tone
from prompts import publication as prompts
from prompts.models import PromptVersion

ANSWERS_A_PAGE = 25
WAIT_SECONDS = 2
# The worst first: what a person has to look at.
ORDER = ("regressed", "failed", "wrong", "improved", "different", "", "right", "same")
VERDICT_TONES: dict[str, Tone] = {
    Verdict.WAITING: "info",
    Verdict.PASSED: "good",
    Verdict.REGRESSED: "danger",
    Verdict.INCONCLUSIVE: "warning",
    Verdict.OVERRULED: "warning",
}
# Who may publish what a comparison is about may overrule its verdict.
PERMISSION_OF_KIND = {
    Comparison.Kind.ARTICLE: "knowledge.publish_document",
    Comparison.Kind.PROMPT: "prompts.change_promptversion",
    Comparison.Kind.MODEL: "llm.change_modelchoice",
}


@admin.register(Comparison)
class ComparisonAdmin(admin.ModelAdmin[Comparison]):
    list_display = ["title", "kind", "standing", "created_by", "created_at", "finished_at"]
    list_filter = ["kind", "state", "verdict"]
    list_select_related = ["created_by"]
    search_fields = ["title", "public_id"]
    list_per_page = 50
    actions = None

    class Media:
        css = {"all": ["knowledge/admin.css", "assistant/why.css"]}

    @admin.display(description=_("verdict"))
    def standing(self, comparison: Comparison) -> SafeString:
        return badge(_standing(comparison))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/state/", wrap(self.state_view), name="assistant_comparison_state"),
            path("<int:pk>/overrule/", wrap(self.overrule_view), name="assistant_comparison_overrule"),
            path("<int:pk>/cancel/", wrap(self.cancel_view), name="assistant_comparison_cancel"),
            path("verdict/<slug:kind>/<uuid:public_id>/", wrap(self.verdict_view), name="assistant_verdict"),
            path("citing/<uuid:version_id>/", wrap(partial(citing_view, self)), name="assistant_citing"),
            path("replay/<uuid:trace_id>/", wrap(self.replay_view), name="assistant_replay"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        require(request, "assistant.view_comparison")
        comparison: Comparison | None = by_pk(Comparison, object_id)
        if comparison is None:
            return super().change_view(request, object_id, form_url, extra_context)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": str(comparison),
            **_page(request, comparison),
        }
        return TemplateResponse(request, "admin/assistant/comparison/page.html", context)

    def state_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part of the page that changes while questions are being asked."""
        require(request, "assistant.view_comparison")
        comparison: Comparison | None = by_pk(Comparison, str(pk))
        if comparison is None:
            raise Http404
        context = _page(request, comparison)
        return live_region_of(request, "admin/assistant/comparison/state.html", context, is_done=not comparison.is_open)

    def verdict_view(self, request: HttpRequest, kind: str, public_id: UUID) -> HttpResponseBase:
        """From a text that waits, or was judged, to the comparison; waits until a worker has begun it."""
        require(request, "assistant.view_comparison")
        judged = _judged(kind, public_id)
        if judged is None:
            raise Http404
        comparison = Comparison.objects.filter(public_id=judged.verdict_run).first() if judged.verdict_run else None
        if comparison is not None:
            return HttpResponseRedirect(reverse("admin:assistant_comparison_change", args=[comparison.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": str(judged),
            "is_waiting": judged.is_waiting_for_verdict,
        }
        response = TemplateResponse(request, "admin/assistant/comparison/waiting.html", context)
        if judged.is_waiting_for_verdict:
            response.headers["Refresh"] = str(WAIT_SECONDS)
        return response

    def overrule_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        require_post(request)
        comparison: Comparison | None = by_pk(Comparison, str(pk))
        if comparison is None:
            raise Http404
        require(request, _permission(comparison))
        try:
            _overrule(comparison, request.POST.get("reason", ""), request)
        except AppError as error:
            tell_error(request, error)
        else:
            messages.success(request, gettext("Published against the golden questions. The reason is on record."))
        return HttpResponseRedirect(reverse("admin:assistant_comparison_change", args=[comparison.pk]))

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        require_post(request)
        comparison: Comparison | None = by_pk(Comparison, str(pk))
        if comparison is None:
            raise Http404
        require(request, PERMISSION_OF_KIND.get(Comparison.Kind(comparison.kind), "assistant.change_comparison"))
        try:
            comparisons.cancel(comparison=comparison)
        except AppError as error:
            tell_error(request, error)
        return HttpResponseRedirect(reverse("admin:assistant_comparison_change", args=[comparison.pk]))

    def replay_view(self, request: HttpRequest, trace_id: UUID) -> HttpResponse:
        """Answer one past question again, with what is published and configured now."""
        require_post(request)
        require(request, "assistant.view_answertrace")
        trace = AnswerTrace.objects.filter(public_id=trace_id).first()
        if trace is None:
            raise Http404
        try:
            comparison = comparisons.replay(traces=[trace], title=trace.question, asker=staff(request))
        except InvalidInput as error:
            tell_error(request, error)
            return HttpResponseRedirect(reverse("admin:assistant_answertrace_change", args=[trace.pk]))
        return HttpResponseRedirect(reverse("admin:assistant_comparison_change", args=[comparison.pk]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Comparison | None = None) -> bool:
        return False


def citing_view(model_admin: "admin.ModelAdmin[Any]", request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Every past answer that cited a version of a document, newest first; POST replays them all."""
    require(request, "assistant.view_answertrace")
    version = DocumentVersion.objects.filter(public_id=version_id).select_related("document").first()
    cited = Citation.objects.filter(version_id=version_id)
    traces = AnswerTrace.objects.filter(message__in=cited.values("message_id")).order_by("-pk")
    if version is None and not cited.exists():
        raise Http404
    name = f"{version.title} v{version.number}" if version else str(cited.values_list("title", flat=True)[0])
    if request.method == "POST":
        try:
            comparison = comparisons.replay(
                traces=list(traces[: comparisons.MOST_REPLAYED]), title=name, asker=staff(request)
            )
        except AppError as error:
            tell_error(request, error)
            return HttpResponseRedirect(request.path)
        return HttpResponseRedirect(reverse("admin:assistant_comparison_change", args=[comparison.pk]))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "media": model_admin.media,
        "title": gettext("Answers that cited “%s”") % name,
        "version": version,
        "page": Paginator(traces.select_related("message", "run__conversation"), ANSWERS_A_PAGE).get_page(
            request.GET.get("page")
        ),
        "most_replayed": comparisons.MOST_REPLAYED,
    }
    return TemplateResponse(request, "admin/assistant/comparison/citing.html", context)


def _page(request: HttpRequest, comparison: Comparison) -> dict[str, Any]:
    wanted = request.GET.get("change", "")
    answers = comparison.answers.select_related("golden_question", "trace")
    found = counts(comparison.answers.values_list("change", flat=True))
    ranked = answers.annotate(
        worst_first=Case(
            *(When(change=change, then=Value(place)) for place, change in enumerate(ORDER)),
            output_field=IntegerField(),
        )
    ).order_by("worst_first", "ordinal")
    page = Paginator(ranked.filter(change=wanted) if wanted else ranked, ANSWERS_A_PAGE).get_page(
        request.GET.get("page")
    )
    total = sum(found.values())
    return {
        "comparison": comparison,
        "standing": _standing(comparison),
        "total_count": total,
        "asked_count": total - found.get("waiting", 0),
        "counts": [
            (change, label, found[change], CHANGE_TONES[change])
            for change, label in ComparedAnswer.Change.choices
            if found.get(change)
        ],
        "untouched_count": comparison.answers.filter(is_untouched=True).count(),
        "wanted": wanted,
        "page": page,
        "answers": [shown(one) for one in page],
        "versions": list(comparison.versions.select_related("document")),
        "may_overrule": _is_in_the_way(comparison) and request.user.has_perm(_permission(comparison)),
        "may_cancel": comparison.is_open,
    }


def _standing(comparison: Comparison) -> Standing:
    if comparison.is_open or not comparison.verdict:
        tone: Tone = "info" if comparison.is_open else "neutral"
        return Standing(comparison.state, tone, str(Comparison.State(comparison.state).label))
    verdict = Verdict(comparison.verdict)
    return Standing(str(verdict), VERDICT_TONES[verdict], str(verdict.label))


def _permission(comparison: Comparison) -> str:
    kind = Comparison.Kind(comparison.kind)
    if kind not in PERMISSION_OF_KIND:
        raise PermissionDenied
    return PERMISSION_OF_KIND[kind]


def _held(comparison: Comparison) -> list[DocumentVersion]:
    stopped = [Verdict.REGRESSED, Verdict.INCONCLUSIVE]
    return list(comparison.versions.filter(verdict__in=stopped, verdict_run=comparison.public_id))


def _is_in_the_way(comparison: Comparison) -> bool:
    """Whether what it is about still waits for somebody to overrule it."""
    if comparison.verdict not in {Verdict.REGRESSED, Verdict.INCONCLUSIVE}:
        return False
    subject = comparison.prompt_version or comparison.model_choice
    if subject is not None:
        return subject.verdict == comparison.verdict and subject.verdict_run == comparison.public_id
    return bool(_held(comparison))


def _overrule(comparison: Comparison, reason: str, request: HttpRequest) -> None:
    if comparison.prompt_version is not None:
        prompts.overrule(version=comparison.prompt_version, reason=reason, publisher=staff(request))
    elif comparison.model_choice is not None:
        choices.overrule(choice=comparison.model_choice, reason=reason)
    else:
        for version in _held(comparison):
            articles.overrule(version=version, reason=reason, publisher=staff(request))


def _judged(kind: str, public_id: UUID) -> DocumentVersion | PromptVersion | ModelChoice | None:
    match kind:
        case "document":
            return DocumentVersion.objects.filter(public_id=public_id).first()
        case "prompt":
            return PromptVersion.objects.select_related("prompt").filter(public_id=public_id).first()
        case "model":
            return ModelChoice.objects.filter(public_id=public_id).first()
    return None
