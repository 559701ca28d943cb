"""Training: what a new model would learn from, how each version does, where it errs, and which one reads."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from csassist.accounts.staff_pages import by_pk, live_region_of, not_found, require, require_post, staff, tell_error
from csassist.analysis import services
from csassist.analysis.acting import Admission
from csassist.analysis.admin.pages import AnalysisPages, page
from csassist.analysis.admin.showing import Tone
from csassist.analysis.admissions import admissions
from csassist.analysis.agreement import agreements
from csassist.analysis.example_files import corrected_as_json_lines
from csassist.analysis.intent_figures import Confusion, figures_of, outcomes_of
from csassist.analysis.models import Intent, IntentExample, IntentModelVersion, ReadingCorrection
from csassist.analysis.models.readings import Risk
from csassist.analysis.reading import OUT_OF_SCOPE
from csassist.analysis.services.versions import promotion_verdict
from csassist.analysis.training_data import FEWEST_EXAMPLES, training_data
from csassist.analysis.wording import ADMISSIONS, PROMOTIONS
from csassist.core.errors import AppError

VERSIONS_A_PAGE = 20
CONFUSIONS_SHOWN = 30
EXAMPLES_OF_CONFUSION = 3
EXPORTED = (ReadingCorrection.Field.SENTIMENT, ReadingCorrection.Field.URGENCY)
State = IntentModelVersion.State
TONES: dict[str, Tone] = {
    State.WAITING: "info",
    State.TRAINING: "info",
    State.TRAINED: "neutral",
    State.LIVE: "good",
    State.RETIRED: "neutral",
    State.FAILED: "danger",
}


@dataclass(frozen=True)
class ShownVersion:
    """Of `steps_count` steps `done_count` are done: every example is embedded, and read by a model without it."""

    version: IntentModelVersion
    tone: Tone
    done_count: int
    steps_count: int


@dataclass(frozen=True)
class ShownAdmission:
    admission: Admission
    name: str
    in_words: str


@dataclass(frozen=True)
class ShownConfusion:
    confusion: Confusion
    truth: str
    read: str
    examples: list[str]


@admin.register(IntentModelVersion)
class IntentModelVersionAdmin(AnalysisPages, admin.ModelAdmin[IntentModelVersion]):
    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("train/", wrap(partial(_train, self)), name="analysis_intentmodelversion_train"),
            path("corrected/<slug:field>/", wrap(partial(_export, self)), name="analysis_intentmodelversion_corrected"),
            path("state/", wrap(partial(_state, self)), name="analysis_intentmodelversion_state"),
            path("<int:pk>/promote/", wrap(partial(_promote, self)), name="analysis_intentmodelversion_promote"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        require(request, "analysis.view_intentmodelversion")
        data = training_data()
        return page(
            self,
            request,
            "training/list.html",
            title=_("Training the intents"),
            data=data,
            left_out=[_name(key, _names()) for key in data.left_out],
            fewest=FEWEST_EXAMPLES,
            new_corrections_count=ReadingCorrection.objects.filter(
                field=ReadingCorrection.Field.INTENT, used_in_version=None
            ).count(),
            agreements=agreements(),
            admissions=[_shown_admission(one) for one in admissions()],
            exported=EXPORTED,
            may_train=request.user.has_perm("analysis.add_intentmodelversion"),
            **_versions(request),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        require(request, "analysis.view_intentmodelversion")
        found = IntentModelVersion.objects.select_related("requested_by", "promoted_by").defer("artifact")
        version = found.filter(pk=object_id).first() if object_id.isdecimal() else None
        if version is None:
            return not_found(self, request)
        title = _("Trained model %(number)d") % {"number": version.number}
        return page(self, request, "training/page.html", title=title, **_detail(request, version))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: IntentModelVersion | None = None) -> bool:
        return False


def _versions(request: HttpRequest) -> dict[str, Any]:
    rows = IntentModelVersion.objects.select_related("requested_by", "promoted_by").defer("artifact")
    numbered = Paginator(rows, VERSIONS_A_PAGE).get_page(request.GET.get("p"))
    shown = [_shown_version(one) for one in numbered.object_list]
    return {
        "rows": shown,
        "numbered": numbered,
        "is_moving": any(one.version.is_unfinished for one in shown),
        "reads": next((one.version for one in shown if one.version.state == State.LIVE), None),
    }


def _detail(request: HttpRequest, version: IntentModelVersion) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "row": _shown_version(version),
        "version": version,
        "may_promote": version.may_read and request.user.has_perm("analysis.change_intentmodelversion"),
    }
    if version.accuracy is None:
        return facts
    names, figures = _names(), figures_of(outcomes_of(version.outcomes))
    verdict = promotion_verdict(version) if version.may_read else None
    return {
        **facts,
        "figures": figures,
        "intents": [(_name(one.key, names), one) for one in figures.intents],
        "confusions": _shown_confusions(figures.confusions[:CONFUSIONS_SHOWN], names),
        "verdict": verdict,
        "verdict_in_words": PROMOTIONS[verdict.reason] if verdict else "",
    }


def _shown_admission(one: Admission) -> ShownAdmission:
    return ShownAdmission(one, str(Risk(one.label).label), str(ADMISSIONS[one.reason]))


def _shown_version(version: IntentModelVersion) -> ShownVersion:
    steps_count = version.examples_count * (1 if version.reads_meaning is False else 2)
    done_count = len(version.outcomes) + (0 if version.reads_meaning is False else version.vectors_count)
    return ShownVersion(version, TONES[version.state], done_count, steps_count)


def _shown_confusions(confusions: tuple[Confusion, ...], names: dict[str, str]) -> list[ShownConfusion]:
    wanted = [key for one in confusions for key in one.examples[:EXAMPLES_OF_CONFUSION]]
    texts = dict(IntentExample.objects.filter(pk__in=wanted).values_list("pk", "text"))
    return [
        ShownConfusion(
            one,
            _name(one.truth, names),
            _name(one.read, names),
            [texts[key] for key in one.examples[:EXAMPLES_OF_CONFUSION] if key in texts],
        )
        for one in confusions
    ]


def _names() -> dict[str, str]:
    return {intent.key: intent.name for intent in Intent.objects.all()}


def _name(key: str, names: dict[str, str]) -> str:
    return _("Out of scope") if key == OUT_OF_SCOPE else names.get(key, key)


def _state(versions: IntentModelVersionAdmin, request: HttpRequest) -> JsonResponse:
    """The part of the page that changes by itself."""
    require(request, "analysis.view_intentmodelversion")
    now = _versions(request)
    return live_region_of(request, "admin/analysis/training/state.html", now, is_done=not now["is_moving"])


def _export(versions: IntentModelVersionAdmin, request: HttpRequest, field: str) -> StreamingHttpResponse:
    """What people said about sentiment or urgency, for whoever trains these readers."""
    require(request, "analysis.change_intent")
    if field not in EXPORTED:
        raise Http404
    response = StreamingHttpResponse(corrected_as_json_lines(field), content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="corrected-{field}.jsonl"'
    return response


def _train(versions: IntentModelVersionAdmin, request: HttpRequest) -> HttpResponse:
    require_post(request)
    require(request, "analysis.add_intentmodelversion")
    words = _("The training has begun. It goes on in the background.")
    _do(request, lambda: services.train_intents(by=staff(request)), words)
    return HttpResponseRedirect(reverse("admin:analysis_intentmodelversion_changelist"))


def _promote(versions: IntentModelVersionAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    require_post(request)
    require(request, "analysis.change_intentmodelversion")
    version: IntentModelVersion | None = by_pk(IntentModelVersion, str(pk))
    if version is None:
        return not_found(versions, request)
    reason = request.POST.get("reason", "")
    words = _("Version %(number)d reads from the next message on.") % {"number": version.number}
    _do(request, lambda: services.promote(version=version, by=staff(request), override_reason=reason), words)
    return HttpResponseRedirect(reverse("admin:analysis_intentmodelversion_change", args=[pk]))


def _do(request: HttpRequest, act: Callable[[], object], words: str) -> None:
    """Do it, and say so or say why not."""
    try:
        act()
    except AppError as error:
        tell_error(request, error)
    else:
        messages.success(request, words)
