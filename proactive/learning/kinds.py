"""The kinds of scorers, from the plainest to the one that wants the most history."""

from enum import StrEnum


class ScorerKind(StrEnum):
    SCORECARD = "scorecard"
    LOGISTIC = "logistic"
    BOOSTING = "boosting"
