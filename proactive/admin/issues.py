"""Issue types: what counts as one, its scorecard, trying the draft and putting it in force."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csassist.accounts.staff_pages import by_pk, not_found, require, require_post, staff, staff_page, tell_error
from csassist.assistant.admin.look_ups import DeclaredField
from csassist.audit.services import record
from csassist.core.errors import AppError
from csassist.customers.models import Customer
from proactive.admin.records import BAND_TONES, badge, model_link
from proactive.issue_definitions import problem_of_label, problem_of_signals
from proactive.label_wording import label_in_words
from proactive.models import CurrentRisk, IssueState, IssueType, ScorecardRule, ScoreModel
from proactive.selectors import champion_of
from proactive.services import scorecards
from proactive.wording import in_words

PUBLISH = "proactive.change_issuetype"
STATE_TONES = {IssueState.LIVE: "good", IssueState.SHADOW: "info"}
LABEL_HELP = _(
    'What must happen within the horizon: {"any_of": [{"event": "payment_failed", "at_least": 2}]}, with '
    '"value_at_least" or "value_at_most" if its number counts. Or what must stop: '
    '{"none_of": ["app_opened"], "any_before": ["app_opened"]}.'
)
SIGNALS_HELP = _(
    'What may speak for it: [{"feature": "failed_payments_7d", "direction": 1}]. 1: more of it never makes the trouble '
    "less likely; -1 the contrary; 0 says nothing. A trained model uses these features and no others."
)


class IssueTypeForm(forms.ModelForm[IssueType]):
    label = DeclaredField(label=_("What counts as it"), help_text=LABEL_HELP)
    signals = DeclaredField(label=_("Signals"), help_text=SIGNALS_HELP, required=False)

    class Meta:
        model = IssueType
        exclude: list[str] = []

    def clean_label(self) -> Any:
        given = self.cleaned_data["label"]
        if problem := problem_of_label(given):
            raise forms.ValidationError(problem)
        return given

    def clean_signals(self) -> Any:
        given = self.cleaned_data["signals"] or []
        if problem := problem_of_signals(given):
            raise forms.ValidationError(problem)
        return given


class ScorecardRuleInline(admin.TabularInline[ScorecardRule, IssueType]):
    """The draft. What scores is a version made from it."""

    model = ScorecardRule
    extra = 1


class TryForm(forms.Form):
    customer = forms.ModelChoiceField(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        required=False,
        widget=AutocompleteSelect(CurrentRisk._meta.get_field("customer"), admin.site),
        help_text=_("Leave it empty to see only how many would be flagged."),
    )


@admin.register(IssueType)
class IssueTypeAdmin(admin.ModelAdmin[IssueType]):
    form = IssueTypeForm
    inlines = [ScorecardRuleInline]
    list_display = ["name", "key", "state_badge", "in_force", "horizon_hours", "position"]
    list_filter = ["state"]
    search_fields = ["key", "name_en", "name_zh"]
    autocomplete_fields = ["articles"]
    actions = None
    change_form_template = "admin/proactive/issuetype/page.html"
    fieldsets = [
        (None, {"fields": ["key", ("name_en", "name_zh"), ("description_en", "description_zh"), "state", "position"]}),
        (_("What counts as it"), {"fields": ["label", ("gap_hours", "horizon_hours"), "prior"]}),
        (_("What speaks for it"), {"fields": ["signals"]}),
        (_("Bands"), {"fields": [("elevated_from", "high_from")]}),
        (_("What helps"), {"fields": ["articles"]}),
    ]

    class Media:
        css = {"all": ["knowledge/admin.css"]}

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/try/", wrap(partial(_try, self)), name="proactive_issuetype_try"),
            path("<int:pk>/publish/", wrap(partial(_publish, self)), name="proactive_issuetype_publish"),
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[IssueType]:
        in_force = ScoreModel.objects.champions().defer("artifact", "card")
        return super().get_queryset(request).prefetch_related(Prefetch("versions", in_force, to_attr="in_force_now"))

    def get_readonly_fields(self, request: HttpRequest, obj: IssueType | None = None) -> list[str]:
        return ["key"] if obj is not None else []

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        issue: IssueType | None = by_pk(IssueType, object_id)
        if issue is not None:
            own = {"champion": champion_of(issue), "label_words": label_in_words(issue)}
            extra_context = {**(extra_context or {}), **own, "may_publish": request.user.has_perm(PUBLISH)}
        return super().change_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: IssueType, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record("issue_type.changed" if change else "issue_type.created", obj, key=obj.key, fields=form.changed_data)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if formset.has_changed():
            issue: IssueType = form.instance
            record("scorecard_rules.changed", issue, key=issue.key, rules=issue.rules.count())

    def has_delete_permission(self, request: HttpRequest, obj: IssueType | None = None) -> bool:
        """One that has scored is switched off instead: its scores are on record."""
        return super().has_delete_permission(request, obj) and obj is not None and not obj.versions.exists()

    @admin.display(description=_("name"), ordering="name_en")
    def name(self, issue: IssueType) -> str:
        return issue.name

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, issue: IssueType) -> SafeString:
        return badge(STATE_TONES.get(IssueState(issue.state), "neutral"), issue.get_state_display())

    @admin.display(description=_("in force"))
    def in_force(self, issue: IssueType) -> SafeString | str:
        champion: ScoreModel | None = next(iter(getattr(issue, "in_force_now", [])), None)
        return model_link(champion, f"{champion.get_kind_display()} v{champion.version}") if champion else "–"


def _try(issues: IssueTypeAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """What the draft rules would say, of everybody and of one customer. Nothing is kept."""
    require(request, "proactive.view_issuetype")
    require(request, "proactive.view_scorecardrule")
    issue: IssueType | None = by_pk(IssueType, str(pk))
    if issue is None:
        return not_found(issues, request)
    form = TryForm(request.POST or None)
    tried: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            tried = _tried(scorecards.try_rules(issue, customer=form.cleaned_data["customer"]))
        except AppError as error:
            tell_error(request, error)
    return staff_page(
        issues,
        request,
        "admin/proactive/issuetype/try.html",
        title=gettext("Try the draft rules"),
        media=issues.media + form.media,
        form=form,
        issue=issue,
        tried=tried,
    )


def _tried(tried: scorecards.Trial) -> dict[str, Any]:
    one = tried.one
    return {
        "all": tried,
        "one": one,
        "percent": f"{100 * one.probability:.1f} %" if one else "",
        "band": str(one.band.label) if one else "",
        "tone": BAND_TONES.get(one.band, "neutral") if one else "",
        "reasons": [in_words(reason) for reason in one.reasons] if one else [],
    }


def _publish(issues: IssueTypeAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    require_post(request)
    require(request, PUBLISH)
    issue: IssueType | None = by_pk(IssueType, str(pk))
    if issue is None:
        return not_found(issues, request)
    try:
        model = scorecards.publish_scorecard(issue=issue, by=staff(request))
    except AppError as error:
        tell_error(request, error)
    else:
        words = gettext("The rules are version %(version)d now: %(status)s.")
        messages.success(request, words % {"version": model.version, "status": model.get_status_display()})
    return HttpResponseRedirect(reverse("admin:proactive_issuetype_change", args=[issue.pk]))
