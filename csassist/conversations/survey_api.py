"""The customer's answer to how it went."""

from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from csassist.conversations import access, limits, services
from csassist.conversations.api import VisitorView
from csassist.conversations.models import Survey
from csassist.core.json_types import JSONObject
from csassist.rest.fields import FreeText


class SurveyShape(serializers.Serializer[Survey]):
    id = serializers.UUIDField()
    score = serializers.IntegerField(allow_null=True, help_text="1 is worst, 5 is best; null while unanswered.")
    resolved = serializers.BooleanField(allow_null=True, help_text="Whether the customer calls the matter settled.")
    comment = serializers.CharField(allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)


class SurveyView(VisitorView):
    @extend_schema_serializer(component_name="SurveyInput")
    class Input(serializers.Serializer[None]):
        score = serializers.IntegerField(required=False, min_value=1, max_value=5)
        resolved = serializers.BooleanField(required=False)
        comment = FreeText(required=False, allow_blank=True)

    @extend_schema(operation_id="surveys_read", responses=SurveyShape)
    def get(self, request: Request, public_id: UUID) -> Response:
        return Response(_json(access.survey_for(self.visitor(request), public_id)))

    @extend_schema(operation_id="surveys_answer", request=Input, responses=SurveyShape)
    def post(self, request: Request, public_id: UUID) -> Response:
        survey = access.survey_for(self.visitor(request), public_id)
        given = self.Input(data=request.data)
        given.is_valid(raise_exception=True)
        limits.spend_write(request._request)
        return Response(_json(services.answer_survey(survey=survey, **given.validated_data)))


def _json(survey: Survey) -> JSONObject:
    return {
        "id": str(survey.public_id),
        "score": survey.score,
        "resolved": survey.resolved,
        "comment": survey.comment,
        "answered_at": survey.answered_at.isoformat() if survey.answered_at else None,
    }
