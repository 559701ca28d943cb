"""
What an agent does in a conversation. Each view reads a form, calls one service and answers with the talk as it is now.

Every form names the owner that its page showed, so that nobody acts over a colleague's head without knowing it.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from csassist.accounts.models import Team, User
from csassist.assistant import agent_acts
from csassist.assistant.copilot.citing import cited_passages
from csassist.conversations import services
from csassist.conversations.models import Conversation
from csassist.conversations.services import Owner, Written
from csassist.conversations.thread import colleagues_here
from csassist.core.errors import InvalidInput, NotFound
from csassist.web.console.access import console_act, console_part, conversation_of, staff_of
from csassist.web.console.conversation import render_talk

MOST_TAGS_TYPED = 20


@require_POST
@console_act
def reply(request: HttpRequest, public_id: UUID) -> HttpResponse:
    conversation, form = conversation_of(public_id), request.POST
    written = Written(
        text=form.get("text", ""),
        client_key=form.get("client_key", ""),
        attachment_ids=uuids(form.getlist("attachments")),
        citations=cited_passages(form.getlist("cite")),
        seen_owner=form.get("seen_owner", ""),
        closes=form.get("closes") == "yes",
    )
    agent_acts.agent_reply(conversation=conversation, agent=staff_of(request), written=written)
    if tag := form.get("tag", ""):
        services.add_tag(conversation=conversation, name=tag, by=staff_of(request))
    return render_talk(request, conversation)


@require_POST
@console_act
def note(request: HttpRequest, public_id: UUID) -> HttpResponse:
    conversation, form = conversation_of(public_id), request.POST
    services.write_note(
        conversation=conversation,
        author=staff_of(request),
        text=form.get("text", ""),
        client_key=form.get("client_key", ""),
    )
    return render_talk(request, conversation)


@require_POST
@console_act
def take(request: HttpRequest, public_id: UUID) -> HttpResponse:
    conversation = conversation_of(public_id)
    agent_acts.agent_take(
        conversation=conversation, agent=staff_of(request), seen_owner=request.POST.get("seen_owner", "")
    )
    return render_talk(request, conversation)


@require_POST
@console_act
def assign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """`to` is "assistant", "queue", or the public id of a colleague or a team with its kind before it."""
    conversation, form = conversation_of(public_id), request.POST
    give(conversation, owner_named(form.get("to", "")), by=staff_of(request), seen_owner=form.get("seen_owner", ""))
    return render_talk(request, conversation)


@require_POST
@console_act
def hand_back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """To the assistant, which answers what is unanswered."""
    conversation = conversation_of(public_id)
    give(conversation, Owner(), by=staff_of(request), seen_owner=request.POST.get("seen_owner", ""))
    return render_talk(request, conversation)


@require_POST
@console_act
def close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    conversation = conversation_of(public_id)
    services.close(conversation=conversation, by=staff_of(request))
    return render_talk(request, conversation)


@require_POST
@console_act
def reopen(request: HttpRequest, public_id: UUID) -> HttpResponse:
    conversation = conversation_of(public_id)
    services.reopen(conversation=conversation, by=staff_of(request))
    return render_talk(request, conversation)


@require_POST
@console_act
def tag(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """`add` and `remove` name tags, several in `add` by commas; what is not named stays."""
    conversation, form = conversation_of(public_id), request.POST
    present = set(conversation.tags.values_list("name", flat=True))
    added = {name.strip() for name in form.get("add", "").replace("，", ",").split(",")[:MOST_TAGS_TYPED]}
    names = sorted((present | added) - set(form.getlist("remove")) - {""})
    services.set_tags(conversation=conversation, names=names, by=staff_of(request))
    return render_talk(request, conversation)


@require_POST
@console_part
def looking(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The page has the conversation open, and perhaps somebody writes; answers with who else does."""
    conversation, user = conversation_of(public_id), staff_of(request)
    services.note_looking(conversation=conversation, user=user, is_writing=request.POST.get("writing") == "yes")
    if request.POST.get("read") == "yes":
        services.note_read(conversation=conversation, user=user)
    return render(request, "web/console/here.html", here_context(conversation, user))


@require_POST
@console_part
def left(request: HttpRequest, public_id: UUID) -> HttpResponse:
    services.note_left(conversation=conversation_of(public_id), user=staff_of(request))
    return HttpResponse(status=204)


def give(conversation: Conversation, to: Owner, *, by: User, seen_owner: str = "") -> None:
    """To a colleague or a queue, who find a draft, or to the assistant, which then answers what is unanswered."""
    agent_acts.agent_assign(conversation=conversation, to=to, by=by, seen_owner=seen_owner)


def owner_named(to: str) -> Owner:
    """The owner that a form names: "assistant", "queue", "user:<public id>" or "team:<public id>"."""
    kind, _colon, public_id = to.partition(":")
    if to == "assistant":
        return Owner()
    if to == "queue":
        return Owner(is_queue=True)
    if kind == "user" and (user := _found(User, public_id)):
        return Owner(user=user)
    if kind == "team" and (team := _found(Team, public_id)):
        return Owner(team=team, is_queue=True)
    raise NotFound(_("This colleague or team does not exist."))


def uuids(values: list[str]) -> tuple[UUID, ...]:
    """Raises InvalidInput."""
    try:
        return tuple(UUID(value) for value in values)
    except ValueError as error:
        raise InvalidInput(_("This is not an id."), field="id") from error


def here_context(conversation: Conversation, user: User) -> dict[str, Any]:
    return {"here": colleagues_here(conversation, viewer=user), "now": timezone.now()}


def _found(model: Any, public_id: str) -> Any:
    try:
        return model.objects.filter(public_id=UUID(public_id)).first()
    except ValueError:
        return None
