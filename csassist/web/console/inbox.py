"""The inbox: queues on the left, a list of conversations, and what one does to several of them at once."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from csassist.accounts.models import Team, User
from csassist.conversations import inbox, services
from csassist.conversations.inbox import Wanted
from csassist.conversations.models import Conversation, SavedFilter, Tag
from csassist.core.errors import NotFound
from csassist.web.console.access import console_page, console_part, may_act, staff_of
from csassist.web.console.frame import frame_context, queues_context
from csassist.web.console.wording import MOODS, QUEUE_NAMES


@require_safe
@console_page
def inbox_page(request: HttpRequest) -> HttpResponse:
    """The list alone; on a wide screen the place of the conversation says what to do."""
    frame = frame_context(request, wanted=wanted_of(request))
    context = {**frame, **list_context(request, frame["wanted"], teams=frame["all_teams"]), "shows": "list"}
    return render(request, "web/console/inbox.html", context)


@require_safe
@console_part
def list_part(request: HttpRequest) -> HttpResponse:
    """Another list in the place of the one that was shown, with its title and filters."""
    context = list_context(request, wanted_of(request) or Wanted(), teams=list(Team.objects.all()))
    return render(request, "web/console/list.html", context)


@require_safe
@console_part
def rows(request: HttpRequest) -> HttpResponse:
    """The rows of a list as they are now, or those after the row that `after` names."""
    return render(request, "web/console/rows.html", rows_context(request, wanted_of(request) or Wanted()))


@require_safe
@console_part
def queues(request: HttpRequest) -> HttpResponse:
    place = request.GET.get("place", "")
    context = queues_context(request, wanted=wanted_of(request), is_review="review" in request.GET, place=place)
    return render(request, "web/console/queues.html", context)


@require_POST
@console_part
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep the view of the list under a name; answers with the queues, in which it now stands."""
    wanted = Wanted.from_query(request.POST.dict())
    services.save_filter(user=staff_of(request), name=request.POST.get("name", ""), query=urlencode(wanted.as_query()))
    return render(request, "web/console/queues.html", queues_context(request, wanted=wanted))


@require_POST
@console_part
def forget_filter(request: HttpRequest, public_id: str) -> HttpResponse:
    deleted_count, _per_model = SavedFilter.objects.filter(user=staff_of(request), public_id=public_id).delete()
    if not deleted_count:
        raise NotFound(_("This filter does not exist."))
    return render(request, "web/console/queues.html", queues_context(request, wanted=wanted_of(request)))


def wanted_of(request: HttpRequest) -> Wanted | None:
    """What the address asks for; None when it names no queue."""
    return Wanted.from_query(request.GET.dict()) if request.GET.get("queue") or request.GET.get("q") else None


def list_context(request: HttpRequest, wanted: Wanted, *, teams: Sequence[Team]) -> dict[str, Any]:
    return {
        **rows_context(request, wanted),
        "list_title": list_title(wanted, teams),
        "choices": filter_choices(teams),
        "may_act": may_act(request),
    }


def rows_context(request: HttpRequest, wanted: Wanted) -> dict[str, Any]:
    """`extent` keeps as many rows as the page had, so that nothing below the reader's place disappears."""
    extent, after = request.GET.get("extent", ""), request.GET.get("after", "")
    page = inbox.page(
        wanted,
        viewer=staff_of(request),
        after=after,
        rows_count=int(extent) if extent.isdigit() and len(extent) < 5 else inbox.PAGE_ROWS_COUNT,
    )
    query = wanted.as_query()
    return {
        "wanted": wanted,
        "page": page,
        "is_later_page": bool(after),
        "list_query": urlencode(query),
        "next_query": urlencode({**query, "after": page.next_after}) if page.next_after else "",
    }


def list_title(wanted: Wanted, teams: Sequence[Team]) -> str:
    if wanted.queue in QUEUE_NAMES:
        return str(QUEUE_NAMES[wanted.queue])
    public_id = wanted.queue.removeprefix(inbox.TEAM_PREFIX)
    return next((str(team) for team in teams if str(team.public_id) == public_id), _("Team"))


def filter_choices(teams: Sequence[Team]) -> Mapping[str, list[tuple[str, str]]]:
    """What each filter offers, by the name of its parameter."""
    people = User.objects.filter(is_active=True)
    return {
        "status": [(value, str(name)) for value, name in Conversation.Status.choices],
        "owner": [
            (inbox.NOBODY, _("Nobody")),
            (inbox.ASSISTANT, _("The assistant")),
            *((str(person.public_id), str(person)) for person in people),
        ],
        "team": [(str(team.public_id), str(team)) for team in teams],
        "tag": [(name, name) for name in Tag.objects.values_list("name", flat=True)[:200]],
        "channel": [(value, str(name)) for value, name in Conversation.Channel.choices],
        "language": [("en", _("English")), ("zh", _("Chinese"))],
        "mood": [(mood, str(sign.words)) for mood, sign in MOODS.items()],
    }
