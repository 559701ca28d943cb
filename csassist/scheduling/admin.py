"""The schedule is read in the admin site: who leads, what each job is at, what became of its slots."""

from typing import Any, TypeVar

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csassist.scheduling.models import JobState, SchedulerLease, ScheduleSlot
from csassist.scheduling.selectors import leadership

Row = TypeVar("Row", bound=Model)

TONES = {
    ScheduleSlot.State.DONE: "good",
    ScheduleSlot.State.FAILED: "danger",
    ScheduleSlot.State.SKIPPED: "neutral",
}
REASONS = {
    "too_late": _("too late to be of use"),
    "backing_off": _("left alone after failures in a row"),
}
STANDINGS = {
    "leads": ("good", _("Leads")),
    "silent": ("danger", _("No sign of life")),
    "nobody": ("danger", _("Nobody leads")),
}


class ScheduleAdmin(admin.ModelAdmin[Row]):
    """Facts only; each list says first when no scheduler leads."""

    list_per_page = 50
    actions = None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if self.has_view_permission(request) and not leadership().is_there:
            messages.warning(
                request, gettext("No scheduler leads: nothing of this schedule is done. Start `manage.py scheduler`.")
            )
        return super().changelist_view(request, extra_context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False


@admin.register(SchedulerLease)
class SchedulerLeaseAdmin(ScheduleAdmin[SchedulerLease]):
    list_display = ["name", "standing", "owner", "led_since", "beat_at", "epoch", "beats"]

    @admin.display(description=_("state"))
    def standing(self, lease: SchedulerLease) -> SafeString:
        return format_html('<span class="badge badge-{}">{}</span>', *STANDINGS[leadership().standing])


@admin.register(JobState)
class JobStateAdmin(ScheduleAdmin[JobState]):
    list_display = [
        *("job", "rule", "standing", "last_slot_at", "next_slot_at"),
        *("done_count", "late_count", "missed_count", "failed_count", "skipped_count", "overlapped_count"),
    ]
    search_fields = ["job"]

    @admin.display(description=_("state"))
    def standing(self, state: JobState) -> SafeString:
        tone, words = _standing(state)
        address = reverse("admin:scheduling_scheduleslot_changelist") + f"?job={state.job}"
        return format_html('<a class="badge badge-{}" href="{}">{}</a>', tone, address, words)


class JobFilter(admin.SimpleListFilter):
    """The jobs by name, from the short list of them instead of the long one of slots."""

    title = _("job")
    parameter_name = "job"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in JobState.objects.values_list("job", flat=True)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ScheduleSlot]) -> QuerySet[ScheduleSlot]:
        return queryset.filter(job=self.value()) if self.value() else queryset


@admin.register(ScheduleSlot)
class ScheduleSlotAdmin(ScheduleAdmin[ScheduleSlot]):
    list_display = ["job", "scheduled_for", "state_badge", "covers_count", "changed_count", "seconds", "epoch"]
    list_filter = [JobFilter, "state", "scheduled_for"]
    show_full_result_count = False

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, slot: ScheduleSlot) -> SafeString:
        tone = TONES[ScheduleSlot.State(slot.state)]
        badge = format_html('<span class="badge badge-{}">{}</span>', tone, slot.get_state_display())
        if not slot.error:
            return badge
        return format_html('{} <span class="badge-detail">{}</span>', badge, REASONS.get(slot.error, slot.error))

    @admin.display(description=_("took"))
    def seconds(self, slot: ScheduleSlot) -> str:
        return f"{(slot.finished_at - slot.started_at).total_seconds():.2f} s"


def _standing(state: JobState) -> tuple[str, Any]:
    if state.next_slot_at is None:
        return "neutral", _("Not scheduled any more")
    if state.back_off_until is not None:
        return "danger", _("Left alone after failures")
    if state.failures_count:
        return "warning", _("Failed last time")
    return "good", _("In order")
