"""
What a message may lead to: a lawyer, an injury, a customer lost, a life in danger.

Word patterns of both languages (`risk_words.yaml`, a file to read and to mend) and a reader taught by examples; either
is enough. Where silence costs most, at self-harm and safety, little is enough; a threat to leave or to sue may be
missed once rather than seen everywhere.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml

from csassist.analysis.reading import RISKS, Verdict
from csassist.analysis.text_classifier import MOST_EVIDENCE, Judged, TextClassifier

PATTERNS: Final = Path(__file__).with_name("risk_words.yaml")
NO_RISK: Final = "none"
# How likely a risk must be by the examples alone to be shown. What it may lead to asks for more: `acting`.
LEAST_BY_EXAMPLES: Final[Mapping[str, float]] = {"self_harm": 0.15, "safety": 0.2, "legal": 0.4, "churn": 0.4}
# The same where a pattern found words: of these two it finds many that only speak of a lawyer or another shop.
LEAST_WITH_WORDS: Final[Mapping[str, float]] = {"self_harm": 0.0, "safety": 0.0, "legal": 0.1, "churn": 0.1}
# So much surer is a verdict where a pattern found words as well: a few in a hundred look-alikes have such words too.
WORDS_ADD: Final = 0.3
SUREST: Final = 0.999
# Without its meaning a message is read by the words of the examples alone, which mistake one in a hundred: such a
# verdict may warn, and is below whatever may act.
MOST_BY_EXAMPLES_ALONE: Final = 0.35


@dataclass(frozen=True)
class _Patterns:
    look_alikes: re.Pattern[str]
    by_risk: Mapping[str, re.Pattern[str]]


def risks(text: str, reader: TextClassifier, vector: Sequence[float] | None = None) -> tuple[Verdict, ...]:
    """The risks of a text, surest first, each with the words that decided. Linear in the length of the text."""
    words = risk_words(text)
    judged = reader.judge(text, vector)
    found = [verdict for risk in RISKS if (verdict := _verdict(text, risk, words.get(risk, ()), reader, judged))]
    return tuple(sorted(found, key=lambda verdict: -verdict.confidence))


def _verdict(text: str, risk: str, words: tuple[str, ...], reader: TextClassifier, judged: Judged) -> Verdict | None:
    likely = float(judged.probabilities[reader.labels.index(risk)])
    if words and (likely >= LEAST_WITH_WORDS[risk] or judged.view is reader.by_words):
        return Verdict(risk, confidence(likely, has_words=True), evidence=words)
    if likely < LEAST_BY_EXAMPLES[risk]:
        return None
    if judged.view is reader.by_words:
        likely = min(likely, MOST_BY_EXAMPLES_ALONE)
    return Verdict(risk, confidence(likely, has_words=False), evidence=reader.evidence(text, risk, judged))


def confidence(likely: float, *, has_words: bool) -> float:
    """How sure a verdict is, from what the examples say and whether a pattern found words."""
    return round(min(likely + WORDS_ADD, SUREST) if has_words else likely, 4)


def risk_words(text: str) -> dict[str, tuple[str, ...]]:
    """The words by which patterns find each risk, as they stand in the text; risks without any are left out."""
    patterns = _patterns()
    plain = patterns.look_alikes.sub(lambda match: "~" * len(match.group()), text)
    found = {}
    for risk, pattern in patterns.by_risk.items():
        if words := [text[match.start() : match.end()].strip() for match in pattern.finditer(plain)]:
            found[risk] = tuple(dict.fromkeys(words))[:MOST_EVIDENCE]
    return found


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    stored = yaml.safe_load(PATTERNS.read_text(encoding="utf-8"))
    return _Patterns(_any_of(stored["look_alikes"]), {risk: _any_of(stored[risk]["strong"]) for risk in RISKS})


def _any_of(alternatives: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in alternatives), re.IGNORECASE)
