"""What the API shows of risks, issues and models."""

from typing import Any

from rest_framework import serializers

from csassist.core.json_types import JSONObject
from proactive.models import Band, CurrentRisk, IssueState, IssueType, ModelKind, ModelStatus, RiskScore, ScoreModel
from proactive.selectors import CustomerRisk
from proactive.wording import in_words


class ReasonShape(serializers.Serializer[Any]):
    feature = serializers.CharField()
    value = serializers.JSONField(allow_null=True, help_text="A number, a text, or null for unknown.")
    effect = serializers.FloatField(help_text="Points of a scorecard, else log-odds. Above 0 it raises the risk.")
    words = serializers.CharField(help_text="In the language of Accept-Language.")


class RiskShape(serializers.Serializer[Any]):
    customer = serializers.UUIDField()
    customer_number = serializers.CharField(allow_blank=True)
    issue = serializers.CharField(help_text="The key of an issue.")
    probability = serializers.FloatField(help_text="0-1: that it happens within the horizon of the issue.")
    band = serializers.ChoiceField(Band.choices)
    reasons = ReasonShape(many=True)
    model = serializers.UUIDField()
    stands_in = serializers.CharField(
        allow_blank=True, help_text="Why a scorecard scored in place of the model in force; blank when that one did."
    )
    as_of = serializers.DateTimeField(help_text="The moment that the events were read for.")
    computed_at = serializers.DateTimeField()


class ScoreShape(serializers.Serializer[Any]):
    as_of = serializers.DateTimeField()
    probability = serializers.FloatField()
    band = serializers.ChoiceField(Band.choices)


class RiskWithHistoryShape(RiskShape):
    history = ScoreShape(many=True, help_text="Of the last 90 days, oldest first: one for each visible change.")


class CustomerRisksShape(serializers.Serializer[Any]):
    results = RiskWithHistoryShape(many=True)


class IssueShape(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(IssueState.choices)
    horizon_hours = serializers.IntegerField()
    gap_hours = serializers.IntegerField()
    elevated_from = serializers.FloatField()
    high_from = serializers.FloatField()


class ModelShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    issue = serializers.CharField(help_text="The key of an issue.")
    kind = serializers.ChoiceField(ModelKind.choices)
    version = serializers.IntegerField()
    status = serializers.ChoiceField(ModelStatus.choices)
    created_at = serializers.DateTimeField()
    promoted_at = serializers.DateTimeField(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)
    frozen_reason = serializers.CharField(
        allow_blank=True, help_text="Why the scorecard stands in for it; blank when it scores."
    )


class ModelWithCardShape(ModelShape):
    artifact_sha256 = serializers.CharField()
    feature_set = serializers.CharField()
    promotion_reason = serializers.CharField(allow_blank=True)
    card = serializers.JSONField(
        help_text="Data window, columns, split, figures with intervals, calibration, gain, slices, the gate's verdict."
    )


def risk_json(risk: CurrentRisk) -> JSONObject:
    return {
        "customer": str(risk.customer.public_id),
        "customer_number": risk.customer.external_id,
        "issue": risk.issue.key,
        "probability": risk.probability,
        "band": risk.band,
        "reasons": [{**reason, "words": in_words(reason)} for reason in risk.reasons if isinstance(reason, dict)],
        "model": str(risk.model.public_id),
        "stands_in": risk.stands_in,
        "as_of": risk.as_of.isoformat(),
        "computed_at": risk.computed_at.isoformat(),
    }


def customer_risk_json(one: CustomerRisk) -> JSONObject:
    return {**risk_json(one.current), "history": [_score_json(score) for score in one.history]}


def issue_json(issue: IssueType) -> JSONObject:
    return {
        "key": issue.key,
        "name": issue.name,
        "description": issue.description,
        "state": issue.state,
        "horizon_hours": issue.horizon_hours,
        "gap_hours": issue.gap_hours,
        "elevated_from": issue.elevated_from,
        "high_from": issue.high_from,
    }


def model_json(model: ScoreModel) -> JSONObject:
    return {
        "id": str(model.public_id),
        "issue": model.issue.key,
        "kind": model.kind,
        "version": model.version,
        "status": model.status,
        "created_at": model.created_at.isoformat(),
        "promoted_at": model.promoted_at.isoformat() if model.promoted_at else None,
        "retired_at": model.retired_at.isoformat() if model.retired_at else None,
        "frozen_reason": model.frozen_reason,
    }


def model_with_card_json(model: ScoreModel) -> JSONObject:
    return {
        **model_json(model),
        "artifact_sha256": model.artifact_sha256,
        "feature_set": model.feature_set,
        "promotion_reason": model.promotion_reason,
        "card": model.card,
    }


def _score_json(score: RiskScore) -> JSONObject:
    return {"as_of": score.as_of.isoformat(), "probability": score.probability, "band": score.band}
