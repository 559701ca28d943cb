"""
The review queue: one draft after the other, each beside what it answers.

The page knows the whole queue by its ids and fetches the next draft while the present one is read, so that a decision
shows its successor at once and is carried out behind it.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from csassist.assistant.drafts import already_decided
from csassist.assistant.models import Draft
from csassist.conversations.thread import open_request, thread_of
from csassist.web.console.access import console_page, console_part, may_act
from csassist.web.console.conversation import who_is
from csassist.web.console.draft_card import card_of, draft_of
from csassist.web.console.frame import frame_context

MOST_QUEUED_COUNT = 200
MESSAGES_COUNT = 12


@require_safe
@console_page
def review_page(request: HttpRequest) -> HttpResponse:
    """`?draft=` names the one to begin with."""
    queue = queued()
    frame = frame_context(request, script="review", is_review=True)
    frame["page_facts"] |= {
        "queue": queue,
        "reviewQueue": reverse("console_review_queue"),
        "draft": request.GET.get("draft", ""),
    }
    return render(request, "web/console/review.html", {**frame, "is_empty": not queue, "shows": "review"})


@require_safe
@console_part
def review_queue(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"queue": queued()})


@require_safe
@console_part
def review_item(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One draft with the end of its conversation; one that was decided meanwhile says so."""
    draft = draft_of(public_id)
    return render(request, "web/console/review_item.html", item_context(request, draft))


def queued() -> list[str]:
    """The drafts that wait for a decision, the oldest first."""
    waiting = Draft.objects.waiting().values_list("public_id", flat=True)
    return [str(public_id) for public_id in waiting[:MOST_QUEUED_COUNT]]


def item_context(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    conversation = draft.conversation
    return {
        **card_of(request, draft),
        "conversation": conversation,
        "who": who_is(conversation),
        "thread": thread_of(conversation, messages_count=MESSAGES_COUNT),
        "hand_off": open_request(conversation),
        "may_act": may_act(request),
        "is_decided": not draft.can_be_decided,
        "decided_words": "" if draft.can_be_decided else already_decided(draft),
    }
