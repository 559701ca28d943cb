"""
Which labels may act now: the figures of the reader in use, and what people said of its verdicts since.

Computed from the rows whenever it is asked, so that a correction counts from the next message on.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from csassist.analysis.acting import ACTS_FROM, Admission, Looked, admission
from csassist.analysis.models import MessageReading, ReadingCorrection
from csassist.analysis.trained_readers import trained_readers

# Only the newest count: a reader that has become good is not held to what it was.
MOST_LOOKED_AT: Final = 500


def admissions() -> list[Admission]:
    """One for each label that may act at all, gravest first. Raises UnreadableArtifact."""
    shipped = trained_readers()
    looked = looked_at(f"local-{shipped.version}")
    return [admission(label, shipped.risk_figures.get(label), looked.get(label, Looked())) for label in ACTS_FROM]


def acting_risks(readings: Iterable[MessageReading]) -> tuple[str, ...]:
    """
    The risks of these readings that hand over, gravest first: those of which the local reader is sure enough and whose
    label is admitted, and those that a person named. A language model's own word was never measured and hands over
    nothing. Raises UnreadableArtifact.
    """
    verdicts = [risk for reading in readings for risk in reading.risks if risk["label"] in ACTS_FROM]
    by_person = {risk["label"] for risk in verdicts if risk["source"] == "person"}
    local = [risk for risk in verdicts if risk["source"] == "local"]
    sure = {risk["label"] for risk in local if risk["confidence"] >= ACTS_FROM[risk["label"]]} - by_person
    admitted = {one.label for one in admissions() if one.may_act} if sure else set()
    return tuple(label for label in ACTS_FROM if label in by_person or label in sure & admitted)


def looked_at(reader: str) -> dict[str, Looked]:
    """What people said first of this reader's verdicts that were sure enough to act, by label."""
    rows = ReadingCorrection.objects.filter(field=ReadingCorrection.Field.RISKS, reading__reader__startswith=reader)
    rows = rows.exclude(confidences_before={}).order_by("-pk")
    newest = rows.values_list("reading_id", "confidences_before", "value_after")[:MOST_LOOKED_AT]
    first = {reading: (confidences, after) for reading, confidences, after in newest}  # the oldest of a reading stays
    said: defaultdict[str, list[bool]] = defaultdict(list)
    for confidences, after in first.values():
        for label, sure in confidences.items():
            if sure >= ACTS_FROM.get(label, 2.0):
                said[label].append(label in after.split())
    return {label: Looked(len(outcomes), sum(outcomes)) for label, outcomes in said.items()}
