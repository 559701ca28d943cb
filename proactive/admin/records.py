"""What is computed, to read: versions, scoring passes, look-backs, drift checks, current risks."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from csassist.delivery.admin.readonly import ReadOnlyAdmin
from proactive.models import (
    Backtest,
    Band,
    CurrentRisk,
    DriftCheck,
    ModelStatus,
    RiskScore,
    ScoreModel,
    ScoringRun,
    TrainingRun,
)
from proactive.wording import STAND_INS, code_in_words, in_words

STATUS_TONES = {ModelStatus.CHAMPION: "good", ModelStatus.SHADOW: "info", ModelStatus.REFUSED: "danger"}
BAND_TONES = {Band.HIGH: "danger", Band.ELEVATED: "warning"}
RUN_TONES = {ScoringRun.State.DONE: "good", ScoringRun.State.RUNNING: "info", ScoringRun.State.FAILED: "danger"}
BACKTEST_TONES = {
    Backtest.State.DONE: "good",
    Backtest.State.RUNNING: "info",
    Backtest.State.REFUSED: "danger",
    Backtest.State.FAILED: "danger",
}
DRIFT_TONES = {DriftCheck.Verdict.STEADY: "good", DriftCheck.Verdict.DRIFTED: "warning"}


def badge(tone: str, words: str) -> SafeString:
    return format_html('<span class="badge badge-{}">{}</span>', tone, words)


@admin.register(ScoreModel)
class ScoreModelAdmin(ReadOnlyAdmin[ScoreModel]):
    """A list; the card, the curves and what one decides are on the page of the console."""

    list_display = ["issue", "version", "kind", "status_badge", "frozen", "promoted_at", "created_at", "console_page"]
    list_display_links = None
    list_filter = ["status", "kind", "issue"]
    list_select_related = ["issue"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScoreModel]:
        return super().get_queryset(request).defer("artifact", "card")

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, model: ScoreModel) -> SafeString:
        return badge(STATUS_TONES.get(ModelStatus(model.status), "neutral"), model.get_status_display())

    @admin.display(description=_("scorecard stands in"))
    def frozen(self, model: ScoreModel) -> str:
        return code_in_words(model.frozen_reason, STAND_INS)

    @admin.display(description=_("page"))
    def console_page(self, model: ScoreModel) -> SafeString:
        return model_link(model)

    def has_view_permission(self, request: HttpRequest, obj: ScoreModel | None = None) -> bool:
        """A row has no page here: the weights are no text, and the card has a page of its own."""
        return obj is None and super().has_view_permission(request, obj)


@admin.register(ScoringRun)
class ScoringRunAdmin(ReadOnlyAdmin[ScoringRun]):
    list_display = [
        *("started_at", "kind", "state_badge", "as_of", "finished_at"),
        *("customers_count", "changed_count", "error"),
    ]
    list_filter = ["state", "kind"]
    date_hierarchy = "started_at"

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, run: ScoringRun) -> SafeString:
        return badge(RUN_TONES[ScoringRun.State(run.state)], run.get_state_display())


@admin.register(Backtest)
class BacktestAdmin(ReadOnlyAdmin[Backtest]):
    list_display = ["issue", "period", "state_badge", "threshold", "requested_by", "created_at", "console_page"]
    list_display_links = None
    list_filter = ["state", "issue"]
    list_select_related = ["issue", "requested_by"]

    @admin.display(description=_("period"), ordering="first_at")
    def period(self, backtest: Backtest) -> str:
        return f"{backtest.first_at:%Y-%m-%d} – {backtest.last_at:%Y-%m-%d}"

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, backtest: Backtest) -> SafeString:
        tone = BACKTEST_TONES.get(Backtest.State(backtest.state), "neutral")
        return badge(tone, backtest.get_state_display())

    @admin.display(description=_("page"))
    def console_page(self, backtest: Backtest) -> SafeString:
        address = reverse("console_backtest", args=[backtest.public_id])
        return format_html('<a href="{}">{}</a>', address, _("Look at it"))


@admin.register(TrainingRun)
class TrainingRunAdmin(ReadOnlyAdmin[TrainingRun]):
    list_display = [
        "issue",
        "state_badge",
        "rows_count",
        "positives_count",
        "requested_by",
        "created_at",
        "console_page",
    ]
    list_display_links = None
    list_filter = ["state", "issue"]
    list_select_related = ["issue", "requested_by"]

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, run: TrainingRun) -> SafeString:
        return badge(BACKTEST_TONES.get(Backtest.State(run.state), "neutral"), run.get_state_display())

    @admin.display(description=_("page"))
    def console_page(self, run: TrainingRun) -> SafeString:
        address = reverse("console_training", args=[run.public_id])
        return format_html('<a href="{}">{}</a>', address, _("Look at it"))


@admin.register(DriftCheck)
class DriftCheckAdmin(ReadOnlyAdmin[DriftCheck]):
    list_display = ["checked_at", "model_page", "verdict_badge", "score", "limit", "reason"]
    list_display_links = None
    list_filter = ["verdict", "model__issue"]
    list_select_related = ["model__issue"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DriftCheck]:
        return super().get_queryset(request).defer("model__artifact", "model__card")

    @admin.display(description=_("score model"))
    def model_page(self, check: DriftCheck) -> SafeString:
        return model_link(check.model, str(check.model))

    @admin.display(description=_("verdict"), ordering="verdict")
    def verdict_badge(self, check: DriftCheck) -> SafeString:
        tone = DRIFT_TONES.get(DriftCheck.Verdict(check.verdict), "neutral")
        return badge(tone, check.get_verdict_display())

    @admin.display(description=_("stability index of the score"))
    def score(self, check: DriftCheck) -> str:
        return _figure(check, "score")

    @admin.display(description=_("limit"))
    def limit(self, check: DriftCheck) -> str:
        return _figure(check, "limit")


@admin.register(CurrentRisk)
class CurrentRiskAdmin(ReadOnlyAdmin[CurrentRisk]):
    list_display = ["customer_page", "issue", "band_badge", "probability", "reasons_in_words", "computed_at"]
    list_display_links = None
    list_filter = ["issue", "band"]
    search_fields = ["=customer__external_id", "=customer__public_id", "=customer__email"]
    search_help_text = _("A customer number, an e-mail address or a customer id.")
    list_select_related = ["customer", "issue"]
    ordering = ["-probability", "id"]
    sortable_by: ClassVar[list[str]] = []
    show_full_result_count = False

    @admin.display(description=_("customer"))
    def customer_page(self, risk: CurrentRisk) -> SafeString:
        address = reverse("console_customer_page", args=[risk.customer.public_id])
        return format_html('<a href="{}">{}</a>', address, risk.customer)

    @admin.display(description=_("band"))
    def band_badge(self, risk: CurrentRisk) -> SafeString:
        return badge(BAND_TONES.get(Band(risk.band), "neutral"), risk.get_band_display())

    @admin.display(description=_("reasons"))
    def reasons_in_words(self, risk: CurrentRisk) -> str:
        return " · ".join(in_words(reason) for reason in risk.reasons)


@admin.register(RiskScore)
class RiskScoreAdmin(ReadOnlyAdmin[RiskScore]):
    """The history, of one customer at a time: it is looked up by customer."""

    list_display = ["customer", "issue", "as_of", "probability", "band", "is_shadow"]
    list_display_links = None
    search_fields = ["=customer__external_id", "=customer__public_id"]
    search_help_text = _("A customer number or a customer id.")
    list_select_related = ["customer", "issue"]
    sortable_by: ClassVar[list[str]] = []
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[RiskScore], search_term: str
    ) -> tuple[QuerySet[RiskScore], bool]:
        if not search_term:
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)


def model_link(model: ScoreModel, words: Any = None) -> SafeString:
    address = reverse("console_model", args=[model.public_id])
    return format_html('<a href="{}">{}</a>', address, words or _("Card and figures"))


def _figure(check: DriftCheck, name: str) -> str:
    figures = check.figures if isinstance(check.figures, dict) else {}
    value = figures.get(name)
    return f"{value:.3f}" if isinstance(value, int | float) else "–"
