"""
Gives every request an id and tells the audit record who acts.

Two steps because the id must exist before anything can fail, and the user is known only after authentication.
"""

import logging
import uuid
from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from csassist.audit.context import Actor, acting_as, current_request_id
from csassist.core.logs import emit

Response = HttpResponseBase | Awaitable[HttpResponseBase]


class _BothWays:
    """A middleware that serves sync and async chains without a thread hop."""

    async_capable = True
    sync_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Response]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)  # type: ignore[type-var]  # typed for functions, made for instances


class RequestIdMiddleware(_BothWays):
    """Sets `request_id` in the context and returns it as the X-Request-Id header."""

    def __call__(self, request: HttpRequest) -> Response:
        request_id = str(uuid.uuid4())
        if iscoroutinefunction(self.get_response):
            return self._answer_async(request, request_id)
        current_request_id.set(request_id)
        return self._marked(self.get_response(request), request_id)

    async def _answer_async(self, request: HttpRequest, request_id: str) -> HttpResponseBase:
        current_request_id.set(request_id)
        response = self.get_response(request)
        assert isinstance(response, Awaitable)  # noqa: S101 -- iscoroutinefunction said so
        return self._marked(await response, request_id)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Log a bug by its class under the request's id; what Django answers itself (404, 403, 400) is none."""
        if not isinstance(exception, Http404 | PermissionDenied | SuspiciousOperation):
            name = type(exception).__name__
            emit("request.failed", level=logging.ERROR, request_id=current_request_id.get(), error=name, status=500)

    @staticmethod
    def _marked(response: Response, request_id: str) -> HttpResponseBase:
        assert isinstance(response, HttpResponseBase)  # noqa: S101 -- the sync chain returns responses
        response.headers["X-Request-Id"] = request_id
        return response


class ActorMiddleware(_BothWays):
    """Sets the staff user of the session as the actor of this request."""

    def __call__(self, request: HttpRequest) -> Response:
        if iscoroutinefunction(self.get_response):
            return self._answer_async(request)
        with acting_as(_actor_of(request)):
            return self.get_response(request)

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        from asgiref.sync import sync_to_async

        actor = await sync_to_async(_actor_of)(request)
        with acting_as(actor):
            response = self.get_response(request)
            assert isinstance(response, Awaitable)  # noqa: S101 -- iscoroutinefunction said so
            return await response


def _actor_of(request: HttpRequest) -> Actor:
    user = request.user
    if not user.is_authenticated:
        return Actor(kind="customer")
    return Actor(kind="staff", identifier=str(user.pk), name=user.get_username())
