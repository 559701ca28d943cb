"""What a page tells its agent of while they look elsewhere, and that they have looked."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from csassist.conversations.api import event_seq
from csassist.conversations.news import MOST_NEWS_COUNT, News, newest_alert_id, news_for
from csassist.core.errors import InvalidInput
from csassist.delivery.alerts import note_looked_at
from csassist.web.console.access import console_part, staff_of
from csassist.web.console.conversation import who_is
from csassist.web.languages import page_language


@require_safe
@console_part
def news(request: HttpRequest) -> HttpResponse:
    """Alerts after the number of one, and the number to ask with next time; without `?after=` only that number."""
    after, newest = request.GET.get("after", ""), newest_alert_id(staff_of(request))
    found = news_for(staff_of(request), after_id=event_seq(after), language=page_language()) if after else []
    return JsonResponse({"after": newest, "news": [_told(one) for one in found]})


@require_POST
@console_part
def looked_at(request: HttpRequest) -> HttpResponse:
    """The page has shown these alerts while somebody looked at it."""
    given = request.POST.getlist("alert")
    if not all(one.isascii() and one.isdigit() and len(one) < 16 for one in given) or len(given) > 5 * MOST_NEWS_COUNT:
        raise InvalidInput("These are no alerts.", field="alert")
    note_looked_at(user=staff_of(request), alert_ids=[int(one) for one in given])
    return HttpResponse(status=204)


def _told(one: News) -> dict[str, str | int]:
    return {
        "id": one.id,
        "kind": one.kind,
        "words": one.words,
        "who": who_is(one.conversation) if one.conversation else "",
        "conversation": str(one.conversation.public_id) if one.conversation else "",
        "address": one.path,
    }
