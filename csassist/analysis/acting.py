"""
Which risks may hand a customer over by themselves, from what confidence, and whether a label has earned it.

Pure. A label acts only while its admission test passes: on examples that its reader was not taught, and on what people
said of its verdicts. A label that fails still shows, warns and sets the tone. Who may leave is marked and never handed
over for that alone, so churn is not among them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from csassist.analysis.trajectory import RISK_FROM
from prompts.experiments import wilson

# Gravest first. Chosen on rows that the reader was not taught so that at most three ordinary messages in a thousand
# act, and as many of the others as then can: `docs/decisions/reading-messages.md`.
ACTS_FROM: Final[Mapping[str, float]] = {"self_harm": 0.4, "safety": 0.5, "legal": 0.5}
MOST_MISTAKEN_RATIO: Final = 0.003
FEWEST_SAID: Final = 30
LEAST_PRECISION: Final[Mapping[str, float]] = {"self_harm": 0.7, "safety": 0.8, "legal": 0.8}  # lower end at 95 %
# Of the messages that hold the risk; after the admission of a help desk's triage, see Zendesk, article 4550640560538.
LEAST_FOUND_RATIO: Final = 0.3
LEAST_SEEN_RATIO: Final = 0.6
# What people said of real verdicts. So few messages speak of self-harm that most verdicts of it may be mistaken ones,
# and a colleague who looks in vain is a small price.
FEWEST_LOOKED_AT: Final = 20
LEAST_CONFIRMED: Final[Mapping[str, float]] = {"self_harm": 0.1, "safety": 0.5, "legal": 0.5}


class AdmissionReason(StrEnum):
    ADMITTED = "admitted"
    NOT_MEASURED = "not_measured"
    TOO_FEW = "too_few"
    IMPRECISE = "imprecise"
    MISTAKES_ORDINARY = "mistakes_ordinary"
    FINDS_TOO_LITTLE = "finds_too_little"
    REFUSED_BY_PEOPLE = "refused_by_people"


@dataclass(frozen=True, slots=True)
class Counts:
    """
    Of examples that the reader was not taught. Of `present` that hold the risk `seen` would warn and `found` would act;
    of `said` that would act `right` hold it; of `ordinary` without any risk `mistaken` would act.
    """

    present: int = 0
    seen: int = 0
    found: int = 0
    said: int = 0
    right: int = 0
    ordinary: int = 0
    mistaken: int = 0

    @property
    def precision(self) -> float | None:
        return self.right / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        return self.found / self.present if self.present else None


@dataclass(frozen=True, slots=True)
class Looked:
    """Of `count` verdicts sure enough to act that people looked at, `right_count` were confirmed."""

    count: int = 0
    right_count: int = 0


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a label may act, and why or why not. `counts` None: the reader in use was never measured."""

    label: str
    acts_from: float
    reason: AdmissionReason
    counts: Counts | None = None
    looked: Looked = Looked()

    @property
    def may_act(self) -> bool:
        return self.reason == AdmissionReason.ADMITTED


def counts_of(label: str, read: Iterable[tuple[str, Mapping[str, float]]], *, none: str) -> Counts:
    """From (true label, confidence by risk) of each row; `none` is the label of rows without a risk."""
    rows = [(truth, confidences.get(label, 0.0)) for truth, confidences in read]
    own = [sure for truth, sure in rows if truth == label]
    ordinary = [sure for truth, sure in rows if truth == none]
    acts = ACTS_FROM[label]
    return Counts(
        present=len(own),
        seen=sum(sure >= min(RISK_FROM[label], acts) for sure in own),
        found=sum(sure >= acts for sure in own),
        said=sum(sure >= acts for _truth, sure in rows),
        right=sum(sure >= acts for sure in own),
        ordinary=len(ordinary),
        mistaken=sum(sure >= acts for sure in ordinary),
    )


def admission(label: str, counts: Counts | None, looked: Looked) -> Admission:
    """The verdict on one of the labels that may act at all."""
    return Admission(label, ACTS_FROM[label], _reason(label, counts, looked), counts, looked)


def _reason(label: str, counts: Counts | None, looked: Looked) -> AdmissionReason:
    if counts is None:
        return AdmissionReason.NOT_MEASURED
    if counts.said < FEWEST_SAID or not counts.ordinary:
        return AdmissionReason.TOO_FEW
    if wilson(counts.right, counts.said).low < LEAST_PRECISION[label]:
        return AdmissionReason.IMPRECISE
    if counts.mistaken / counts.ordinary > MOST_MISTAKEN_RATIO:
        return AdmissionReason.MISTAKES_ORDINARY
    if counts.found < LEAST_FOUND_RATIO * counts.present or counts.seen < LEAST_SEEN_RATIO * counts.present:
        return AdmissionReason.FINDS_TOO_LITTLE
    if looked.count >= FEWEST_LOOKED_AT and looked.right_count < LEAST_CONFIRMED[label] * looked.count:
        return AdmissionReason.REFUSED_BY_PEOPLE
    return AdmissionReason.ADMITTED
