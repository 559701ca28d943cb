"""
What is remembered of a signed-in customer, for the customer: to see, to agree to, to correct, to have forgotten.

Internal notes of the staff are not among it; a request for all personal data is answered elsewhere.
"""

from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from csassist.audit.context import current_actor
from csassist.conversations import limits
from csassist.conversations.access import Visitor
from csassist.conversations.api import VisitorView
from csassist.conversations.authentication import actor_of
from csassist.core.errors import NotAllowed, NotFound
from csassist.core.json_types import JSONObject
from csassist.customers import facts
from csassist.customers.models import Customer, CustomerFact
from csassist.customers.selectors import own_fact_of, own_facts_of
from csassist.rest.fields import FreeText
from csassist.rest.pagination import PAGE_PARAMETERS, page_of, page_schema


class FactShape(serializers.Serializer[CustomerFact]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(CustomerFact.Kind.choices)
    value = serializers.CharField()
    origin = serializers.ChoiceField(CustomerFact.Source.choices, help_text="Where it comes from.")
    consent = serializers.ChoiceField(CustomerFact.Consent.choices)
    remembered_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)


def fact_json(fact: CustomerFact) -> JSONObject:
    return {
        "id": str(fact.public_id),
        "kind": fact.kind,
        "value": fact.value,
        "origin": fact.source,
        "consent": fact.consent,
        "remembered_at": fact.created_at.isoformat(),
        "expires_at": fact.expires_at.isoformat() if fact.expires_at else None,
    }


class MyFactsView(VisitorView):
    @extend_schema(
        operation_id="my_facts_list",
        parameters=PAGE_PARAMETERS,
        responses=page_schema("CustomerFactPage", FactShape),
    )
    def get(self, request: Request) -> Response:
        """Nothing is remembered of whom the company's site has not signed in."""
        visitor = self.visitor(request)
        if visitor.signed_in is None:
            return page_of(request, CustomerFact.objects.none(), fact_json)
        return page_of(request, own_facts_of(signed_in(visitor)), fact_json)


class MyFactView(VisitorView):
    @extend_schema_serializer(component_name="MyFactInput")
    class Input(serializers.Serializer[None]):
        value = FreeText(required=False)
        consent = serializers.BooleanField(required=False)

    @extend_schema(operation_id="my_facts_correct", request=Input, responses=FactShape)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Correct the value, or say yes or no to its being remembered. After a no its value is gone."""
        fact = self._fact(request, public_id)
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        limits.spend_write(request._request)
        if "value" in wanted.validated_data:
            fact = facts.correct(fact=fact, value=wanted.validated_data["value"], source=CustomerFact.Source.MESSAGE)
        if "consent" in wanted.validated_data:
            fact = facts.consent(fact=fact, is_given=wanted.validated_data["consent"])
        return Response(fact_json(fact))

    @extend_schema(operation_id="my_facts_forget", responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        facts.forget(fact=self._fact(request, public_id))
        return Response(status=204)

    def _fact(self, request: Request, public_id: UUID) -> CustomerFact:
        visitor = self.visitor(request)
        if visitor.signed_in is None:
            raise NotFound(_("This fact does not exist."))  # as if it did not: nobody learns whether it is somebody's
        current_actor.set(actor_of(visitor))
        return own_fact_of(signed_in(visitor), public_id)


def signed_in(visitor: Visitor) -> Customer:
    """The customer whom the company's site has signed in. Raises NotAllowed for everybody else."""
    if visitor.signed_in is None or visitor.customer is None:
        raise NotAllowed(_("Sign in first: only then is it certain whose data this is."))
    return visitor.customer
