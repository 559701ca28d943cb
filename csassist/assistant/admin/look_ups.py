"""Writing look-ups, checked as a whole before they are saved, and trying one with a real customer."""

import json
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from csassist.assistant.admin.golden import Lines
from csassist.assistant.admin.look_up_calls import TONES
from csassist.assistant.lookups.asking import SECRET_PREFIX, secret_of
from csassist.assistant.lookups.rows import definition_of
from csassist.assistant.lookups.services import delete_look_up, save_look_up
from csassist.assistant.lookups.trying import Tried, try_look_up
from csassist.assistant.models import LookUp, LookUpCall
from csassist.core.errors import InvalidInput
from csassist.core.rendering import render_message
from csassist.customers.models import Customer
from knowledge.admin.pages import by_pk, not_found, require

PARAMETERS_HELP = _(
    'A list of objects: {"name": "order_number", "kind": "order_number", "form": "LH-########", "required": false, '
    '"label": {"en": "order number", "zh": "订单号"}}. In a form, # is a digit, @ a letter, * either; | parts several. '
    'With "source": "customer" and the kind customer_number or email, the value comes from the proven customer.'
)
REPLY_HELP = _(
    'An object: "results" is the path to a list, empty when the reply is one result; "owner" the path in each result '
    'to the customer number; "fields" the values that may be shown: {"name": "state", "path": "state", '
    '"kind": "text", "required": true, "label": {"en": "State", "zh": "状态"}}. '
    "Kinds are text, reference, number, date, moment and choice."
)


class DeclaredField(forms.JSONField):
    """JSON, laid out for people."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.Textarea(attrs={"rows": 14, "class": "vLargeTextField", "spellcheck": "false"}), **options
        )

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


class LookUpForm(forms.ModelForm[LookUp]):
    questions_en = Lines(label=_("Example questions (English)"), help_text=_("One a line, as customers ask."))
    questions_zh = Lines(label=_("Example questions (Chinese)"))
    parameters = DeclaredField(label=_("Parameters"), required=False, help_text=PARAMETERS_HELP)
    reply = DeclaredField(label=_("Reply"), help_text=REPLY_HELP)

    class Meta:
        model = LookUp
        exclude: list[str] = []

    def clean_questions_en(self) -> list[str]:
        return list(self.cleaned_data["questions_en"])

    def clean_questions_zh(self) -> list[str]:
        return list(self.cleaned_data["questions_zh"])

    def clean_parameters(self) -> Any:
        return self.cleaned_data["parameters"] or []

    def _post_clean(self) -> None:
        """After each field by itself: whether they hold together."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            definition_of(self.instance)
        except InvalidInput as error:
            fields = error.extra["fields"]
            for name, problem in fields.items() if isinstance(fields, dict) else ():
                self.add_error(name, problem)


class TryForm(forms.Form):
    customer = forms.ModelChoiceField(
        label=_("Customer"),
        queryset=Customer.objects.exclude(external_id=""),
        widget=AutocompleteSelect(LookUpCall._meta.get_field("customer"), admin.site),
        help_text=_("A real customer with a number. Your own systems are asked about them, and this is on record."),
    )
    question = forms.CharField(
        label=_("Question"), max_length=500, widget=forms.Textarea(attrs={"rows": 2, "class": "question-box"})
    )


@admin.register(LookUp)
class LookUpAdmin(admin.ModelAdmin[LookUp]):
    form = LookUpForm
    list_display = ["name", "key", "is_enabled", "has_secret", "deadline_seconds", "position", "updated_at"]
    list_filter = ["is_enabled"]
    search_fields = ["key", "name_en", "name_zh"]
    actions = None
    formfield_overrides: ClassVar = {
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"})}
    }
    change_form_template = "admin/assistant/lookup/change_form.html"
    fieldsets = [
        (None, {"fields": ["key", ("name_en", "name_zh"), "is_enabled", "position", "requires_verification"]}),
        (
            _("What it answers"),
            {"fields": ["description_en", "description_zh", "questions_en", "questions_zh", "intent_key"]},
        ),
        (_("What is asked"), {"fields": ["url", "secret_name", "parameters", "deadline_seconds", "max_bytes"]}),
        (_("What comes back"), {"fields": ["reply"]}),
        (
            _("What the customer reads"),
            {
                "fields": [
                    *("answer_en", "answer_zh", "list_lead_en", "list_lead_zh"),
                    *("list_line_en", "list_line_zh", "empty_en", "empty_zh"),
                ],
                "description": _(
                    "Names in double braces stand for fields, and a line whose field is missing is left out. "
                    "The first five of a list are shown, so send the newest first."
                ),
            },
        ),
    ]

    class Media:
        css = {"all": ["knowledge/admin.css", "assistant/why.css"]}

    @admin.display(description=_("name"), ordering="name_en")
    def name(self, look_up: LookUp) -> str:
        return look_up.name_zh if (get_language() or "").startswith("zh") else look_up.name_en

    @admin.display(description=_("secret is set"), boolean=True)
    def has_secret(self, look_up: LookUp) -> bool:
        return bool(secret_of(look_up.secret_name))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [path("<int:pk>/try/", wrap(self.try_view), name="assistant_lookup_try"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: LookUp, form: Any, change: bool) -> None:
        save_look_up(look_up=obj, changed_fields=tuple(form.changed_data))

    def delete_model(self, request: HttpRequest, obj: LookUp) -> None:
        delete_look_up(look_up=obj)

    def try_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask the system about a customer, as it is configured now; nothing is sent to anybody."""
        require(request, "assistant.change_lookup")
        look_up: LookUp | None = by_pk(LookUp, str(pk))
        if look_up is None:
            return not_found(self, request)
        if request.method not in {"GET", "POST"}:
            raise PermissionDenied
        form = TryForm(request.POST or None)
        tried = None
        if request.method == "POST" and form.is_valid():
            try:
                tried = try_look_up(look_up=look_up, **form.cleaned_data)
            except InvalidInput as error:
                form.add_error(None, error.message)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media + form.media,
            "title": gettext("Try “%(name)s”") % {"name": self.name(look_up)},
            "look_up": look_up,
            "form": form,
            "secret_variable": f"{SECRET_PREFIX}{look_up.secret_name}",
            "has_secret": self.has_secret(look_up),
            **(_shown(tried) if tried else {}),
        }
        return TemplateResponse(request, "admin/assistant/lookup/try.html", context)


def _shown(tried: Tried) -> dict[str, Any]:
    verdict = tried.outcome.verdict
    return {
        "tried": tried,
        "tone": TONES.get(verdict, "warning"),
        "verdict": verdict.label,
        "answer": render_message("\n".join(tried.lines)) if tried.lines else "",
    }
