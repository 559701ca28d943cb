"""
Which readings somebody of the staff should hear of at once, and why.

Pure: it decides, and others store, send and keep from repeating. A person's correction decides like any other value, so
an alert can be taken back by correcting the reading.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from csassist.analysis.reading import Reading, Verdict
from csassist.analysis.trajectory import RISK_FROM, Trajectory
from csassist.analysis.trajectory import Reason as MoodReason

Severity = Literal["now", "soon"]


class AlertReason(StrEnum):
    SELF_HARM = "self_harm"
    SAFETY = "safety"
    LEGAL = "legal"
    CRITICAL_URGENCY = "critical_urgency"
    ANGER = "anger"
    CHURN = "churn"
    FALLING_MOOD = "falling_mood"


@dataclass(frozen=True, slots=True)
class Alert:
    """`evidence` are the customer's words that decided, for whoever looks; they are content and never logged."""

    reason: AlertReason
    severity: Severity
    confidence: float
    evidence: tuple[str, ...] = ()


RISK_ALERTS: Final[dict[str, tuple[AlertReason, Severity]]] = {
    "self_harm": (AlertReason.SELF_HARM, "now"),
    "safety": (AlertReason.SAFETY, "now"),
    "legal": (AlertReason.LEGAL, "soon"),
    "churn": (AlertReason.CHURN, "soon"),
}
CRITICAL_FROM: Final = 0.5
ANGER_FROM: Final = 0.5
VERY_NEGATIVE_FROM: Final = 0.5
FALLING: Final = frozenset({MoodReason.NEGATIVE_THREE_TIMES, MoodReason.DROPPED_TWO_LEVELS})
# How sure one has to be before somebody is called: in a conversation that people have, and in one of the assistant's,
# where nobody is at hand to see that it was nothing. Of 250 ordinary messages of the test examples these call somebody
# for 25 and for 9; without them, the reader's least doubts would for 90. It is too often sure of an urgency to be
# believed, so there only a person counts.
CALLED_FROM: Final[dict[AlertReason, tuple[float, float]]] = {
    AlertReason.SELF_HARM: (0.75, 0.9),
    AlertReason.SAFETY: (0.75, 0.9),
    AlertReason.LEGAL: (0.75, 0.9),
    AlertReason.CRITICAL_URGENCY: (1.0, 1.0),
    AlertReason.ANGER: (0.5, 0.5),
    AlertReason.CHURN: (0.75, 1.0),
    AlertReason.FALLING_MOOD: (0.0, 0.0),  # several messages say it together
}


def alerts_for(reading: Reading) -> tuple[Alert, ...]:
    """All that this message calls for, gravest first; nothing for an ordinary one."""
    found = [_of_risk(risk) for risk in reading.risks]
    found += [_of_urgency(reading.urgency), _of_anger(reading)]
    kept = [alert for alert in found if alert is not None]
    order = list(AlertReason)
    return tuple(sorted(kept, key=lambda alert: (alert.severity != "now", order.index(alert.reason))))


def alerts_of_episode(reading: Reading, way: Trajectory) -> tuple[Alert, ...]:
    """All that the newest message calls for, and a mood that falls although none of the messages alone alarms."""
    found = alerts_for(reading)
    is_told = any(alert.reason == AlertReason.ANGER for alert in found)
    if is_told or not FALLING & set(way.reasons):
        return found
    return (*found, Alert(AlertReason.FALLING_MOOD, "soon", reading.sentiment.confidence, reading.sentiment.evidence))


def worth_calling(alerts: Iterable[Alert], *, is_peoples: bool) -> tuple[Alert, ...]:
    """Those that are sure enough to call somebody. `is_peoples`: people have the conversation, or one says so."""
    return tuple(alert for alert in alerts if alert.confidence >= CALLED_FROM[alert.reason][0 if is_peoples else 1])


def _of_risk(risk: Verdict) -> Alert | None:
    reason, severity = RISK_ALERTS[risk.label]
    is_sure_enough = risk.confidence >= RISK_FROM[risk.label]
    return Alert(reason, severity, risk.confidence, risk.evidence) if is_sure_enough else None


def _of_urgency(urgency: Verdict) -> Alert | None:
    if urgency.label != "critical" or urgency.confidence < CRITICAL_FROM:
        return None
    return Alert(AlertReason.CRITICAL_URGENCY, "now", urgency.confidence, urgency.evidence)


def _of_anger(reading: Reading) -> Alert | None:
    """Anger alone is no emergency; anger in a message that is very negative as a whole wants a person."""
    anger = next((one for one in reading.emotions if one.label == "anger" and one.confidence >= ANGER_FROM), None)
    sentiment = reading.sentiment
    if anger is None or sentiment.label != "very_negative" or sentiment.confidence < VERY_NEGATIVE_FROM:
        return None
    return Alert(AlertReason.ANGER, "soon", min(anger.confidence, sentiment.confidence), anger.evidence)
