"""Proving who one is from the chat: ask for a one-time code by e-mail, then enter it."""

from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from csassist.conversations import limits, services
from csassist.conversations.access import conversation_for
from csassist.conversations.api import VisitorView


class IdentityCheckView(VisitorView):
    @extend_schema_serializer(component_name="IdentityCheckInput")
    class Input(serializers.Serializer[None]):
        email = serializers.CharField(max_length=300)
        language = serializers.ChoiceField(services.LANGUAGES, default="en")

    @extend_schema_serializer(component_name="IdentityCheckStarted")
    class Output(serializers.Serializer[None]):
        expires_at = serializers.DateTimeField(help_text="The same for every address, known or not.")

    @extend_schema(operation_id="identity_check_start", request=Input, responses={202: Output})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Send a one-time code, if the address belongs to a customer; the answer does not tell."""
        conversation = conversation_for(self.visitor(request), public_id)
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        limits.spend_write(request._request)
        check = services.start_verification(
            conversation=conversation,
            address=wanted.validated_data["email"],
            language=wanted.validated_data["language"],
        )
        return Response({"expires_at": check.expires_at.isoformat()}, status=202)


class IdentityConfirmView(VisitorView):
    @extend_schema_serializer(component_name="IdentityCode")
    class Input(serializers.Serializer[None]):
        code = serializers.CharField(max_length=64)

    @extend_schema_serializer(component_name="IdentityProven")
    class Output(serializers.Serializer[None]):
        proven_until = serializers.DateTimeField()

    @extend_schema(operation_id="identity_check_confirm", request=Input, responses=Output)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Enter the code. `code_refused` has `tries_left`."""
        conversation = conversation_for(self.visitor(request), public_id)
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        limits.spend_write(request._request)
        check = services.confirm_code(conversation=conversation, code=wanted.validated_data["code"])
        return Response({"proven_until": check.proven_until.isoformat() if check.proven_until else None})
