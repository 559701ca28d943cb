"""Risks for staff and their programs: who is at risk of what and why, and which models say so."""

from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from csassist.accounts.models import ApiKey
from csassist.core.errors import InvalidInput
from csassist.rest.pagination import PAGE_PARAMETERS, page_of, page_schema
from proactive import shapes
from proactive.board import ALL_BANDS, RisksWanted, risks
from proactive.models import Band, CurrentRisk, ModelStatus
from proactive.selectors import customer_of, issue_of, issues, model_of, risks_of, versions


class RisksView(APIView):
    scopes: ClassVar = {"*": ApiKey.Scope.RISKS_READ}
    permissions_needed: ClassVar = {"*": "proactive.view_currentrisk"}

    @extend_schema(
        operation_id="risks_list",
        parameters=[
            *PAGE_PARAMETERS,
            OpenApiParameter("issue", str, description="The key of an issue."),
            OpenApiParameter("band", str, enum=Band.values, description="Without it, all bands."),
            OpenApiParameter("customer", UUID, description="Only of this customer."),
            OpenApiParameter("min_probability", float, description="0-1: only risks at least as likely."),
        ],
        responses=page_schema("RiskPage", shapes.RiskShape),
    )
    def get(self, request: Request) -> Response:
        """The latest score of each customer and issue that is scored, the most likely first."""
        return page_of(request, _wanted(request), shapes.risk_json)


class CustomerRisksView(APIView):
    scopes: ClassVar = {"*": ApiKey.Scope.RISKS_READ}
    permissions_needed: ClassVar = {"*": "proactive.view_riskscore"}

    @extend_schema(operation_id="customers_risks", responses=shapes.CustomerRisksShape)
    def get(self, request: Request, public_id: UUID) -> Response:
        """Every risk of one customer, the most likely first, with its history."""
        rows = risks_of(customer_of(public_id))
        return Response({"results": [shapes.customer_risk_json(one) for one in rows]})


class IssuesView(APIView):
    scopes: ClassVar = {"*": ApiKey.Scope.RISKS_READ}
    permissions_needed: ClassVar = {"*": "proactive.view_issuetype"}

    @extend_schema(
        operation_id="issues_list", parameters=PAGE_PARAMETERS, responses=page_schema("IssuePage", shapes.IssueShape)
    )
    def get(self, request: Request) -> Response:
        """The kinds of trouble that are looked for, in their order."""
        return page_of(request, issues(), shapes.issue_json)


class ModelsView(APIView):
    scopes: ClassVar = {"*": ApiKey.Scope.RISKS_READ}
    permissions_needed: ClassVar = {"*": "proactive.view_scoremodel"}

    @extend_schema(
        operation_id="models_list",
        parameters=[
            *PAGE_PARAMETERS,
            OpenApiParameter("issue", str, description="The key of an issue."),
            OpenApiParameter("status", str, enum=ModelStatus.values),
        ],
        responses=page_schema("ModelPage", shapes.ModelShape),
    )
    def get(self, request: Request) -> Response:
        """Every version, by issue, the newest first."""
        rows = versions().defer("artifact", "card").order_by("issue__position", "issue__key", "-version")
        if key := request.query_params.get("issue", ""):
            rows = rows.filter(issue=issue_of(key))
        if status := _choice(request, "status", ModelStatus.values):
            rows = rows.filter(status=status)
        return page_of(request, rows, shapes.model_json)


class ModelView(APIView):
    scopes: ClassVar = {"*": ApiKey.Scope.RISKS_READ}
    permissions_needed: ClassVar = {"*": "proactive.view_scoremodel"}

    @extend_schema(operation_id="models_get", responses=shapes.ModelWithCardShape)
    def get(self, request: Request, public_id: UUID) -> Response:
        """One version with its card."""
        return Response(shapes.model_with_card_json(model_of(public_id)))


def _wanted(request: Request) -> QuerySet[CurrentRisk]:
    """Raises InvalidInput, and NotFound for an issue or a customer that does not exist."""
    given = request.query_params
    band = _choice(request, "band", Band.values) or ALL_BANDS
    if key := given.get("issue", ""):
        issue_of(key)
    rows = risks(RisksWanted(issue=key, band=band))
    if customer := given.get("customer", ""):
        rows = rows.filter(customer=customer_of(_uuid(customer)))
    if least := given.get("min_probability", ""):
        rows = rows.filter(probability__gte=_probability(least))
    return rows


def _choice(request: Request, name: str, choices: list[str]) -> str:
    value = request.query_params.get(name, "")
    if value and value not in choices:
        raise InvalidInput(_("Unknown value for %(name)s.") % {"name": name}, field=name, choices=choices)
    return value


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput(_("Unknown value for %(name)s.") % {"name": "customer"}, field="customer") from error


def _probability(text: str) -> float:
    try:
        least = float(text)
    except ValueError:
        least = -1.0
    if not 0 <= least <= 1:
        words = _("Give a probability between 0 and 1.")
        raise InvalidInput(words, field="min_probability")
    return least
