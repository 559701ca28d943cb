"""
Who may see the console and act in it, and how its views answer when something is wrong.

A page sends a stranger to sign in and says in words why it cannot be shown. A part that a script asked for answers in
one line of text, which the page shows where the agent is looking.
"""

from collections.abc import Callable
from functools import wraps
from typing import cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from csassist.accounts.models import User
from csassist.conversations import selectors
from csassist.conversations.models import Conversation
from csassist.core.errors import AppError, NotAllowed

VIEW = "conversations.view_conversation"
CHANGE = "conversations.change_conversation"
DECIDE = "assistant.decide_draft"

View = Callable[..., HttpResponseBase]

_gzip = GZipMiddleware(lambda _request: HttpResponse())


def console_page(view: View) -> View:
    """A whole page for those who may see conversations."""
    return _guarded(view, VIEW, is_page=True)


def console_part(view: View) -> View:
    """A part of a page, asked for by the page's own scripts."""
    return _guarded(view, VIEW, is_page=False)


def console_act(view: View) -> View:
    """A change, for those who may change conversations."""
    return _guarded(view, CHANGE, is_page=False)


def console_decision(view: View) -> View:
    """A decision about a draft of the assistant."""
    return _guarded(view, DECIDE, is_page=False)


def page_with(permission: str) -> Callable[[View], View]:
    """A whole page, or a form of one that leads back to it, for those who hold the permission."""
    return lambda view: _guarded(view, permission, is_page=True)


def part_with(permission: str) -> Callable[[View], View]:
    return lambda view: _guarded(view, permission, is_page=False)


def staff_of(request: HttpRequest) -> User:
    """Who asks; every view of the console has checked that it is a member of staff."""
    return cast(User, request.user)


def conversation_of(public_id: UUID) -> Conversation:
    """Raises NotFound."""
    return selectors.staff_conversation(public_id)


def may_act(request: HttpRequest) -> bool:
    return request.user.has_perm(CHANGE)


def may_decide(request: HttpRequest) -> bool:
    return request.user.has_perm(DECIDE)


def refusal(error: AppError) -> HttpResponse:
    """What went wrong, as the one line that the page shows."""
    response = HttpResponse(error.message, status=error.http_status, content_type="text/plain; charset=utf-8")
    response.headers["X-Problem"] = error.code
    return response


def _guarded(view: View, permission: str, *, is_page: bool) -> View:
    @never_cache
    @ensure_csrf_cookie
    @_compressed
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request, is_page=is_page)
        try:
            if not request.user.has_perm(permission):
                raise NotAllowed(_("Your role does not include this. Ask an admin if you need it."))
            return view(request, *args, **kwargs)
        except AppError as error:
            if not is_page:
                return refusal(error)
            words = {"title": _("This cannot be shown"), "words": error.message}
            return render(request, "web/console/problem.html", words, status=error.http_status)

    return guarded


def _compressed(view: View) -> View:
    """A list of conversations is mostly the same words again. Files are handed out as they are."""

    @wraps(view)
    def compressed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponse) and response.headers["Content-Type"].startswith("text/html"):
            return _gzip.process_response(request, response)
        return response

    return compressed


def _to_sign_in(request: HttpRequest, *, is_page: bool) -> HttpResponse:
    """A part cannot ask for a password: it tells the page to do so, and to come back to where it was."""
    if is_page:
        return redirect_to_login(request.get_full_path())
    response = HttpResponse(_("You were signed out. Please sign in again."), status=401, content_type="text/plain")
    response.headers["HX-Redirect"] = f"{reverse('admin:login')}?next={reverse('console')}"
    return response


def leads_to(request: HttpRequest, name: str, public_id: UUID) -> HttpResponse:
    """A redirect to the named page; a script is told where it is, because it would follow one itself."""
    leads = redirect(name, public_id)
    if "HX-Request" not in request.headers:
        return leads
    return HttpResponse(status=204, headers={"HX-Redirect": leads.url})
