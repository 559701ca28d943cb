"""Readings for staff and their programs: what a message was read as, what it really is, and the catalogue."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from csassist.accounts.models import ApiKey
from csassist.analysis import selectors, services, shapes
from csassist.analysis.models import Intent
from csassist.conversations.staff_api import staff_user
from csassist.rest.pagination import PAGE_PARAMETERS, page_of, page_schema


class ReadingView(APIView):
    scopes: ClassVar = {"*": ApiKey.Scope.CONVERSATIONS_READ}
    permissions_needed: ClassVar = {"*": "analysis.view_messagereading"}

    @extend_schema(operation_id="staff_messages_reading", responses=shapes.ReadingShape)
    def get(self, request: Request, public_id: UUID) -> Response:
        """What a customer's message was read as, each value with how sure it is and where it comes from."""
        return Response(shapes.reading_json(selectors.reading_of_message(public_id)))


class CorrectionsView(APIView):
    scopes: ClassVar = {"*": ApiKey.Scope.CONVERSATIONS_WRITE}
    permissions_needed: ClassVar = {"*": "analysis.change_messagereading"}

    @extend_schema(
        operation_id="staff_messages_reading_correct",
        request=shapes.CorrectionInput,
        responses={201: shapes.ReadingShape},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Say what the message really is. An intent corrected here teaches the next trained model."""
        given = shapes.CorrectionInput(data=request.data)
        given.is_valid(raise_exception=True)
        reading = services.read_message(message=selectors.customer_message(public_id))
        services.correct(reading=reading, by=staff_user(request), **given.validated_data)
        return Response(shapes.reading_json(selectors.reading_of_message(public_id)), status=201)


class IntentsView(APIView):
    scopes: ClassVar = {"*": ApiKey.Scope.CONVERSATIONS_READ}
    permissions_needed: ClassVar = {"*": "analysis.view_intent"}

    @extend_schema(
        operation_id="staff_intents_list",
        parameters=PAGE_PARAMETERS,
        responses=page_schema("IntentPage", shapes.IntentShape),
    )
    def get(self, request: Request) -> Response:
        """The catalogue: what customers' messages are read as."""
        return page_of(request, Intent.objects.with_counts().order_by("position", "key"), shapes.intent_json)
