"""What stands around every page of the console: who is signed in, the queues with counts, facts for the scripts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from csassist.accounts.models import Availability, Team, User
from csassist.assistant.models import Draft
from csassist.conversations import attachment_rules
from csassist.conversations.inbox import TEAM_PREFIX, Wanted
from csassist.conversations.inbox_counts import MOST_COUNTED, queue_counts
from csassist.conversations.models import SavedFilter
from csassist.conversations.news import newest_alert_id, newest_event_id, young_alert_ids
from csassist.web.console import bundles
from csassist.web.console.access import may_act, staff_of
from csassist.web.console.phrases import console_phrases
from csassist.web.console.wording import QUEUE_ICONS, QUEUE_NAMES
from csassist.web.languages import page_language

# Pages beside the queues: name of the view -> permission, words, icon.
PLACES: Final[Mapping[str, tuple[str, Promise, str]]] = {
    "console_risks": ("proactive.view_currentrisk", gettext_lazy("Customers at risk"), "gauge"),
    "console_models": ("proactive.view_scoremodel", gettext_lazy("Models"), "curve"),
}


@dataclass(frozen=True, slots=True)
class Queue:
    """One line of the queues; `count` is in words, blank for none and for a queue that is not counted."""

    key: str
    name: str
    icon: str
    address: str
    count: str
    is_current: bool


def frame_context(
    request: HttpRequest,
    *,
    wanted: Wanted | None = None,
    script: str = "main",
    is_review: bool = False,
    place: str = "",
) -> dict[str, Any]:
    """`place` names a page that is no queue: one of PLACES."""
    user = staff_of(request)
    return {
        "me": user,
        "may_act": may_act(request),
        "availabilities": Availability.choices,
        "script_name": bundles.script(script).name,
        "styles_name": bundles.styles().name,
        "page_facts": {
            "me": str(user.public_id),
            "myName": str(user),
            "newestEvent": newest_event_id(),
            "language": page_language(),
            "csrf": get_token(request),
            "events": reverse("console_events"),
            "news": reverse("console_news"),
            "lookedAt": reverse("console_looked_at"),
            "newestAlert": newest_alert_id(user),
            "knownAlerts": young_alert_ids(user),
            "inbox": reverse("console"),
            "list": reverse("console_list"),
            "queues": reverse("console_queues"),
            "messageMaxCharacters": settings.CSASSIST_MESSAGE_MAX_CHARACTERS,
            "attachments": attachment_rules.for_pages(),
            "phrases": console_phrases(),
        },
        **queues_context(request, wanted=wanted, is_review=is_review, place=place),
    }


def queues_context(
    request: HttpRequest, *, wanted: Wanted | None = None, is_review: bool = False, place: str = ""
) -> dict[str, Any]:
    """The queues, the teams, the saved filters and the other pages, each with its address."""
    user = staff_of(request)
    teams = list(Team.objects.all())
    counts = queue_counts(user, teams, review=Draft.objects.waiting())
    current = wanted or Wanted(queue="mine" if counts["mine"] else "queue")
    shown = None if is_review or place else current
    return {
        "wanted": current,
        "is_review": is_review,
        "places": _places(user, place),
        "all_teams": teams,
        "queues": [_queue(key, str(name), counts, shown) for key, name in QUEUE_NAMES.items()],
        "teams": [_team(team, counts, shown) for team in teams],
        "saved_filters": _saved_filters(user, shown),
        "review_count": counted(counts["review"]),
    }


def list_address(wanted: Wanted) -> str:
    return f"{reverse('console')}?{urlencode(wanted.as_query())}"


def counted(count: int) -> str:
    """A count as it is shown: nothing for none, "99+" for more than is counted."""
    if not count:
        return ""
    return str(count) if count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"


def _queue(key: str, name: str, counts: Mapping[str, int], current: Wanted | None) -> Queue:
    return Queue(
        key=key,
        name=name,
        icon=QUEUE_ICONS.get(key, "tray"),
        address=list_address(Wanted(queue=key)),
        count=counted(counts.get(key, 0)),
        is_current=current is not None and current.queue == key and not current.filters_count,
    )


def _places(user: User, current: str) -> list[Queue]:
    return [
        Queue(name, str(words), icon, reverse(name), "", name == current)
        for name, (permission, words, icon) in PLACES.items()
        if user.has_perm(permission)
    ]


def _team(team: Team, counts: Mapping[str, int], current: Wanted | None) -> Queue:
    return replace(_queue(f"{TEAM_PREFIX}{team.public_id}", str(team), counts, current), icon="people")


def _saved_filters(user: User, current: Wanted | None) -> Sequence[dict[str, object]]:
    query = urlencode(current.as_query()) if current else None
    rows = SavedFilter.objects.filter(user=user) | SavedFilter.objects.filter(user=None)
    return [
        {"filter": one, "address": f"{reverse('console')}?{one.query}", "is_current": one.query == query}
        for one in rows
    ]
