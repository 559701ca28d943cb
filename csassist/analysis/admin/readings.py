"""Readings: the list where an agent corrects a value with one click, and the page of one with everything behind it."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from csassist.accounts.staff_pages import by_pk, not_found, require, require_post, staff, tell_error
from csassist.analysis import services
from csassist.analysis.admin import trying
from csassist.analysis.admin.pages import AnalysisPages, page
from csassist.analysis.admin.showing import (
    Choice,
    ShownReading,
    intent_choices,
    risk_choices,
    sentiment_choices,
    shown_reading,
    urgency_choices,
)
from csassist.analysis.alerts import alerts_for
from csassist.analysis.models import Intent, MessageReading
from csassist.analysis.models.readings import UNCERTAIN_BELOW, Risk, Sentiment, Urgency
from csassist.analysis.reading import OUT_OF_SCOPE
from csassist.analysis.selectors import ReadingFilter, readings, trajectory_of
from csassist.analysis.storing import reading_of
from csassist.analysis.wording import ALERTS, MOODS, MOVES, REASONS, TRENDS
from csassist.core.errors import AppError

READINGS_A_PAGE = 20
CORRECTIONS_SHOWN = 20
LEVELS = dict(Sentiment.choices)
LEVEL_TONES = {-2: "danger", -1: "warning", 0: "neutral", 1: "good", 2: "good"}


@dataclass(frozen=True)
class Row:
    """A reading with what may be chosen instead of each of its values."""

    stored: MessageReading
    shown: ShownReading
    sentiments: list[Choice]
    urgencies: list[Choice]
    risks: list[Choice]
    intents: list[Choice]
    is_uncertain: bool


@admin.register(MessageReading)
class MessageReadingAdmin(AnalysisPages, admin.ModelAdmin[MessageReading]):
    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("try/", wrap(partial(trying.try_sentence, self)), name="analysis_messagereading_try"),
            path("<int:pk>/correct/", wrap(partial(_correct, self)), name="analysis_messagereading_correct"),
            path("<int:pk>/ask-model/", wrap(partial(_ask_model, self)), name="analysis_messagereading_ask_model"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        require(request, "analysis.view_messagereading")
        wanted = _wanted(request)
        numbered = Paginator(readings(wanted), READINGS_A_PAGE)
        shown = numbered.get_page(request.GET.get("p"))
        names = intent_names()
        return page(
            self,
            request,
            "readings/list.html",
            title=_("Readings of messages"),
            rows=[row_of(one, names) for one in shown.object_list],
            numbered=shown,
            filters=_filters(wanted, names),
            query=urlencode(_given(wanted)),
            here=request.get_full_path(),
            may_correct=request.user.has_perm("analysis.change_messagereading"),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        require(request, "analysis.view_messagereading")
        found = MessageReading.objects.select_related("message__conversation", "intent", "intent_version")
        reading = found.filter(pk=object_id).first() if object_id.isdecimal() else None
        if reading is None:
            return not_found(self, request)
        return page(self, request, "readings/page.html", title=_("Reading of a message"), **_detail(request, reading))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: MessageReading | None = None) -> bool:
        return False


def row_of(stored: MessageReading, names: dict[str, str]) -> Row:
    """Wants the message loaded."""
    read = reading_of(stored)
    return Row(
        stored=stored,
        shown=shown_reading(stored.message.text, read, names),
        sentiments=sentiment_choices(read.sentiment.label),
        urgencies=urgency_choices(read.urgency.label),
        risks=risk_choices({one.label for one in read.risks}),
        intents=intent_choices(read.intent.label, names),
        is_uncertain=stored.certainty < UNCERTAIN_BELOW,
    )


def intent_names() -> dict[str, str]:
    """The intents in use by key, in the language of whoever looks."""
    return {intent.key: intent.name for intent in Intent.objects.active()}


def _detail(request: HttpRequest, reading: MessageReading) -> dict[str, Any]:
    conversation = reading.message.conversation
    way = trajectory_of(conversation)
    return {
        "row": row_of(reading, intent_names()),
        "conversation": conversation,
        "alerts": [(ALERTS[one.reason], one.severity) for one in alerts_for(reading_of(reading))],
        "levels": [(LEVELS[level], LEVEL_TONES[level]) for level in way.levels],
        "mood": MOODS[way.mood],
        "trend": TRENDS[way.trend],
        "moves": [MOVES[move] for move in way.strategy],
        "reasons": [REASONS[reason] for reason in way.reasons],
        "wants_person": way.wants_person,
        "corrections": reading.corrections.select_related("corrected_by", "used_in_version")[:CORRECTIONS_SHOWN],
        "here": request.path,
        "may_correct": request.user.has_perm("analysis.change_messagereading"),
        "may_ask_model": trying.may_ask_model(request),
    }


def _wanted(request: HttpRequest) -> ReadingFilter:
    given = {name: request.GET.get(name, "")[:64] for name in ("intent", "sentiment", "urgency", "risk", "order")}
    return ReadingFilter(**given)


def _given(wanted: ReadingFilter) -> dict[str, str]:
    names = ("intent", "sentiment", "urgency", "risk", "order")
    return {name: value for name in names if (value := getattr(wanted, name))}


def _filters(wanted: ReadingFilter, names: dict[str, str]) -> list[tuple[str, str, list[Choice]]]:
    """Name, title and choices of each."""
    every = ("", _("Any"))
    choices: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("intent", _("Intent"), [every, *names.items(), (OUT_OF_SCOPE, _("Out of scope"))]),
        ("sentiment", _("Sentiment"), [every, *((str(level), str(label)) for level, label in Sentiment.choices)]),
        ("urgency", _("Urgency"), [every, *((value, str(label)) for value, label in Urgency.choices)]),
        ("risk", _("Risk"), [every, ("any", _("Some risk")), *((one, str(label)) for one, label in Risk.choices)]),
        ("order", _("Order"), [("", _("Newest first")), ("uncertain", _("Least certain first"))]),
    ]
    return [
        (name, title, [Choice(value, words, value == getattr(wanted, name)) for value, words in values])
        for name, title, values in choices
    ]


def _correct(readings_admin: MessageReadingAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """One value of one reading; a risk is switched on or off, every other value is replaced."""
    require_post(request)
    require(request, "analysis.change_messagereading")
    reading: MessageReading | None = by_pk(MessageReading, str(pk))
    if reading is None:
        return not_found(readings_admin, request)
    field, _equals, value = request.POST.get("change", "").partition("=")
    if field == "intent" and not value:
        value = request.POST.get("intent_key", "")
    try:
        services.correct(
            reading=reading,
            field=field,
            value=_switched(reading, value) if field == "risks" else value,
            by=staff(request),
        )
    except AppError as error:
        tell_error(request, error)
    else:
        messages.success(request, _("Corrected. Thank you."))
    return _back(request, pk)


def _switched(reading: MessageReading, risk: str) -> list[str]:
    """The risks that hold with this one switched."""
    held = {one["label"] for one in reading.risks}
    return sorted(held ^ {risk})


def _ask_model(readings_admin: MessageReadingAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    require_post(request)
    if not trying.may_ask_model(request):
        require(request, "analysis.change_intent")
    reading = MessageReading.objects.select_related("message").filter(pk=pk).first()
    if reading is None:
        return not_found(readings_admin, request)
    if services.refine(reading=reading).outcome == "done":
        messages.success(request, _("The language model has read it too."))
    else:
        messages.warning(request, _("The language model gave no usable reading. Everything stays as it was."))
    return _back(request, pk)


def _back(request: HttpRequest, pk: int) -> HttpResponse:
    """To the list or page that the click came from, at the same place."""
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return HttpResponseRedirect(f"{asked}#reading-{pk}")
    return HttpResponseRedirect(reverse("admin:analysis_messagereading_change", args=[pk]))
