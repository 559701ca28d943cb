"""From a reading to the columns it is kept in, and back. What was stored by an older release still reads."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from csassist.analysis.models import MessageReading
from csassist.analysis.reading import RISKS, Reading, Source, Thing, Verdict
from csassist.analysis.trajectory import level_of, sentiment_at
from csassist.core.json_types import JSONObject, JSONValue

SOURCES: Final[dict[str, Source]] = {"local": "local", "model": "model", "person": "person"}
READER_MOST_CHARACTERS: Final = 64


def columns_of(reading: Reading) -> dict[str, Any]:
    """The values of a row by column; the intent's row itself is for the caller to find."""
    return {
        "language": reading.language,
        "intent_key": reading.intent.label,
        "intent_confidence": reading.intent.confidence,
        "intent_source": reading.intent.source,
        "sentiment": level_of(reading.sentiment.label),
        "sentiment_confidence": reading.sentiment.confidence,
        "sentiment_source": reading.sentiment.source,
        "urgency": reading.urgency.label,
        "urgency_confidence": reading.urgency.confidence,
        "urgency_source": reading.urgency.source,
        "evidence": {
            "intent": list(reading.intent.evidence),
            "sentiment": list(reading.sentiment.evidence),
            "urgency": list(reading.urgency.evidence),
        },
        "emotions": [verdict_json(one) for one in reading.emotions],
        "risks": [verdict_json(one) for one in reading.risks],
        "risk_words": risk_words(one.label for one in reading.risks),
        "keywords": list(reading.keywords),
        "things": [{"kind": one.kind, "text": one.text, "value": one.value} for one in reading.things],
        "certainty": certainty_of(reading),
        "reader": reading.reader[:READER_MOST_CHARACTERS],
    }


def reading_of(row: MessageReading) -> Reading:
    """The reading as it stands now, corrections and all."""
    return Reading(
        language=row.language,
        intent=Verdict(row.intent_key, row.intent_confidence, _source(row.intent_source), _evidence(row, "intent")),
        sentiment=Verdict(
            sentiment_at(row.sentiment),
            row.sentiment_confidence,
            _source(row.sentiment_source),
            _evidence(row, "sentiment"),
        ),
        emotions=tuple(_verdict(one) for one in row.emotions),
        urgency=Verdict(row.urgency, row.urgency_confidence, _source(row.urgency_source), _evidence(row, "urgency")),
        risks=tuple(_verdict(one) for one in row.risks),
        keywords=tuple(row.keywords),
        things=tuple(Thing(one["kind"], one["text"], one["value"]) for one in row.things),
        reader=row.reader,
    )


def certainty_of(reading: Reading) -> float:
    """How sure the least sure of the three values is that lists and rules go by."""
    return min(reading.intent.confidence, reading.sentiment.confidence, reading.urgency.confidence)


def risk_words(labels: Iterable[str]) -> str:
    """The risks as words with a blank on each side, so that one can be looked for in the column; empty for none."""
    found = set(labels)
    return f" {' '.join(one for one in RISKS if one in found)} " if found else ""


def verdict_json(verdict: Verdict) -> JSONObject:
    evidence: list[JSONValue] = list(verdict.evidence)
    return {
        "label": verdict.label,
        "confidence": verdict.confidence,
        "source": verdict.source,
        "evidence": evidence,
    }


def _verdict(stored: Mapping[str, Any]) -> Verdict:
    return Verdict(stored["label"], stored["confidence"], _source(stored["source"]), tuple(stored["evidence"]))


def _source(stored: str) -> Source:
    return SOURCES.get(stored, "local")


def _evidence(row: MessageReading, name: str) -> tuple[str, ...]:
    words: Sequence[str] = row.evidence.get(name, ())
    return tuple(words)
