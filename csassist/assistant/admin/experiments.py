"""Prompt experiments for operators: plan one, start it, look at it, end it. Every decision asks once more."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csassist.accounts.models import User
from csassist.assistant.admin.experiment_rows import conclusion_of, decision_rows, group_rows, outcome_rows
from csassist.assistant.experiment_outcomes import report
from csassist.core.errors import AppError
from prompts import experimenting
from prompts.experimenting import Plan
from prompts.experiments import needed_count
from prompts.models import PromptExperiment, PromptVersion, VersionState

State = PromptExperiment.State
STATE_TONES = {State.DRAFT: "neutral", State.RUNNING: "info", State.STOPPED: "good"}
Act = Callable[[PromptExperiment, User], object]


class PlanForm(forms.ModelForm[PromptExperiment]):
    class Meta:
        model = PromptExperiment
        fields = ["version_b", "share_b_percent", "planned_count", "outcome", "note"]
        widgets = {"note": forms.TextInput(attrs={"class": "prompt-wide"})}
        labels = {"version_b": _("Draft to try (B)")}
        help_texts = {
            "version_b": _("It is compared with what is published when the experiment starts (A)."),
            "outcome": _("Name it now: of many outcomes one always looks different by chance."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        drafts = PromptVersion.objects.drafts().select_related("prompt").order_by("prompt__name", "-number")
        self.fields["version_b"].queryset = drafts  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["version_b"].label_from_instance = _draft_name  # type: ignore[attr-defined]
        for link in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
            setattr(self.fields["version_b"].widget, link, False)  # a half-written plan must not be left by mistake
        self.fields["planned_count"].help_text = gettext(
            "The decision is made once, when both groups have so many. To see a share of one half move by 10 points, "
            "%(ten)d are needed; by 5 points, %(five)d; by 2 points, %(two)d."
        ) % {
            "ten": needed_count(share=0.5, difference=0.1),
            "five": needed_count(share=0.5, difference=0.05),
            "two": needed_count(share=0.5, difference=0.02),
        }

    def plan(self) -> Plan:
        return Plan(**{name: self.cleaned_data[name] for name in self.Meta.fields})


@admin.register(PromptExperiment)
class PromptExperimentAdmin(admin.ModelAdmin[PromptExperiment]):
    form = PlanForm
    list_display = ["name", "badge", "share", "planned_count", "outcome", "started_at", "stopped_at"]
    list_filter = ["state", "prompt"]
    list_select_related = ["prompt", "version_a", "version_b__prompt"]
    list_per_page = 50
    actions = None

    class Media:
        css = {"all": ["prompts/admin.css", "knowledge/admin.css", "assistant/why.css", "assistant/experiment.css"]}

    @admin.display(description=_("experiment"))
    def name(self, experiment: PromptExperiment) -> str:
        return str(experiment)

    @admin.display(description=_("state"), ordering="state")
    def badge(self, experiment: PromptExperiment) -> SafeString:
        return state_badge(experiment)

    @admin.display(description=_("share of B"), ordering="share_b_percent")
    def share(self, experiment: PromptExperiment) -> str:
        return f"{experiment.share_b_percent} %"

    def save_model(self, request: HttpRequest, obj: PromptExperiment, form: Any, change: bool) -> None:
        made = experimenting.plan(plan=form.plan(), author=_user(request))
        obj.pk, obj.prompt = made.pk, made.prompt

    def delete_model(self, request: HttpRequest, obj: PromptExperiment) -> None:
        experimenting.discard(experiment=obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except AppError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:prompts_promptexperiment_changelist"))

    def response_add(self, request: HttpRequest, obj: PromptExperiment, post_url_continue: Any = None) -> HttpResponse:
        self.message_user(request, gettext("Planned. Customers see it once you start it."), messages.SUCCESS)
        return HttpResponseRedirect(_address(obj))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/start/", wrap(self.start_view), name="prompts_promptexperiment_start"),
            path("<int:pk>/stop/", wrap(self.stop_view), name="prompts_promptexperiment_stop"),
            path("<int:pk>/adopt/", wrap(self.adopt_view), name="prompts_promptexperiment_adopt"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        experiment = self.get_object(request, object_id)
        if not self.has_view_permission(request, experiment):
            raise PermissionDenied
        if experiment is None:
            return super().change_view(request, object_id, form_url, extra_context)
        return self._page(request, "detail", experiment, title=str(experiment), **_detail(experiment))

    def start_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._decide(
            request,
            pk,
            act=lambda one, user: experimenting.start(experiment=one, starter=user),
            title=gettext("Start this experiment?"),
            button=gettext("Show B to customers"),
            done=gettext("The experiment is running."),
        )

    def stop_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._decide(
            request,
            pk,
            act=lambda one, user: experimenting.stop(experiment=one, stopper=user),
            title=gettext("Stop this experiment?"),
            button=gettext("Stop, and keep the published version"),
            done=gettext("Stopped. Everybody gets the published version."),
        )

    def adopt_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._decide(
            request,
            pk,
            act=lambda one, user: experimenting.adopt(experiment=one, publisher=user),
            title=gettext("Publish B?"),
            button=gettext("Publish B for all answers"),
            done=gettext("B is published and used for all answers."),
        )

    def _decide(self, request: HttpRequest, pk: int, *, act: Act, title: str, button: str, done: str) -> HttpResponse:
        """Says what would happen; does it on POST."""
        if not request.user.has_perm("prompts.change_promptexperiment"):
            raise PermissionDenied
        experiment = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method != "POST":
            facts = _detail(experiment) if experiment.started_at else {}
            return self._page(request, "decide", experiment, title=title, button=button, **facts)
        try:
            act(experiment, _user(request))
        except AppError as error:
            self.message_user(request, error.message, messages.ERROR)
        else:
            self.message_user(request, done, messages.SUCCESS)
        return HttpResponseRedirect(_address(experiment))

    def _page(self, request: HttpRequest, name: str, experiment: PromptExperiment, **facts: object) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "experiment": experiment,
            "badge": state_badge(experiment),
            "is_overtaken": is_overtaken(experiment),
            **facts,
        }
        return TemplateResponse(request, f"admin/prompts/promptexperiment/{name}.html", context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PromptExperiment]:
        rows = super().get_queryset(request)
        return rows.select_related("prompt", "version_a", "version_b__prompt", "started_by", "stopped_by", "created_by")

    def has_change_permission(self, request: HttpRequest, obj: PromptExperiment | None = None) -> bool:
        return False  # a plan is not changed but made anew; what it does is started and stopped

    def has_delete_permission(self, request: HttpRequest, obj: PromptExperiment | None = None) -> bool:
        return super().has_delete_permission(request, obj) and obj is not None and obj.state == State.DRAFT


def is_overtaken(experiment: PromptExperiment) -> bool:
    """It is not stopped, but another version was published since, so it chooses nothing any more."""
    version = experiment.version_a
    return experiment.state == State.RUNNING and version is not None and version.state != VersionState.PUBLISHED


def state_badge(experiment: PromptExperiment) -> SafeString:
    tone = "warning" if is_overtaken(experiment) else STATE_TONES[State(experiment.state)]
    words = gettext("Overtaken by a publication") if is_overtaken(experiment) else experiment.get_state_display()
    return format_html('<span class="badge badge-{}">{}</span>', tone, words)


def _detail(experiment: PromptExperiment) -> dict[str, object]:
    found = report(experiment)
    return {
        "report": found,
        "groups": group_rows(experiment, found),
        "conclusion": conclusion_of(experiment, found),
        "decisive": decision_rows(experiment, found),
        "others": outcome_rows(experiment, found),
    }


def _draft_name(version: PromptVersion) -> str:
    words = gettext("%(prompt)s, version %(number)d") % {"prompt": version.prompt.title, "number": version.number}
    return f"{words} · {version.note[:60]}" if version.note else words


def _address(experiment: PromptExperiment) -> str:
    return reverse("admin:prompts_promptexperiment_change", args=[experiment.pk])


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- the admin site lets only staff in
    return request.user
