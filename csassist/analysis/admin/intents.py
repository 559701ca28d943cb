"""The catalogue: what customers may want, each with its examples; files in and out."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csassist.accounts.staff_pages import by_pk, not_found, require
from csassist.analysis import services
from csassist.analysis.admin import examples
from csassist.analysis.admin.pages import AnalysisPages, page
from csassist.analysis.models import Intent, IntentExample
from csassist.analysis.services import IntentText
from csassist.analysis.training_data import FEWEST_EXAMPLES
from csassist.core.errors import InvalidInput

EXAMPLES_A_PAGE = 50


class IntentForm(forms.Form):
    key = forms.CharField(
        label=_("Key"),
        max_length=64,
        help_text=_("Its name for programs: small letters, digits and _. It never changes."),
    )
    name_en = forms.CharField(label=_("Name in English"), max_length=100, required=False)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=100, required=False)
    description_en = forms.CharField(
        label=_("Description in English"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What belongs here and what does not: a language model reads it too."),
    )
    description_zh = forms.CharField(
        label=_("Description in Chinese"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    position = forms.IntegerField(label=_("Order"), min_value=0, max_value=32_000, initial=0, required=False)
    is_active = forms.BooleanField(
        label=_("In use"), required=False, initial=True, help_text=_("Otherwise it is neither read nor trained.")
    )


@dataclass(frozen=True)
class ListedIntent:
    """An intent with its counts; `is_thin` when it has too few examples to be trained."""

    intent: Intent
    examples_count: int
    english_count: int
    chinese_count: int

    @property
    def is_thin(self) -> bool:
        return self.examples_count < FEWEST_EXAMPLES


@admin.register(Intent)
class IntentAdmin(AnalysisPages, admin.ModelAdmin[Intent]):
    search_fields = ["key", "name_en", "name_zh"]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        views = (
            ("import/", examples.import_file, "import"),
            ("export/<slug:kind>/", examples.export_file, "export"),
            ("examples/<slug:key>/", examples.add, "add_examples"),
            ("examples/<int:pk>/move/", examples.move, "move_example"),
            ("examples/<int:pk>/remove/", examples.remove, "remove_example"),
            ("out-of-scope/", _out_of_scope, "out_of_scope"),
        )
        own = [path(route, wrap(partial(view, self)), name=f"analysis_intent_{name}") for route, view, name in views]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        require(request, "analysis.view_intent")
        outside = IntentExample.objects.filter(intent=None).aggregate(count=Count("pk"))
        return page(
            self,
            request,
            "intents/list.html",
            title=gettext("Intents"),
            rows=[_listed(one) for one in Intent.objects.with_counts().order_by("position", "key")],
            out_of_scope_count=outside["count"],
            fewest=FEWEST_EXAMPLES,
            may_write=request.user.has_perm("analysis.change_intent"),
            may_train=request.user.has_perm("analysis.view_intentmodelversion"),
        )

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        require(request, "analysis.add_intent")
        return self._form(request, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        require(request, "analysis.view_intent")
        intent: Intent | None = by_pk(Intent, object_id)
        return not_found(self, request) if intent is None else self._form(request, intent)

    def delete_model(self, request: HttpRequest, obj: Intent) -> None:
        services.remove_intents(intents=[obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Intent]) -> None:
        services.remove_intents(intents=queryset)

    def _form(self, request: HttpRequest, intent: Intent | None) -> HttpResponse:
        form = IntentForm(request.POST or None, initial=_initial(intent))
        if intent is not None:
            del form.fields["key"]
        if request.method == "POST":
            require(request, f"analysis.{'change' if intent else 'add'}_intent")
            if form.is_valid() and (written := _written(form, intent)):
                messages.success(request, gettext("Saved."))
                return HttpResponseRedirect(reverse("admin:analysis_intent_change", args=[written.pk]))
        return page(
            self,
            request,
            "intents/page.html",
            title=str(intent) if intent else gettext("New intent"),
            form=form,
            intent=intent,
            **(examples_context(request, intent) if intent else {}),
        )


def examples_context(request: HttpRequest, intent: Intent | None) -> dict[str, Any]:
    """A page of the examples of an intent, or of those that are out of scope."""
    words = request.GET.get("q", "").strip()[:200]
    rows = IntentExample.objects.filter(intent=intent).select_related("created_by")
    numbered: Page[IntentExample] = Paginator(
        rows.filter(text__icontains=words) if words else rows, EXAMPLES_A_PAGE
    ).get_page(request.GET.get("p"))
    return {
        "examples": numbered.object_list,
        "numbered": numbered,
        "words": words,
        "examples_of": intent.key if intent else "oos",
        "other_intents": Intent.objects.exclude(pk=intent.pk) if intent else Intent.objects.all(),
        "may_write": request.user.has_perm("analysis.change_intent"),
        "fewest": FEWEST_EXAMPLES,
        "here": request.get_full_path(),
    }


def _out_of_scope(intents: IntentAdmin, request: HttpRequest) -> HttpResponse:
    require(request, "analysis.view_intent")
    title = gettext("Examples that are out of scope")
    return page(intents, request, "intents/page.html", title=title, intent=None, **examples_context(request, None))


def _listed(intent: Any) -> ListedIntent:
    return ListedIntent(intent, intent.examples_count, intent.english_count, intent.chinese_count)


def _initial(intent: Intent | None) -> dict[str, Any]:
    return {name: getattr(intent, name) for name in IntentForm.base_fields} if intent else {}


def _written(form: IntentForm, intent: Intent | None) -> Intent | None:
    given = {**form.cleaned_data, "position": form.cleaned_data["position"] or 0}
    text = IntentText(**{"key": intent.key if intent else "", **given})
    try:
        return services.write_intent(text=text, intent=intent)
    except InvalidInput as error:
        fields = error.extra.get("fields")
        for name, problem in (fields if isinstance(fields, dict) else {None: error.message}).items():
            form.add_error(name if name in form.fields else None, problem)
        return None
