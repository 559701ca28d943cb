"""The record of answers: a list to find one, and a page that says in words why it is what it is."""

from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csassist.assistant.admin.look_up_calls import shown_calls
from csassist.assistant.admin.playground import playground, playground_stream
from csassist.assistant.admin.steps import (
    evidence_rows,
    existing_documents,
    leg_names,
    stage_rows,
    stored_candidates,
    verdict,
)
from csassist.assistant.decision import Reason
from csassist.assistant.models import AnswerTrace
from csassist.assistant.reasons import (
    ASKS,
    OUTCOME_TONES,
    OUTCOMES,
    REASONS,
    WRITTEN_BY,
    in_words,
)
from csassist.core import suspicion
from csassist.core.rendering import render_message
from csassist.llm.models import ModelCall

BIG_FIELDS = ["evidence", "passages", "candidates", "sentences", "stage_milliseconds"]


class MarkedFilter(admin.SimpleListFilter):
    title = _("question")
    parameter_name = "marked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Reads like an attack"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AnswerTrace]) -> QuerySet[AnswerTrace]:
        return queryset.exclude(marks=[]) if self.value() == "yes" else queryset


class DegradedFilter(admin.SimpleListFilter):
    title = _("search")
    parameter_name = "degraded"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("A part was down")), ("no", _("Every part answered"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AnswerTrace]) -> QuerySet[AnswerTrace]:
        if self.value() == "yes":
            return queryset.exclude(degraded=[])
        return queryset.filter(degraded=[]) if self.value() == "no" else queryset


@admin.register(AnswerTrace)
class AnswerTraceAdmin(admin.ModelAdmin[AnswerTrace]):
    list_display = ["short_question", "outcome_badge", "why", "language", "written", "degraded_legs", "created_at"]
    list_filter = ["outcome", "reason", "language", "written_by", DegradedFilter, MarkedFilter, "created_at"]
    search_fields = ["question", "public_id", "run__public_id", "message__public_id"]
    list_per_page = 50
    show_full_result_count = False
    actions = None

    class Media:
        css = {"all": ["knowledge/admin.css", "assistant/why.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[AnswerTrace]:
        return super().get_queryset(request).defer(*BIG_FIELDS)

    @admin.display(description=_("question"))
    def short_question(self, trace: AnswerTrace) -> str:
        return Truncator(trace.question).chars(80)

    @admin.display(description=_("outcome"), ordering="outcome")
    def outcome_badge(self, trace: AnswerTrace) -> SafeString:
        return outcome_badge(trace.outcome)

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, trace: AnswerTrace) -> str:
        return in_words(REASONS, trace.reason)

    @admin.display(description=_("written by"), ordering="written_by")
    def written(self, trace: AnswerTrace) -> str:
        return in_words(WRITTEN_BY, trace.written_by)

    @admin.display(description=_("part down"))
    def degraded_legs(self, trace: AnswerTrace) -> str:
        return ", ".join(leg_names(trace.degraded))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("test/", wrap(partial(playground, self)), name="assistant_test_question"),
            path("test/stream/", wrap(playground_stream), name="assistant_try_stream"),
            path("of/<uuid:message_id>/", wrap(self.of_message), name="assistant_why"),
            *super().get_urls(),
        ]

    def of_message(self, request: HttpRequest, message_id: UUID) -> HttpResponse:
        """From a message of a transcript to its why-page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        trace = AnswerTrace.objects.filter(message__public_id=message_id).first()
        if trace is None:
            self.message_user(request, gettext("This message was not written by the assistant."), messages.WARNING)
            return HttpResponseRedirect(reverse("admin:assistant_answertrace_changelist"))
        return HttpResponseRedirect(reverse("admin:assistant_answertrace_change", args=[trace.pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        trace = self.get_object(request, object_id)
        if not self.has_view_permission(request, trace):
            raise PermissionDenied
        if trace is None:
            return super().change_view(request, object_id, form_url, extra_context)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": gettext("Why this answer?"),
            **_explained(trace),
        }
        return TemplateResponse(request, "admin/assistant/answertrace/why.html", context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AnswerTrace | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AnswerTrace | None = None) -> bool:
        return False


def outcome_badge(outcome: str) -> SafeString:
    tone = OUTCOME_TONES.get(outcome, "neutral")
    return format_html('<span class="badge badge-{}">{}</span>', tone, in_words(OUTCOMES, outcome))


def _explained(trace: AnswerTrace) -> dict[str, Any]:
    """Everything the page shows, the codes put into words."""
    message = trace.message
    documents = existing_documents([str(one.get("document", "")) for one in trace.passages])
    call = ModelCall.objects.filter(public_id=trace.model_call_id).first() if trace.model_call_id else None
    return {
        "trace": trace,
        "badge": outcome_badge(trace.outcome),
        "reason": in_words(REASONS, trace.reason),
        "asks": in_words(ASKS, trace.asks),
        "conversation": trace.run.conversation,
        "answer": render_message(message.text) if message else "",
        "passages": [
            {**one, "headings": " › ".join(one.get("heading_path", [])), "exists": one.get("document") in documents}
            for one in trace.passages
        ],
        "sentences": [verdict(one) for one in trace.sentences],
        "candidates": stored_candidates(trace.candidates, trace.passages),
        "evidence": evidence_rows(trace.evidence),
        "stages": stage_rows(trace.stage_milliseconds),
        "degraded": leg_names(trace.degraded),
        "marks": suspicion.in_words(trace.marks),
        "written_by": in_words(WRITTEN_BY, trace.written_by),
        "call": call,
        "look_ups": shown_calls(trace.run.look_up_calls.order_by("pk")),
        "may_replay": trace.reason != Reason.LOOKED_UP,
        "cost": call.cost_micro_units / 1_000_000 if call else None,
        "arms": trace.arms.select_related("experiment__prompt", "experiment__version_a", "experiment__version_b"),
        "try_again": urlencode({"trace": str(trace.public_id)}),
    }
