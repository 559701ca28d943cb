"""
A reading as the pages show it: every value in words, with a tone, how sure it is, where it comes from and why.

What can be chosen instead stands beside each value, so that one click corrects it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from django.utils.translation import gettext as _

from csassist.analysis.models.readings import Emotion, Risk, Sentiment, Urgency, ValueSource
from csassist.analysis.reading import OUT_OF_SCOPE, RISKS, SENTIMENTS, URGENCIES, Reading, Verdict
from csassist.analysis.trajectory import level_of
from csassist.analysis.wording import THINGS
from csassist.core.text import HAN_CHARACTER

Tone = Literal["neutral", "info", "good", "warning", "danger"]

SENTIMENT_TONES: Final[dict[str, Tone]] = {
    "very_negative": "danger",
    "negative": "warning",
    "neutral": "neutral",
    "positive": "good",
    "very_positive": "good",
}
URGENCY_TONES: Final[dict[str, Tone]] = {"high": "warning", "critical": "danger"}
SHORTEST_WORD: Final = 4
GOOD_EMOTIONS: Final = frozenset({"relief", "gratitude", "joy"})


@dataclass(frozen=True, slots=True)
class ShownValue:
    """`percent` is how sure it is, 0-100; `evidence` are the words that decided."""

    label: str
    words: str
    tone: Tone
    percent: int
    source: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that a person can choose; `is_current` is the one that stands."""

    label: str
    words: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class MarkedPart:
    text: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class ShownReading:
    intent: ShownValue
    sentiment: ShownValue
    urgency: ShownValue
    emotions: tuple[ShownValue, ...]
    risks: tuple[ShownValue, ...]
    things: tuple[tuple[str, str, str], ...]  # kind in words, value, as it was written
    parts: tuple[MarkedPart, ...]
    reading: Reading


def shown_reading(text: str, reading: Reading, names: dict[str, str]) -> ShownReading:
    """`names` are those of the intents by key."""
    return ShownReading(
        intent=_shown(reading.intent, intent_in_words(reading.intent, names), _intent_tone(reading.intent)),
        sentiment=_shown(
            reading.sentiment,
            str(Sentiment(level_of(reading.sentiment.label)).label),
            SENTIMENT_TONES[reading.sentiment.label],
        ),
        urgency=_shown(
            reading.urgency,
            str(Urgency(reading.urgency.label).label),
            URGENCY_TONES.get(reading.urgency.label, "neutral"),
        ),
        emotions=tuple(
            _shown(one, str(Emotion(one.label).label), "good" if one.label in GOOD_EMOTIONS else "warning")
            for one in reading.emotions
        ),
        risks=tuple(_shown(one, str(Risk(one.label).label), "danger") for one in reading.risks),
        things=tuple((str(THINGS.get(one.kind, one.kind)), one.value, one.text) for one in reading.things),
        parts=tuple(marked_parts(text, telling_words(reading))),
        reading=reading,
    )


def intent_in_words(intent: Verdict, names: dict[str, str]) -> str:
    if intent.label != OUT_OF_SCOPE:
        return names.get(intent.label, intent.label)
    if not names:
        return _("There are no intents yet")
    return _("Out of scope") if intent.confidence > 0 else _("Could not be read")


def sentiment_choices(current: str) -> list[Choice]:
    return [Choice(one, str(Sentiment(level_of(one)).label), one == current) for one in SENTIMENTS]


def urgency_choices(current: str) -> list[Choice]:
    return [Choice(one, str(Urgency(one).label), one == current) for one in URGENCIES]


def risk_choices(current: Collection[str]) -> list[Choice]:
    return [Choice(one, str(Risk(one).label), one in current) for one in RISKS]


def intent_choices(current: str, names: dict[str, str]) -> list[Choice]:
    """Every intent in use, and out of scope."""
    every = {**names, OUT_OF_SCOPE: _("Out of scope")}
    return [Choice(key, words, key == current) for key, words in every.items()]


def telling_words(reading: Reading) -> list[str]:
    """The evidence worth a mark: of what is out of the ordinary, and no mere "to" or "!"."""
    telling = [*reading.emotions, *reading.risks]
    telling += [reading.intent] if reading.intent.label != OUT_OF_SCOPE else []
    telling += [reading.sentiment] if reading.sentiment.label != "neutral" else []
    telling += [reading.urgency] if reading.urgency.label in URGENCY_TONES else []
    return [words for one in telling for words in one.evidence if _is_word(words)]


def marked_parts(text: str, evidence: Iterable[str]) -> list[MarkedPart]:
    """The text with the first place of each piece of evidence marked; pieces that overlap become one mark."""
    found = [(start, start + len(words)) for words in evidence if words and (start := text.find(words)) >= 0]
    parts: list[MarkedPart] = []
    position = 0
    for start, end in _joined(sorted(found)):
        parts += [MarkedPart(text[position:start], False), MarkedPart(text[start:end], True)]
        position = end
    parts.append(MarkedPart(text[position:], False))
    return [part for part in parts if part.text]


def _is_word(evidence: str) -> bool:
    return len(evidence) >= SHORTEST_WORD or HAN_CHARACTER.search(evidence) is not None


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _shown(verdict: Verdict, words: str, tone: Tone) -> ShownValue:
    return ShownValue(
        label=verdict.label,
        words=words,
        tone=tone,
        percent=round(100 * verdict.confidence),
        source=str(ValueSource(verdict.source).label),
        evidence=verdict.evidence,
    )


def _intent_tone(intent: Verdict) -> Tone:
    return "neutral" if intent.label == OUT_OF_SCOPE else "info"
