"""
How the customer's API knows who asks.

`request.auth` becomes a Visitor and `request.user` stays anonymous, so a visitor can never pass for staff. A browser
sends the cookie whoever wrote the page, so with a cookie every unsafe request must also carry Django's CSRF token.
"""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from django.views import View
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from csassist.audit.context import Actor, current_actor
from csassist.conversations.access import HEADER_KEYWORD, NotRecognised, Visitor, visitor_of


class VisitorAuthentication(BaseAuthentication):
    """The visitor's cookie, `Authorization: Visitor <token>`, or an API key that may ask."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Visitor] | None:
        try:
            visitor = visitor_of(request._request)
        except NotRecognised as error:
            raise AuthenticationFailed(error.message) from error
        if visitor is None:
            return None
        if visitor.uses_cookie:
            require_csrf_token(request)
        current_actor.set(actor_of(visitor))
        return AnonymousUser(), visitor

    def authenticate_header(self, request: Request) -> str:
        return HEADER_KEYWORD


class IsVisitor(BasePermission):
    """Any visitor; which conversations they may touch is decided in `access`."""

    def has_permission(self, request: Request, view: View) -> bool:
        return isinstance(request.auth, Visitor)


def actor_of(visitor: Visitor) -> Actor:
    """Who the audit record names: the program, or the customer once there is one."""
    if visitor.api_key is not None:
        return Actor(kind="api_key", identifier=str(visitor.api_key.public_id), name=visitor.api_key.name)
    return Actor(kind="customer", identifier=str(visitor.customer.public_id) if visitor.customer else "")


def require_csrf_token(request: Request) -> None:
    """Raise PermissionDenied when an unsafe request lacks a valid CSRF token."""
    try:
        SessionAuthentication().enforce_csrf(request)
    except PermissionDenied as error:
        raise PermissionDenied(_("This page is out of date. Please reload it and try again.")) from error
