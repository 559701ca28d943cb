"""
Taking in what customers do, in the format of Segment: one item, or a batch of them.

A batch is answered with what became of each item. Nothing is called accepted before it is committed, and an item that
is sent again is a duplicate, so a sender may repeat whatever was not answered.
"""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from csassist.core.errors import AppError, InvalidInput, NotAllowed
from csassist.customers import event_shapes as shapes
from csassist.customers.event_request import authenticated_source, body_of, proven_number
from csassist.customers.intake.reasons import FORBIDDEN, Refusal
from csassist.customers.intake.receiving import Received, permit_of, receive
from csassist.rest.database_threads import KeptConnections

KEPT = KeptConnections(4, "event-intake")
# The scheme stands in SPECTACULAR_SETTINGS; the library's types know only names.
BY_KEY: Any = [{"eventKey": []}]


class EventView(APIView):
    """The key is the source's own, in `Authorization` (Basic user name, or Bearer) or `writeKey`: no one signs in."""

    authentication_classes = ()
    permission_classes = [AllowAny]


class BatchView(EventView):
    @extend_schema(operation_id="events_batch", auth=BY_KEY, request=shapes.BATCH, responses={200: shapes.RECEIVED})
    def post(self, request: Request) -> Response:
        body = body_of(request._request)
        return Response(shape_of(KEPT.call(_take, request._request, body, body.get("batch"))))


class ItemView(EventView):
    """One item, whose type is the route's. Refused, it is an error: there is nothing else to report on."""

    type: str

    def receive_one(self, request: Request) -> Response:
        body = body_of(request._request)
        received = KEPT.call(_take, request._request, body, [{**body, "type": self.type}])
        if received.refusals:
            raise _problem(received.refusals[0])
        return Response(shape_of(received))


class TrackView(ItemView):
    type = "track"

    @extend_schema(operation_id="events_track", auth=BY_KEY, request=shapes.TRACK, responses={200: shapes.RECEIVED})
    def post(self, request: Request) -> Response:
        return self.receive_one(request)


class PageView(ItemView):
    type = "page"

    @extend_schema(operation_id="events_page", auth=BY_KEY, request=shapes.PAGE, responses={200: shapes.RECEIVED})
    def post(self, request: Request) -> Response:
        return self.receive_one(request)


class IdentifyView(ItemView):
    type = "identify"

    @extend_schema(
        operation_id="events_identify", auth=BY_KEY, request=shapes.IDENTIFY, responses={200: shapes.RECEIVED}
    )
    def post(self, request: Request) -> Response:
        return self.receive_one(request)


class AliasView(ItemView):
    type = "alias"

    @extend_schema(operation_id="events_alias", auth=BY_KEY, request=shapes.ALIAS, responses={200: shapes.RECEIVED})
    def post(self, request: Request) -> Response:
        return self.receive_one(request)


def _take(request: HttpRequest, body: dict[str, Any], items: object) -> Received:
    """Everything of a request that needs the database."""
    source = authenticated_source(request, body)
    if not isinstance(items, list):
        raise InvalidInput(_("`batch` must be a list of items."), field="batch")
    permit = permit_of(source, proven_number=proven_number(source, body))
    return receive(items, source=source, permit=permit, sent_at=body.get("sentAt"))


def shape_of(received: Received) -> dict[str, Any]:
    return {
        "results": received.results,
        "accepted": received.accepted,
        "duplicates": received.duplicates,
        "rejected": len(received.refusals),
    }


def _problem(refusal: Refusal) -> AppError:
    said = {"reason": str(refusal.reason), "field": refusal.field, "messageId": refusal.message_id}
    if refusal.reason in FORBIDDEN:
        return NotAllowed(_("This key may not do that."), **said)
    return InvalidInput(_("This event was not accepted."), **said)
