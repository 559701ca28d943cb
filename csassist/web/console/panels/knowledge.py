"""The knowledge beside a conversation: live suggestions, similar cases, the summary, the ask box and rewording."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from csassist.assistant.copilot.asking import ask_knowledge
from csassist.assistant.copilot.dialogue import newest_episode, waiting_text
from csassist.assistant.copilot.rewording import reword
from csassist.assistant.copilot.similar import similar_cases
from csassist.assistant.copilot.suggestions import suggest
from csassist.assistant.copilot.summary import refresh, shown_summary
from csassist.conversations.models import Conversation
from csassist.llm import is_configured
from csassist.rest.limits import Limit, spend
from csassist.web.console.access import console_act, console_part, conversation_of, may_act, staff_of

MINUTE_SECONDS = 60
# Of one colleague: what typing asks for by itself, and what a model is asked for on a click.
SEARCHES_PER_MINUTE = 90
MODEL_CALLS_PER_MINUTE = 12
MOODS: dict[str, Promise] = {
    "pleased": _("Pleased"),
    "calm": _("Calm"),
    "worried": _("Worried"),
    "annoyed": _("Annoyed"),
    "angry": _("Angry"),
}
WAYS: tuple[tuple[str, Promise], ...] = (
    ("shorter", _("Shorter")),
    ("warmer", _("Warmer")),
    ("formal", _("More formal")),
    ("translate", _("Translate")),
)


@require_safe
@console_part
def panel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    conversation = conversation_of(public_id)
    text = waiting_text(conversation)
    context = {
        **_found_context(conversation, text),
        **_summary_context(conversation),
        "similar": similar_cases(text, besides=conversation.pk),
        "ways": WAYS,
        "has_model": is_configured(),
        "may_act": may_act(request),
    }
    return render(request, "web/console/panels/knowledge.html", context)


@require_POST
@console_part
def found(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """For what is being typed; for what the customer wrote last when that is too little to look for."""
    conversation = conversation_of(public_id)
    _spend(request, "console_searches_minute", SEARCHES_PER_MINUTE)
    typed = request.POST.get("text", "")
    context = _found_context(conversation, typed)
    if context["suggestions"].is_too_short:
        context = _found_context(conversation, waiting_text(conversation))
    return render(request, "web/console/panels/found.html", {**context, "may_act": may_act(request)})


@require_POST
@console_part
def ask(request: HttpRequest, public_id: UUID) -> HttpResponse:
    conversation = conversation_of(public_id)
    _spend(request, "console_asked_minute", MODEL_CALLS_PER_MINUTE)
    context = {"conversation": conversation, "answer": ask_knowledge(request.POST.get("question", ""))}
    return render(request, "web/console/panels/answer.html", context)


@require_POST
@console_act
def reword_reply(request: HttpRequest, public_id: UUID) -> HttpResponse:
    conversation = conversation_of(public_id)
    _spend(request, "console_reworded_minute", MODEL_CALLS_PER_MINUTE)
    made = reword(request.POST.get("text", ""), request.POST.get("how", ""))
    return render(request, "web/console/panels/reworded.html", {"conversation": conversation, "reworded": made})


@require_POST
@console_act
def sum_up(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Anew and now, also for a conversation that the assistant still owns."""
    conversation = conversation_of(public_id)
    _spend(request, "console_summed_minute", MODEL_CALLS_PER_MINUTE)
    episode = newest_episode(conversation)
    if episode is not None:
        refresh(episode)
    context = {**_summary_context(conversation), "may_act": may_act(request)}
    return render(request, "web/console/panels/summary.html", context)


def _found_context(conversation: Conversation, text: str) -> dict[str, Any]:
    return {"conversation": conversation, "suggestions": suggest(text)}


def _summary_context(conversation: Conversation) -> dict[str, Any]:
    shown = shown_summary(conversation)
    mood = MOODS.get(shown.summary.mood, "") if shown else ""
    return {"conversation": conversation, "shown": shown, "mood_in_words": mood}


def _spend(request: HttpRequest, name: str, most_count: int) -> None:
    spend([(Limit(name, MINUTE_SECONDS, most_count), str(staff_of(request).pk))])
