"""Gaps: what customers ask and no article answers, and the way from there to an article."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Count, F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from csassist.assistant.gap_drafting import draft_article
from csassist.assistant.models import AnswerTrace
from csassist.core.errors import AppError, InvalidInput
from csassist.llm import is_configured
from knowledge import gaps as decisions
from knowledge.admin.findings import Tab
from knowledge.admin.pages import KnowledgePages, by_pk, not_found, page, require, require_post, staff, tell_error
from knowledge.models import Audience, Collection, Gap, GapQuestion
from knowledge.models.gaps import GapQuerySet
from knowledge.standing import Standing, Tone

GAPS_A_PAGE = 20
QUESTIONS_A_PAGE = 30
EXAMPLES_IN_LIST = 2
SIMILAR_SHOWN = 8
MOST_ASKED_FIRST = (F("month_count").desc(), F("total_count").desc(), F("last_asked_at").desc(), "pk")
State = Gap.State
STATE_TONES: dict[str, Tone] = {
    State.OPEN: "warning",
    State.DRAFTED: "info",
    State.CLOSED: "good",
    State.DISMISSED: "neutral",
}


@dataclass(frozen=True)
class ShownGap:
    """A gap with its counts; `trend` compares the last seven days with the seven before."""

    gap: Any
    state: Standing
    trend: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Act:
    permission: str
    run: Callable[[Gap, HttpRequest], int | None]  # the key of the gap to show next, None for the same
    done: str


@admin.register(Gap)
class GapAdmin(KnowledgePages, admin.ModelAdmin[Gap]):
    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/draft/", wrap(partial(_draft, self)), name="knowledge_gap_draft"),
            path("<int:pk>/do/<slug:name>/", wrap(partial(_do, self)), name="knowledge_gap_do"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        require(request, "knowledge.view_gap")
        state = request.GET.get("state", "")
        state = state if state in State.values else State.OPEN
        language = request.GET.get("language", "")
        standing = Gap.objects.standing()
        in_language = standing.filter(language=language) if language in {"en", "zh"} else standing
        counted = in_language.filter(state=state).with_counts(timezone.now())
        numbered = Paginator(counted.order_by(*MOST_ASKED_FIRST), GAPS_A_PAGE)
        shown = numbered.get_page(request.GET.get("p"))
        return page(
            self,
            request,
            "gap/list.html",
            title=_("Gaps"),
            tabs=_state_tabs(in_language, state, language),
            languages=_language_tabs(state, language),
            rows=[_shown(one) for one in shown.object_list],
            numbered=shown,
            query=urlencode({"state": state, "language": language}),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        require(request, "knowledge.view_gap")
        found = Gap.objects.with_counts(timezone.now()).select_related("draft", "dismissed_by")
        gap = found.filter(pk=object_id).first() if object_id.isdecimal() else None
        if gap is None:
            return not_found(self, request)
        if gap.merged_into_id:
            return _to_page(gap.merged_into_id)
        return page(self, request, "gap/page.html", title=gap.label, **_detail(request, gap))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Gap | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Gap | None = None) -> bool:
        return False


def _detail(request: HttpRequest, gap: Gap) -> dict[str, Any]:
    numbered = Paginator(gap.questions.all(), QUESTIONS_A_PAGE).get_page(request.GET.get("p"))
    traces = dict(
        AnswerTrace.objects.filter(public_id__in=[one.trace_id for one in numbered.object_list]).values_list(
            "public_id", "pk"
        )
    )
    causes = Counter(gap.questions.values_list("cause", flat=True))
    may_change = request.user.has_perm("knowledge.change_gap")
    return {
        "gap": gap,
        "row": _shown(gap),
        "causes": [(GapQuestion.Cause(cause).label, count) for cause, count in causes.most_common()],
        "questions": [(one, traces.get(one.trace_id)) for one in numbered.object_list],
        "numbered": numbered,
        "nearest": [{**one, "audience_name": _audience(one["audience"])} for one in gap.nearest],
        "similar": decisions.similar(gap, most_count=SIMILAR_SHOWN) if may_change else (),
        "collections": Collection.objects.order_by("name"),
        "may_change": may_change,
        "may_draft": may_change and request.user.has_perm("knowledge.add_document") and gap.draft_id is None,
        "may_read_traces": request.user.has_perm("assistant.view_answertrace"),
        "has_model": is_configured(),
    }


def _audience(code: str) -> str:
    return str(Audience(code).label) if code in Audience.values else ""


def _shown(gap: Any) -> ShownGap:
    if gap.week_count > gap.week_before_count:
        trend = _("rising")
    else:
        trend = _("falling") if gap.week_count < gap.week_before_count else _("steady")
    examples = gap.questions.exclude(text=gap.label).values_list("text", flat=True)[:EXAMPLES_IN_LIST]
    return ShownGap(gap, Standing(gap.state, STATE_TONES[gap.state], gap.get_state_display()), trend, tuple(examples))


def _state_tabs(found: GapQuerySet, state: str, language: str) -> list[Tab]:
    counts = dict(found.order_by().values_list("state").annotate(Count("pk")))
    return [
        Tab(str(one.label), counts.get(one, 0), f"?{urlencode({'state': one, 'language': language})}", one == state)
        for one in State
    ]


def _language_tabs(state: str, language: str) -> list[Tab]:
    counts = dict(Gap.objects.standing().filter(state=state).order_by().values_list("language").annotate(Count("pk")))
    every = [("", _("All")), ("en", _("English")), ("zh", _("Chinese"))]
    return [
        Tab(
            name,
            counts.get(code, 0) if code else sum(counts.values()),
            f"?{urlencode({'state': state, 'language': code})}",
            code == language,
        )
        for code, name in every
    ]


def _draft(gaps: GapAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Make the draft and go to its page, where a person completes and publishes it."""
    require_post(request)
    require(request, "knowledge.change_gap")
    require(request, "knowledge.add_document")
    gap: Gap | None = by_pk(Gap, str(pk))
    if gap is None:
        return not_found(gaps, request)
    collection: Collection | None = by_pk(Collection, request.POST.get("collection", ""))
    if collection is None:
        messages.error(request, _("Choose a collection."))
        return _to_page(pk)
    try:
        document = draft_article(gap=gap, collection=collection, author=staff(request))
    except AppError as error:
        tell_error(request, error)
        return _to_page(pk)
    messages.success(request, _("The draft waits for review. Complete it, then publish it."))
    return HttpResponseRedirect(reverse("admin:knowledge_document_change", args=[document.pk]))


def _do(gaps: GapAdmin, request: HttpRequest, pk: int, name: str) -> HttpResponse:
    require_post(request)
    act = ACTS.get(name)
    gap: Gap | None = by_pk(Gap, str(pk))
    if act is None or gap is None:
        return not_found(gaps, request)
    require(request, act.permission)
    try:
        shown_next = act.run(gap, request)
    except AppError as error:
        tell_error(request, error)
        return _to_page(pk)
    messages.success(request, _(act.done))
    return _to_page(shown_next or pk)


def _dismiss(gap: Gap, request: HttpRequest) -> None:
    decisions.dismiss(gap=gap, reason=request.POST.get("reason", ""), by=staff(request))


def _reopen(gap: Gap, request: HttpRequest) -> None:
    decisions.reopen(gap=gap)


def _merge(gap: Gap, request: HttpRequest) -> int:
    into: Gap | None = by_pk(Gap, request.POST.get("into", ""))
    if into is None:
        raise InvalidInput(_("Choose another gap."))
    decisions.merge(gap=gap, into=into)
    return into.pk


def _split(gap: Gap, request: HttpRequest) -> int:
    chosen = [int(one) for one in request.POST.getlist("question") if one.isdecimal()]
    return decisions.split(gap=gap, question_pks=chosen).pk


ACTS = {
    "dismiss": Act("knowledge.change_gap", _dismiss, gettext_noop("Dismissed. Further questions are still counted.")),
    "reopen": Act("knowledge.change_gap", _reopen, gettext_noop("It is open again.")),
    "merge": Act("knowledge.change_gap", _merge, gettext_noop("Merged.")),
    "split": Act("knowledge.change_gap", _split, gettext_noop("These questions are a gap of their own now.")),
}


def _to_page(pk: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:knowledge_gap_change", args=[pk]))
