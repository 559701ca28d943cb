"""
What a language model's reading of a message is worth, and how it joins the local one.

Pure. A reply is JSON with labels of closed lists; whatever is not on a list, no number or not in the message is
dropped, so the worst that a message can talk a model into is a wrong label. It can add a risk and never take one away.
"""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from csassist.analysis.reading import EMOTIONS, OUT_OF_SCOPE, RISKS, SENTIMENTS, URGENCIES, Reading, Verdict

# How sure a model says it is is not calibrated: most say 0.9 and more of everything. So its word never outweighs a
# local verdict that is right in nine of ten cases.
MOST_CONFIDENCE: Final = 0.85
LEAST_CONFIDENCE: Final = 0.3
REPLY_MOST_CHARACTERS: Final = 8_000
QUOTE_MOST_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class ModelVerdicts:
    """What was left of a reply; None and empty for what it did not say, or not in a usable way."""

    intent: Verdict | None = None
    sentiment: Verdict | None = None
    urgency: Verdict | None = None
    emotions: tuple[Verdict, ...] = ()
    risks: tuple[Verdict, ...] = ()

    def __bool__(self) -> bool:
        return any((self.intent, self.sentiment, self.urgency, self.emotions, self.risks))


def verdicts_of(reply: str, *, text: str, intents: Collection[str]) -> ModelVerdicts:
    """
    The usable verdicts of a reply about this text; `intents` are the keys that it may name. Nothing usable is an empty
    result, never an error.
    """
    said = _json_object(reply)
    return ModelVerdicts(
        intent=_verdict(said.get("intent"), {*intents, OUT_OF_SCOPE}, text) if intents else None,
        sentiment=_verdict(said.get("sentiment"), SENTIMENTS, text),
        urgency=_verdict(said.get("urgency"), URGENCIES, text),
        emotions=_verdicts(said.get("emotions"), EMOTIONS, text),
        risks=_verdicts(said.get("risks"), RISKS, text),
    )


def refined(local: Reading, said: ModelVerdicts, *, settled: Collection[str] = ()) -> Reading:
    """
    The reading with the model's values where the model is more certain. `settled` names the values that a person has
    corrected: they stay as they are.
    """
    return replace(
        local,
        intent=local.intent if "intent" in settled else surer(local.intent, said.intent),
        sentiment=local.sentiment if "sentiment" in settled else surer(local.sentiment, said.sentiment),
        urgency=local.urgency if "urgency" in settled else surer(local.urgency, said.urgency),
        emotions=local.emotions if "emotions" in settled else _joined(local.emotions, said.emotions, EMOTIONS),
        risks=local.risks if "risks" in settled else _joined(local.risks, said.risks, RISKS),
    )


def surer(local: Verdict, said: Verdict | None) -> Verdict:
    """The more certain of two; the local one when they are equally certain."""
    return said if said is not None and said.confidence > local.confidence else local


def _joined(local: tuple[Verdict, ...], said: tuple[Verdict, ...], order: tuple[str, ...]) -> tuple[Verdict, ...]:
    """What either found, each label once, in the order of the closed list."""
    found = {one.label: one for one in local}
    for one in said:
        found[one.label] = surer(found[one.label], one) if one.label in found else one
    return tuple(found[label] for label in order if label in found)


def _json_object(reply: str) -> Mapping[str, Any]:
    """The one JSON object in a reply, also when words or a fence stand around it; empty when there is none."""
    start, end = reply.find("{"), reply.rfind("}")
    if not 0 <= start < end or end - start > REPLY_MOST_CHARACTERS:
        return {}
    try:
        said = json.loads(reply[start : end + 1])
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _verdicts(said: object, labels: Collection[str], text: str) -> tuple[Verdict, ...]:
    found = [_verdict(one, labels, text) for one in said] if isinstance(said, list) else []
    kept = [one for one in found if one is not None and one.confidence >= LEAST_CONFIDENCE]
    return tuple({one.label: one for one in kept}.values())


def _verdict(said: object, labels: Collection[str], text: str) -> Verdict | None:
    if not isinstance(said, dict):
        return None
    label, confidence = said.get("label"), said.get("confidence")
    if not isinstance(label, str) or label not in labels:
        return None
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not math.isfinite(confidence):
        return None
    if not 0 <= confidence <= 1:
        return None
    return Verdict(label, min(float(confidence), MOST_CONFIDENCE), "model", _quoted(said.get("quote"), text))


def _quoted(quote: object, text: str) -> tuple[str, ...]:
    """The quote when the message holds it word for word."""
    if not isinstance(quote, str) or not 0 < len(quote) <= QUOTE_MOST_CHARACTERS:
        return ()
    return (quote,) if quote in text else ()
