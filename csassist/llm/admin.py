"""
The ledger of model calls and the budget's days, read-only: money is spent by calls and by nothing else. And the choice
of the model that writes.
"""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from csassist.accounts.models import User
from csassist.core.errors import AppError
from csassist.llm import choices
from csassist.llm.models import BudgetDay, ModelCall, ModelChoice
from csassist.llm.pricing import MICRO_UNITS_PER_UNIT
from csassist.llm.selectors import Totals, totals


def amount(micro_units: int) -> str:
    """Micro-units as an amount of the budget's currency."""
    return f"{micro_units / MICRO_UNITS_PER_UNIT:,.4f}"


class _ReadOnlyAdmin(admin.ModelAdmin[Any]):
    list_per_page = 50
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(ModelCall)
class ModelCallAdmin(_ReadOnlyAdmin):
    list_display = [
        "started_at",
        "purpose",
        "model",
        "outcome",
        "reason",
        "input_tokens",
        "output_tokens",
        "cost",
        "first_token_milliseconds",
        "total_milliseconds",
    ]
    list_filter = ["purpose", "outcome", "usage_source", "started_at"]
    search_fields = ["public_id", "model"]
    show_full_result_count = False

    @admin.display(description=gettext_lazy("cost"), ordering="cost_micro_units")
    def cost(self, call: ModelCall) -> str:
        return amount(call.cost_micro_units)


@admin.register(BudgetDay)
class BudgetDayAdmin(_ReadOnlyAdmin):
    list_display = ["day", "spent", "reserved", "nearly_used_at", "exhausted_at"]
    fields = ["day", "spent", "reserved", "nearly_used_at", "exhausted_at", "purposes"]
    readonly_fields = ["day", "spent", "reserved", "nearly_used_at", "exhausted_at", "purposes"]

    @admin.display(description=gettext_lazy("spent"), ordering="spent_micro_units")
    def spent(self, day: BudgetDay) -> str:
        return amount(day.spent_micro_units)

    @admin.display(description=gettext_lazy("reserved"), ordering="reserved_micro_units")
    def reserved(self, day: BudgetDay) -> str:
        return amount(day.reserved_micro_units)

    @admin.display(description=gettext_lazy("by purpose"))
    def purposes(self, day: BudgetDay) -> SafeString:
        columns = [_("Purpose"), _("Calls"), _("Completed"), _("Input tokens"), _("Output tokens"), _("Cost")]
        columns.append(_("First token (ms)"))
        head = format_html_join("", '<th scope="col">{}</th>', ((name,) for name in columns))
        body = format_html_join("", "<tr>{}</tr>", ((_cells(row),) for row in totals([day.day])))
        return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)


@admin.register(ModelChoice)
class ModelChoiceAdmin(admin.ModelAdmin[ModelChoice]):
    """Proposing a model, and going back to the one in the settings. A choice never changes once it was made."""

    list_display = ["name", "state", "verdict_link", "note", "created_by", "created_at", "in_use_since"]
    list_display_links = None
    list_select_related = ["created_by"]
    fields = ["name", "note"]
    list_per_page = 50
    actions = None
    change_list_template = "admin/llm/modelchoice/change_list.html"

    @admin.display(description=gettext_lazy("verdict"), ordering="verdict")
    def verdict_link(self, choice: ModelChoice) -> SafeString:
        address = reverse("admin:assistant_verdict", args=["model", choice.public_id])
        return format_html('<a href="{}">{}</a>', address, choice.get_verdict_display())

    def get_urls(self) -> list[URLPattern]:
        back = self.admin_site.admin_view(self.back_view)
        return [path("back/", back, name="llm_modelchoice_back"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        in_use = ModelChoice.objects.filter(state=ModelChoice.State.IN_USE).first()
        context = {
            "model_in_use": choices.chosen_model() if settings.CSASSIST_LLM_BASE_URL else "",
            "model_of_settings": settings.CSASSIST_LLM_MODEL,
            "may_go_back": in_use is not None and self.has_change_permission(request),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def save_model(self, request: HttpRequest, obj: ModelChoice, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)  # noqa: S101 -- the admin site lets only staff in
        proposed = choices.propose(name=obj.name, note=obj.note, author=request.user)
        obj.pk, obj.public_id = proposed.pk, proposed.public_id

    def response_add(self, request: HttpRequest, obj: ModelChoice, post_url_continue: Any = None) -> HttpResponse:
        messages.info(request, _("The golden questions are being answered by it first."))
        return HttpResponseRedirect(reverse("admin:assistant_verdict", args=["model", obj.public_id]))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except AppError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(request.path)

    def back_view(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        try:
            choices.back_to_setting()
        except AppError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The model of the settings writes again."))
        return HttpResponseRedirect(reverse("admin:llm_modelchoice_changelist"))

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


def _cells(row: Totals) -> SafeString:
    first_token = "–" if row.first_token_milliseconds is None else f"{row.first_token_milliseconds:,}"
    values = (
        ModelCall.Purpose(row.purpose).label,
        f"{row.calls_count:,}",
        f"{row.completed_count:,}",
        f"{row.input_tokens:,}",
        f"{row.output_tokens:,}",
        amount(row.cost_micro_units),
        first_token,
    )
    return format_html_join("", "<td>{}</td>", ((value,) for value in values))
