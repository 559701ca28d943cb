"""Readings as tests want them: an ordinary message, but for what is said."""

from collections.abc import Mapping

from csassist.analysis.reading import OUT_OF_SCOPE, Reading, Verdict


def reading(
    sentiment: str = "neutral",
    *,
    intent: Verdict | None = None,
    confidence: float = 0.9,
    emotions: Mapping[str, float] | None = None,
    risks: Mapping[str, float] | None = None,
    urgency: Verdict | None = None,
) -> Reading:
    """`confidence` is that of the sentiment; emotions and risks by label with their confidence."""
    return Reading(
        language="en",
        intent=intent or Verdict(OUT_OF_SCOPE, 0.9),
        sentiment=Verdict(sentiment, confidence),
        emotions=tuple(Verdict(label, sure) for label, sure in (emotions or {}).items()),
        urgency=urgency or Verdict("normal", 0.9),
        risks=tuple(Verdict(label, sure, evidence=("these words",)) for label, sure in (risks or {}).items()),
        keywords=(),
        things=(),
        reader="made",
    )
