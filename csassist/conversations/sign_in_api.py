"""
Signing a customer in and out of the widget: the company's site proves who they are, we answer with a visitor token.

The proof is shown once for each browser session instead of with every request, so that it can be short-lived.
"""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from csassist.audit.context import current_actor
from csassist.conversations import access, limits
from csassist.conversations.api import VisitorView
from csassist.conversations.authentication import IsVisitor, actor_of
from csassist.conversations.services import sign_customer_in
from csassist.core.errors import NotAllowed
from csassist.customers.services import sign_out
from csassist.customers.signed_identity import TOKEN_MAX_CHARACTERS, prove


class SignInView(VisitorView):
    @extend_schema_serializer(component_name="SignInInput")
    class Input(serializers.Serializer[None]):
        customer_token = serializers.CharField(max_length=TOKEN_MAX_CHARACTERS, help_text="The JWT of your own site.")

    @extend_schema_serializer(component_name="SignedIn")
    class Output(serializers.Serializer[None]):
        visitor_token = serializers.CharField()
        expires_at = serializers.DateTimeField()
        name = serializers.CharField(allow_blank=True)
        claimed_conversations = serializers.IntegerField(help_text="Of the visitor in the Authorization header.")

    def get_permissions(self) -> list[AllowAny | IsVisitor]:
        # The proof in the body is what lets somebody in.
        return [AllowAny()] if self.request.method == "POST" else [IsVisitor()]

    @extend_schema(operation_id="sign_in", request=Input, responses={201: Output})
    def post(self, request: Request) -> Response:
        before = self.visitor(request) if request.auth else None
        if before is not None and before.api_key is not None:
            raise NotAllowed(_("A program has its key and cannot be signed in as a customer."))
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        limits.spend_write(request._request)
        proven = prove(wanted.validated_data["customer_token"])
        limits.spend_proof(proven.proof_digest)
        visitor = access.new_visitor()
        done = sign_customer_in(
            proven=proven, key_digest=visitor.key_digest, visitor=before.customer if before else None
        )
        signed_in = access.Visitor(key=visitor.key, customer=done.sign_in.customer, signed_in=done.sign_in)
        shape = {
            "visitor_token": access.token_of(signed_in),
            "expires_at": done.sign_in.expires_at.isoformat(),
            "name": done.sign_in.customer.name,
            "claimed_conversations": done.claimed_count,
        }
        return Response(shape, status=201)

    @extend_schema(operation_id="sign_out", responses={204: None})
    def delete(self, request: Request) -> Response:
        visitor = self.visitor(request)
        if visitor.signed_in is not None:
            current_actor.set(actor_of(visitor))
            sign_out(signed_in=visitor.signed_in)
        return Response(status=204)
