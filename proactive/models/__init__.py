"""Names the models."""

from proactive.models.issues import IssueState, IssueType, ScorecardRule
from proactive.models.scores import Band, CurrentRisk, RiskScore, ScoringRun
from proactive.models.signals import SignalName
from proactive.models.trials import Backtest, DriftCheck, TrainingRun
from proactive.models.versions import ModelKind, ModelStatus, ScoreModel

__all__ = [
    "Backtest",
    "Band",
    "CurrentRisk",
    "DriftCheck",
    "IssueState",
    "IssueType",
    "ModelKind",
    "ModelStatus",
    "RiskScore",
    "ScoreModel",
    "ScorecardRule",
    "ScoringRun",
    "SignalName",
    "TrainingRun",
]
