"""
Practice scenarios in the admin: written and changed as YAML, imported and exported as files.

Sessions are not here: an agent sees their own and a supervisor all of them on the pages of practice.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.files import File
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from csassist.assistant.models import PracticeScenario
from csassist.assistant.practice import library
from csassist.assistant.practice.reading import as_yaml
from csassist.core.errors import AppError
from knowledge.admin.pages import by_pk, require, staff

LARGEST_FILE_BYTES = 1_000_000


class PracticeScenarioForm(forms.Form):
    text = forms.CharField(
        label=_("Scenario"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 40, "class": "vLargeTextField", "spellcheck": "false"}),
        help_text=_(
            "YAML. Facts are told when asked; a scene's replies are tried from the top; traps tempt; steps and sources "
            "decide the feedback. In a phrase “…” stands for a few words and “*” for any ending."
        ),
    )
    file = forms.FileField(label=_("Or a file"), required=False, help_text=_("One scenario or a list of them."))
    is_active = forms.BooleanField(label=_("Offer it"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        uploaded = given.get("file")
        if uploaded is not None:
            given["text"] = self._text_of(uploaded)
        if not str(given.get("text") or "").strip():
            self.add_error("text", gettext("Write a scenario or choose a file."))
        return given

    def _text_of(self, uploaded: File[bytes]) -> str:
        if (uploaded.size or 0) > LARGEST_FILE_BYTES:
            self.add_error("file", gettext("The file is too long."))
            return ""
        try:
            return str(uploaded.read(), "utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", gettext("The file is not UTF-8 text."))
            return ""


@admin.register(PracticeScenario)
class PracticeScenarioAdmin(admin.ModelAdmin[PracticeScenario]):
    list_display = ["title", "language", "level", "is_active", "practised", "changed_at"]
    list_filter = ["language", "level", "is_active"]
    search_fields = ["title", "key"]
    actions = ["offer", "withdraw", "export"]

    class Media:
        css = {"all": ["knowledge/admin.css", "assistant/why.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[PracticeScenario]:
        finished = Count("sessions", filter=Q(sessions__score__isnull=False))
        return super().get_queryset(request).annotate(practised_count=finished)

    @admin.display(description=_("practised"), ordering="practised_count")
    def practised(self, scenario: PracticeScenario) -> int:
        return int(getattr(scenario, "practised_count", 0))

    @admin.action(description=_("Offer these scenarios"), permissions=["change"])
    def offer(self, request: HttpRequest, queryset: QuerySet[PracticeScenario]) -> None:
        self._tell(request, library.offer(scenarios=queryset, is_active=True))

    @admin.action(description=_("Offer them no longer"), permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[PracticeScenario]) -> None:
        self._tell(request, library.offer(scenarios=queryset, is_active=False))

    @admin.action(description=_("Export as a YAML file"), permissions=["view"])
    def export(self, request: HttpRequest, queryset: QuerySet[PracticeScenario]) -> HttpResponse:
        response = HttpResponse(library.export_scenarios(queryset), content_type="application/yaml; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="practice-scenarios.yaml"'
        return response

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        require(request, "assistant.add_practicescenario")
        form = PracticeScenarioForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and self._imported(request, form):
            return HttpResponseRedirect(reverse("admin:assistant_practicescenario_changelist"))
        return self._page(request, form, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        scenario: PracticeScenario | None = by_pk(PracticeScenario, object_id)
        require(request, "assistant.view_practicescenario")
        if scenario is None:
            return super().change_view(request, object_id, form_url, extra_context)
        now = {"text": as_yaml(scenario.definition), "is_active": scenario.is_active}
        form = PracticeScenarioForm(request.POST or None, request.FILES or None, initial=now)
        if request.method == "POST":
            require(request, "assistant.change_practicescenario")
            if form.is_valid() and _written(form, scenario, request):
                messages.success(request, gettext("Saved. Sessions that have begun keep the text they began with."))
                return HttpResponseRedirect(reverse("admin:assistant_practicescenario_changelist"))
        return self._page(request, form, scenario)

    def _imported(self, request: HttpRequest, form: PracticeScenarioForm) -> bool:
        try:
            new, changed = library.import_scenarios(text=form.cleaned_data["text"], author=staff(request))
        except AppError as error:
            form.add_error(None, error.message)
            return False
        words = gettext("%(new)d new, %(changed)d changed.") % {"new": new, "changed": changed}
        messages.success(request, words)
        return True

    def _page(
        self, request: HttpRequest, form: PracticeScenarioForm, scenario: PracticeScenario | None
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media + form.media,
            "title": str(scenario) if scenario else gettext("New practice scenario"),
            "form": form,
            "scenario": scenario,
            "may_write": request.user.has_perm("assistant.change_practicescenario"),
        }
        return TemplateResponse(request, "admin/assistant/practicescenario/form.html", context)

    def _tell(self, request: HttpRequest, count: int) -> None:
        messages.success(request, ngettext("%d scenario changed.", "%d scenarios changed.", count) % count)


def _written(form: PracticeScenarioForm, scenario: PracticeScenario, request: HttpRequest) -> bool:
    given = form.cleaned_data
    try:
        library.write(text=given["text"], scenario=scenario, author=staff(request), is_active=given["is_active"])
    except AppError as error:
        form.add_error(None, error.message)
        return False
    return True
