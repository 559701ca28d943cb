"""
How well a model tells intents apart, from what it said about examples it had not seen.

Pure. Every rate carries the interval that its number of examples allows (Wilson, 95 %).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from csassist.analysis.reading import OUT_OF_SCOPE
from prompts.experiments import Interval, wilson


@dataclass(frozen=True, slots=True)
class Outcome:
    """One example: its intent, and what a model that had not seen it read. `example` is its key."""

    example: int
    truth: str
    read: str

    @property
    def is_right(self) -> bool:
        return self.truth == self.read


@dataclass(frozen=True, slots=True)
class IntentFigures:
    """Of one intent. `precision` is None when it was never read."""

    key: str
    count: int
    recall: float
    precision: float | None
    f1: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """`truth` was read as `read` this often; `ratio` is of all examples of `truth`."""

    truth: str
    read: str
    count: int
    ratio: float
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """`out_of_scope_recall` is None without such examples. Intents and confusions come worst first."""

    count: int
    accuracy: float
    accuracy_interval: Interval
    macro_f1: float
    out_of_scope_recall: float | None
    intents: tuple[IntentFigures, ...]
    confusions: tuple[Confusion, ...]


def outcomes_of(stored: Mapping[str, Sequence[str]]) -> list[Outcome]:
    """From the form that a version keeps: the key of the example -> [its intent, what was read]."""
    return [Outcome(int(key), truth, read) for key, (truth, read) in stored.items()]


def figures_of(outcomes: Sequence[Outcome]) -> Figures:
    """Raises ValueError without any outcome."""
    if not outcomes:
        raise ValueError("There are no outcomes.")
    right = sum(one.is_right for one in outcomes)
    intents = _by_intent(outcomes)
    out_of_scope = next((one.recall for one in intents if one.key == OUT_OF_SCOPE), None)
    return Figures(
        count=len(outcomes),
        accuracy=right / len(outcomes),
        accuracy_interval=wilson(right, len(outcomes)),
        macro_f1=sum(one.f1 for one in intents) / len(intents),
        out_of_scope_recall=out_of_scope,
        intents=tuple(sorted(intents, key=lambda one: (one.f1, one.key))),
        confusions=_confusions(outcomes),
    )


def _by_intent(outcomes: Sequence[Outcome]) -> list[IntentFigures]:
    truths = Counter(one.truth for one in outcomes)
    reads = Counter(one.read for one in outcomes)
    rights = Counter(one.truth for one in outcomes if one.is_right)
    return [
        IntentFigures(
            key=key,
            count=count,
            recall=rights[key] / count,
            precision=rights[key] / reads[key] if reads[key] else None,
            f1=2 * rights[key] / (count + reads[key]),
        )
        for key, count in truths.items()
    ]


def _confusions(outcomes: Sequence[Outcome]) -> tuple[Confusion, ...]:
    truths = Counter(one.truth for one in outcomes)
    wrong: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for one in outcomes:
        if not one.is_right:
            wrong[one.truth, one.read].append(one.example)
    found = [
        Confusion(truth, read, len(examples), len(examples) / truths[truth], tuple(examples))
        for (truth, read), examples in wrong.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.count, -one.ratio, one.truth, one.read)))
