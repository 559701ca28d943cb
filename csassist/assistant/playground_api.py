"""The playground over HTTP: the same trial as on the page, whole at once, as JSON."""

from dataclasses import asdict
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from csassist.accounts.models import ApiKey
from csassist.assistant.playground import Side, Trial, Tried, place, run_trial
from csassist.assistant.traces import SentPrompt
from csassist.assistant.turns import HISTORY_MESSAGES, Line
from csassist.core.errors import InvalidInput
from csassist.core.json_types import JSONObject
from csassist.core.rendering import render_message
from csassist.rest.fields import FreeText
from knowledge.models import Audience, Collection
from knowledge.ports import RetrievalResult
from prompts.models import PromptVersion

MOST_SIDES = 2


class EarlierTurn(serializers.Serializer[Any]):
    speaker = serializers.ChoiceField(["customer", "assistant"])
    text = FreeText(max_length=20_000)


class TrialSide(serializers.Serializer[Any]):
    prompts = serializers.DictField(
        child=serializers.IntegerField(min_value=1),
        default=dict,
        help_text="Version by the name of its prompt, a draft too; a prompt left out is as customers get it.",
    )
    model = serializers.RegexField(
        r"^[!-~]{0,120}$",
        default=None,
        allow_null=True,
        allow_blank=True,
        help_text="A model of the configured server; null the configured one, empty none: the passages are quoted.",
    )


class TrialInput(serializers.Serializer[Any]):
    question = FreeText()
    history = serializers.ListField(
        child=EarlierTurn(), default=list, max_length=HISTORY_MESSAGES, help_text="Oldest first."
    )
    reader = serializers.ChoiceField(Audience.choices, default=Audience.PUBLIC)
    collections = serializers.ListField(child=serializers.SlugField(), default=list, help_text="Empty: all.")
    sides = serializers.ListField(
        child=TrialSide(), default=list, max_length=MOST_SIDES, help_text="One way of answering, or two."
    )


class TriedOutput(serializers.Serializer[Any]):
    outcome = serializers.CharField()
    reason = serializers.CharField()
    reply = serializers.CharField()
    reply_html = serializers.CharField()
    is_complete = serializers.BooleanField()
    language = serializers.CharField()
    asks = serializers.CharField()
    written_by = serializers.CharField(allow_blank=True)
    model = serializers.CharField(allow_blank=True)
    model_problem = serializers.CharField(allow_blank=True)
    prompt_versions = serializers.DictField(child=serializers.IntegerField())
    support = serializers.FloatField(help_text="Of the question: the probability that the passages answer it.")
    evidence = serializers.DictField(child=serializers.FloatField())
    sentences = serializers.ListField(child=serializers.DictField(), help_text="Each with what was decided of it.")
    searched_text = serializers.CharField(allow_blank=True)
    passages = serializers.ListField(child=serializers.DictField())
    candidates = serializers.ListField(child=serializers.DictField())
    degraded = serializers.ListField(child=serializers.CharField())
    problem = serializers.CharField(allow_blank=True)
    prompts = serializers.ListField(child=serializers.DictField(), help_text="What models were, or would be, given.")
    calls = serializers.ListField(child=serializers.DictField())
    cost_micro_units = serializers.IntegerField()
    stage_milliseconds = serializers.DictField(child=serializers.FloatField())
    milliseconds = serializers.FloatField()


class TrialOutput(serializers.Serializer[Any]):
    sides = TriedOutput(many=True)


class PlaygroundView(APIView):
    permissions_needed: ClassVar = {"*": "assistant.try_question"}
    scopes: ClassVar = {"*": ApiKey.Scope.ANSWERS_TRY}

    @extend_schema(operation_id="playground_try", request=TrialInput, responses=TrialOutput)
    def post(self, request: Request) -> Response:
        """Answer a question as for a customer, under these conditions. Nothing is stored but what models cost."""
        sent = TrialInput(data=request.data)
        sent.is_valid(raise_exception=True)
        with place():
            tried = run_trial(_trial(sent.validated_data))
        return Response({"sides": [tried_json(one) for one in tried]})


def tried_json(tried: Tried) -> JSONObject:
    notes, decision = tried.notes, tried.composed.decision
    prompts = [_prompt(one, is_sent=True) for one in tried.sent]
    return {
        "outcome": decision.action,
        "reason": str(decision.reason),
        "reply": tried.reply,
        "reply_html": str(render_message(tried.reply)),
        "is_complete": tried.composed.is_complete,
        "language": tried.turn.language,
        "asks": notes.asks,
        "written_by": notes.written_by,
        "model": notes.model_name,
        "model_problem": notes.model_problem,
        "prompt_versions": dict(notes.prompt_versions),
        "support": notes.support,
        "sentences": list(notes.sentences),
        "prompts": [*prompts, _prompt(tried.unsent, is_sent=False)] if tried.unsent else list(prompts),
        "calls": [
            {
                "id": str(call.public_id),
                "model": call.model,
                "outcome": call.outcome,
                "reason": call.reason,
                "input_tokens": call.input_tokens,
                "output_tokens": call.output_tokens,
                "cost_micro_units": call.cost_micro_units,
                "milliseconds": call.total_milliseconds,
            }
            for call in tried.calls
        ],
        "cost_micro_units": tried.cost_micro_units,
        "milliseconds": tried.milliseconds,
        "problem": tried.problem,
        **_search(notes.found, notes.stage_milliseconds),
    }


def _search(found: RetrievalResult | None, milliseconds: dict[str, float]) -> JSONObject:
    return {
        "searched_text": found.searched_text if found else "",
        "evidence": asdict(found.evidence) if found else {},
        "passages": [
            {
                "number": ranked.rank,
                "document": ranked.passage.document_id,
                "title": ranked.passage.title,
                "heading": " › ".join(ranked.passage.heading_path),
                "version": ranked.passage.version_number,
                "text": ranked.passage.text,
                "score": ranked.score,
            }
            for ranked in (found.passages if found else ())
        ],
        "candidates": [
            {"passage": one.passage_id, "document": one.document_id, **asdict(one.explanation)}
            for one in (found.candidates if found else ())
        ],
        "degraded": list(found.degraded) if found else [],
        "stage_milliseconds": {**(found.stage_milliseconds if found else {}), **milliseconds},
    }


def _prompt(sent: SentPrompt, *, is_sent: bool) -> JSONObject:
    messages = [{"role": role, "text": text} for role, text in sent.messages]
    return {"purpose": sent.purpose, "is_sent": is_sent, "messages": messages}  # type: ignore[dict-item]


def _trial(sent: dict[str, Any]) -> Trial:
    """Raises InvalidInput for a collection or version that is not there."""
    names = {"customer": "Customer", "assistant": "Assistant"}
    return Trial(
        question=sent["question"],
        history=tuple(Line(names[one["speaker"]], one["text"]) for one in sent["history"]),  # type: ignore[arg-type]
        reader=Audience(sent["reader"]),
        collections=_collections(sent["collections"]),
        sides=tuple(_side(one) for one in sent["sides"]) or (Side(),),
    )


def _collections(slugs: list[str]) -> tuple[int, ...]:
    found = dict(Collection.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    if missing := sorted(set(slugs) - set(found)):
        raise InvalidInput(f"There is no collection called {', '.join(missing)}.", field="collections")
    return tuple(found.values())


def _side(sent: dict[str, Any]) -> Side:
    versions = {}
    for name, number in sent["prompts"].items():
        version = PromptVersion.objects.filter(prompt__name=name, number=number).first()
        if version is None:
            raise InvalidInput(f"There is no version {number} of a prompt called {name}.", field="prompts")
        versions[name] = version
    return Side(prompts=versions, model=sent["model"] or "", may_ask_model=sent["model"] != "")
