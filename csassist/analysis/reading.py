"""
What a message says beside its words: its language, what is wanted, how the writer feels, how urgent it is, its risks.

Every value is a `Verdict`: it carries how sure it is, the words that decided, and where it comes from.
"""

from dataclasses import dataclass
from typing import Final, Literal

Source = Literal["local", "model", "person"]  # where a value comes from

SENTIMENTS: Final = ("very_negative", "negative", "neutral", "positive", "very_positive")  # five levels, in order
EMOTIONS: Final = (
    "anger", "frustration", "disappointment", "worry", "confusion", "sadness", "relief", "gratitude", "joy"
)  # fmt: skip
URGENCIES: Final = ("low", "normal", "high", "critical")
RISKS: Final = ("legal", "safety", "churn", "self_harm")
OUT_OF_SCOPE: Final = "oos"


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    One value with how sure it is and why.

    `confidence` is 0-1 and calibrated: of verdicts at 0.8, eight in ten are right. `evidence` are the words that
    decided, as they stand in the text.
    """

    label: str
    confidence: float
    source: Source = "local"
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thing:
    """
    Something named in the text, with its value in a normal form.

    `kind` is order_number, tracking_number, amount, date, email, phone, url or product.
    """

    kind: str
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Reading:
    """
    `language` is "en" or "zh". The intent's label is the key of an intent, or OUT_OF_SCOPE. `emotions` and `risks` hold
    only what was found. `keywords` come most telling first, at most 8. `reader` names what read it and its version.
    """

    language: str
    intent: Verdict
    sentiment: Verdict
    emotions: tuple[Verdict, ...]
    urgency: Verdict
    risks: tuple[Verdict, ...]
    keywords: tuple[str, ...]
    things: tuple[Thing, ...]
    reader: str
