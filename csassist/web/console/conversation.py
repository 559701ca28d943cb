"""One conversation: the page, its column, and the part of it that changes while an agent looks."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from csassist.accounts.models import Team, User
from csassist.accounts.selectors import PRESENT_FOR
from csassist.conversations import services
from csassist.conversations.inbox import Wanted, names_given
from csassist.conversations.models import Conversation, Macro
from csassist.conversations.thread import MESSAGES_COUNT, colleagues_here, open_request, thread_of
from csassist.web.console.access import console_page, console_part, conversation_of, may_act, staff_of
from csassist.web.console.draft_card import draft_context
from csassist.web.console.frame import frame_context
from csassist.web.console.inbox import list_context, wanted_of


@require_safe
@console_page
def conversation_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The whole page, the list beside the conversation: an address that can be shared."""
    conversation = conversation_of(public_id)
    wanted = wanted_of(request) or _home_of(conversation, staff_of(request))
    frame = frame_context(request, wanted=wanted)
    context = {
        **frame,
        **list_context(request, wanted, teams=frame["all_teams"]),
        **column_context(request, conversation),
        "shows": "conversation",
    }
    return render(request, "web/console/inbox.html", context)


@require_safe
@console_part
def column(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The conversation for a page that has the rest already. Looking ahead at it is not reading it."""
    context = column_context(request, conversation_of(public_id), is_read="ahead" not in request.GET)
    return render(request, "web/console/conversation.html", context)


@require_safe
@console_part
def talk(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return render_talk(request, conversation_of(public_id))


def render_talk(request: HttpRequest, conversation: Conversation, *, status: int = 200) -> HttpResponse:
    """What was said and who owns it, as it is now: the answer to every act on a conversation."""
    fresh = conversation_of(conversation.public_id)
    return render(request, "web/console/talk.html", talk_context(request, fresh), status=status)


def column_context(request: HttpRequest, conversation: Conversation, *, is_read: bool = True) -> dict[str, Any]:
    if is_read:
        services.note_read(conversation=conversation, user=staff_of(request))
    macros = Macro.objects.filter(is_active=True, language=conversation.language).select_related("tag")
    return {**talk_context(request, conversation), "macros": list(macros)}


def talk_context(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    user = staff_of(request)
    asked = request.GET.get("messages", "")
    thread = thread_of(
        conversation, messages_count=int(asked) if asked.isdigit() and len(asked) < 5 else MESSAGES_COUNT
    )
    address = reverse("console_talk", args=[conversation.public_id])
    return {
        "conversation": conversation,
        "customer": conversation.customer,
        "who": who_is(conversation),
        "thread": thread,
        "talk_address": f"{address}?messages={thread.messages_count}",
        "earlier_address": f"{address}?messages={thread.messages_count + MESSAGES_COUNT}" if thread.has_earlier else "",
        "hand_off": open_request(conversation),
        "here": colleagues_here(conversation, viewer=user),
        "now": timezone.now(),
        "me": user,
        "may_act": may_act(request),
        "owner_mark": services.owner_mark(conversation),
        "owner_words": services.owner_in_words(conversation),
        "is_mine": conversation.owner_user_id == user.pk,
        "is_colleagues": conversation.owner_user_id not in {None, user.pk},
        "is_closed": conversation.status == Conversation.Status.CLOSED,
        "tags": list(conversation.tags.all()),
        **draft_context(request, conversation),
        "people": people_to_assign(),
        "teams_to_assign": [{"team": team, "owner": f"team:{team.public_id}"} for team in Team.objects.all()],
    }


def who_is(conversation: Conversation) -> str:
    """The customer, or the name that an unknown visitor gave."""
    customer = conversation.customer
    return str(customer) if customer.name else names_given([conversation.pk]).get(conversation.pk, str(customer))


def people_to_assign() -> list[dict[str, object]]:
    """Every active colleague, those who are there first."""
    since = timezone.now() - PRESENT_FOR
    people = [
        {
            "user": user,
            "owner": f"user:{user.public_id}",
            "is_here": user.last_seen_at is not None and user.last_seen_at >= since,
        }
        for user in User.objects.filter(is_active=True)
    ]
    return sorted(people, key=lambda person: not person["is_here"])


def _home_of(conversation: Conversation, user: User) -> Wanted:
    """The queue to show beside a conversation whose address names none: the first that holds it."""
    if conversation.status == Conversation.Status.CLOSED:
        return Wanted(queue="closed")
    if conversation.owner_user_id == user.pk:
        return Wanted(queue="mine")
    is_queued = conversation.owner_kind == Conversation.OwnerKind.QUEUE
    return Wanted(queue="queue" if is_queued else "assistant" if conversation.is_assistants else "all")
