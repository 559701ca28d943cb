"""
Taking in what customers do, in the format of Segment: one item, or a batch of them.

A batch is answered with what became of each item. Nothing is called accepted before it is committed, and an item that
is sent again is a duplicate, so a sender may repeat whatever was not answered.
"""

from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from csassist.core.errors import AppError, InvalidInput, NotAllowed
from csassist.customers.event_request import authenticated_source, body_of, proven_number
from csassist.customers.intake.reasons import FORBIDDEN, Reason, Refusal
from csassist.customers.intake.receiving import Received, permit_of, receive
from csassist.rest.database_threads import KeptConnections

KEPT = KeptConnections(4, "event-intake")


@extend_schema_serializer(component_name="EventItem")
class ItemShape(serializers.Serializer[None]):
    """Described here, checked by `intake.items`, which runs for every event and is plain code."""

    messageId = serializers.CharField(max_length=100, required=False, help_text="Sent again, it is not stored again.")
    userId = serializers.CharField(max_length=100, required=False, help_text="Your customer number.")
    anonymousId = serializers.CharField(max_length=100, required=False)
    timestamp = serializers.DateTimeField(required=False, help_text="When it happened; without one: now.")
    sentAt = serializers.DateTimeField(required=False, help_text="By your clock: a wrong one is corrected by it.")
    writeKey = serializers.CharField(required=False, help_text="Where no header can be set.")


@extend_schema_serializer(component_name="EventTrack")
class TrackShape(ItemShape):
    event = serializers.CharField(max_length=100)
    properties = serializers.DictField(
        required=False, help_text="`value`, `revenue`, `total`, `amount` or `rating` is the number that is counted."
    )
    customerToken = serializers.CharField(required=False, help_text="With a public key: the JWT of your own site.")


@extend_schema_serializer(component_name="EventPage")
class PageShape(ItemShape):
    name = serializers.CharField(required=False)
    properties = serializers.DictField(required=False)


@extend_schema_serializer(component_name="EventIdentify")
class IdentifyShape(ItemShape):
    traits = serializers.DictField(
        required=False, help_text="`name`, `email`, `phone`, `plan`, `language`, `timezone`, `country`, `createdAt`."
    )


@extend_schema_serializer(component_name="EventAlias")
class AliasShape(ItemShape):
    previousId = serializers.CharField(max_length=100)


@extend_schema_serializer(component_name="EventBatch")
class BatchShape(serializers.Serializer[None]):
    batch = serializers.ListField(child=serializers.DictField(), max_length=500)
    sentAt = serializers.DateTimeField(required=False)
    writeKey = serializers.CharField(required=False)
    customerToken = serializers.CharField(required=False)


@extend_schema_serializer(component_name="EventResult")
class ResultShape(serializers.Serializer[None]):
    messageId = serializers.CharField()
    status = serializers.ChoiceField(("accepted", "duplicate", "rejected"))
    reason = serializers.ChoiceField([one.value for one in Reason], required=False)


@extend_schema_serializer(component_name="EventsReceived")
class ReceivedShape(serializers.Serializer[None]):
    results = ResultShape(many=True)
    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    rejected = serializers.IntegerField()


class EventView(APIView):
    """The key is the source's own, in `Authorization` (Basic user name, or Bearer) or `writeKey`: no one signs in."""

    authentication_classes: ClassVar[list[Any]] = []
    permission_classes = [AllowAny]


class BatchView(EventView):
    @extend_schema(operation_id="events_batch", auth=[{"eventKey": []}], request=BatchShape, responses=ReceivedShape)
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

    @extend_schema(operation_id="events_track", auth=[{"eventKey": []}], request=TrackShape, responses=ReceivedShape)
    def post(self, request: Request) -> Response:
        return self.receive_one(request)


class PageView(ItemView):
    type = "page"

    @extend_schema(operation_id="events_page", auth=[{"eventKey": []}], request=PageShape, responses=ReceivedShape)
    def post(self, request: Request) -> Response:
        return self.receive_one(request)


class IdentifyView(ItemView):
    type = "identify"

    @extend_schema(
        operation_id="events_identify", auth=[{"eventKey": []}], request=IdentifyShape, responses=ReceivedShape
    )
    def post(self, request: Request) -> Response:
        return self.receive_one(request)


class AliasView(ItemView):
    type = "alias"

    @extend_schema(operation_id="events_alias", auth=[{"eventKey": []}], request=AliasShape, responses=ReceivedShape)
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
