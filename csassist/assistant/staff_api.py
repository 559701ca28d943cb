"""Why an answer is what it is, for staff and their programs: every verdict that the why-page shows."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from csassist.accounts.models import ApiKey
from csassist.assistant.models import AnswerTrace, LookUpCall
from csassist.core.errors import NotFound

CANDIDATES_SHOWN = 30


class SentenceShape(serializers.Serializer[Any]):
    """A sentence the assistant wrote or quoted, released or not."""

    text = serializers.CharField()
    released = serializers.BooleanField()
    cited = serializers.ListField(child=serializers.IntegerField(), help_text="Numbers of `passages`.")
    support = serializers.FloatField(required=False, help_text="Probability, 0-1, that it says what its sources say.")
    fault = serializers.CharField(required=False, allow_null=True, help_text="Why it was not released.")
    detail = serializers.CharField(required=False, help_text="The words that decided.")
    judgement = serializers.CharField(required=False, allow_null=True, help_text="What the judge said, if asked.")


class LookUpShape(serializers.Serializer[Any]):
    """One use of a look-up; what was answered is not kept."""

    look_up = serializers.CharField(help_text="Its key.")
    verdict = serializers.ChoiceField(LookUpCall.Verdict.values)
    detail = serializers.CharField(help_text="What decided, such as the name of a field.")
    parameters = serializers.DictField(child=serializers.CharField(), help_text="Masked.")
    status = serializers.IntegerField(allow_null=True, help_text="HTTP status of the system that was asked.")
    milliseconds = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()


class WhyShape(serializers.Serializer[Any]):
    message = serializers.UUIDField(allow_null=True)
    run = serializers.UUIDField()
    question = serializers.CharField()
    searched_text = serializers.CharField()
    language = serializers.CharField()
    outcome = serializers.ChoiceField(("send", "clarify", "hand_off"))
    reason = serializers.CharField()
    written_by = serializers.CharField()
    model = serializers.CharField()
    model_problem = serializers.CharField()
    prompt_versions = serializers.DictField(child=serializers.IntegerField())
    support = serializers.FloatField(help_text="Probability, 0-1, that the passages answer the question.")
    evidence = serializers.DictField()
    sentences = SentenceShape(many=True)
    look_ups = LookUpShape(many=True)
    passages = serializers.ListField(child=serializers.DictField())
    candidates = serializers.ListField(child=serializers.DictField())
    marks = serializers.ListField(child=serializers.CharField(), help_text="Reads like an attack; changes nothing.")
    degraded = serializers.ListField(child=serializers.CharField())
    stage_milliseconds = serializers.DictField(child=serializers.FloatField())
    created_at = serializers.DateTimeField()


class WhyView(APIView):
    scopes: ClassVar = {"*": ApiKey.Scope.CONVERSATIONS_READ}
    permissions_needed: ClassVar = {"*": "assistant.view_answertrace"}

    @extend_schema(operation_id="staff_messages_why", responses=WhyShape)
    def get(self, request: Request, public_id: UUID) -> Response:
        """What the assistant saw, decided and checked for one of its messages, sentence by sentence."""
        trace = AnswerTrace.objects.filter(message__public_id=public_id).select_related("message", "run").first()
        if trace is None:
            raise NotFound(_("There is no answer of the assistant with this id."))
        return Response(why_json(trace))


def why_json(trace: AnswerTrace) -> dict[str, Any]:
    """The trace as the API shows it."""
    plain = (
        "question", "searched_text", "language", "outcome", "reason", "written_by", "model_problem", "prompt_versions",
        "support", "evidence", "sentences", "passages", "marks", "degraded", "stage_milliseconds", "created_at",
    )  # fmt: skip
    return {
        "message": str(trace.message.public_id) if trace.message else None,
        "run": str(trace.run.public_id),
        "model": trace.model_name,
        "candidates": trace.candidates[:CANDIDATES_SHOWN],
        "look_ups": [_look_up_json(call) for call in trace.run.look_up_calls.order_by("pk")],
        **{name: getattr(trace, name) for name in plain},
    }


def _look_up_json(call: LookUpCall) -> dict[str, Any]:
    plain = ("verdict", "detail", "parameters", "status", "milliseconds", "created_at")
    return {"look_up": call.look_up_key, **{name: getattr(call, name) for name in plain}}
