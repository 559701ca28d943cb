"""
How soon a message has to be answered, by a reader taught by examples; a life or a limb at risk never waits.

`low` can wait for days, `normal` is an ordinary question, `high` has a deadline or stops somebody's day, `critical` is
harm that grows by the minute.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from csassist.analysis.reading import URGENCIES, Verdict
from csassist.analysis.text_classifier import TextClassifier

LEAST_BY_RISK: Final = {"self_harm": "critical", "safety": "high"}
SURE_ENOUGH: Final = 0.5  # a risk less sure than this does not raise anything


def urgency(
    text: str, reader: TextClassifier, vector: Sequence[float] | None = None, *, risks: Iterable[Verdict] = ()
) -> Verdict:
    """The urgency of a text, at least that of the risks found in it."""
    judged = reader.judge(text, vector)
    place = int(judged.scores.argmax())
    label = reader.labels[place]
    read = Verdict(label, round(float(judged.probabilities[place]), 4), evidence=reader.evidence(text, label, judged))
    for risk in risks:
        least = LEAST_BY_RISK.get(risk.label)
        if least and risk.confidence >= SURE_ENOUGH and URGENCIES.index(least) > URGENCIES.index(read.label):
            read = Verdict(least, risk.confidence, evidence=risk.evidence)
    return read
