"""
The stream that every open console follows, and the switch with which agents say whether they are there.

An open stream is presence: it ends as soon as the session does, and while it lasts its reader is noted as being there.
"""

from functools import partial

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from csassist.accounts.models import User
from csassist.accounts.services import note_seen, set_availability
from csassist.conversations import console_stream
from csassist.conversations.api import event_seq
from csassist.core.errors import AppError, NotAllowed
from csassist.rest.database_threads import in_database_thread
from csassist.rest.sse import event_stream
from csassist.web.console.access import VIEW, console_part, refusal, staff_of


@require_GET
async def events(request: HttpRequest) -> HttpResponseBase:
    """Every change in any conversation, after the number in Last-Event-ID or `?after=`, until the session ends."""
    session_key = await sync_to_async(_key_of)(request)
    try:
        if not await in_database_thread(_is_there, session_key):
            raise NotAllowed(_("Please sign in."))
        last = request.headers.get("Last-Event-ID") or request.GET.get("after") or ""
        after_id = event_seq(last) if last else None
    except AppError as error:
        return refusal(error)
    may_go_on = partial(in_database_thread, _is_there, session_key)
    return event_stream(console_stream.follow(after_id), may_go_on=may_go_on)


@require_POST
@console_part
def availability(request: HttpRequest) -> HttpResponse:
    set_availability(user=staff_of(request), availability=request.POST.get("availability", ""))
    return HttpResponse(status=204)


def _key_of(request: HttpRequest) -> str:
    """
    The session's key. Gives back the connection that finding its user took: the thread of this request would keep it
    for as long as the stream is open, one for every console.
    """
    session_key = request.session.session_key or ""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:  # a transaction is for whoever began it to end
            connection.close()
    return session_key


def _is_there(session_key: str) -> bool:
    """Whether the session still belongs to somebody who may see conversations; notes that they are there."""
    asked = HttpRequest()
    asked.session = SessionStore(session_key)
    if not session_key or SESSION_KEY not in asked.session:
        return False
    user = get_user(asked)
    if not isinstance(user, User) or not user.has_perm(VIEW):
        return False
    note_seen(user=user)
    return True
