"""What a model is trained from: the examples of the intents in use, with the digest that tells whether they changed."""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Final

from csassist.analysis.models import IntentExample
from csassist.analysis.reading import OUT_OF_SCOPE

FEWEST_EXAMPLES: Final = 5  # of one intent: with fewer, some fold would have none to learn from
FEWEST_INTENTS: Final = 2
FOLDS: Final = 5


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """`key` is the row's primary key; `fold`, from 0, is the part of the cross-validation in which it is read."""

    key: int
    text: str
    label: str
    is_correction: bool
    fold: int = 0


@dataclass(frozen=True, slots=True)
class TrainingData:
    """`left_out` are the keys of intents in use that have too few examples."""

    examples: tuple[TrainingExample, ...]
    left_out: tuple[str, ...]
    digest: str

    @property
    def intents_count(self) -> int:
        return len({one.label for one in self.examples} - {OUT_OF_SCOPE})

    @property
    def out_of_scope_count(self) -> int:
        return sum(one.label == OUT_OF_SCOPE for one in self.examples)

    @property
    def corrections_count(self) -> int:
        return sum(one.is_correction for one in self.examples)

    @property
    def is_enough(self) -> bool:
        return self.intents_count >= FEWEST_INTENTS

    def fold(self, number: int) -> tuple[TrainingExample, ...]:
        return tuple(one for one in self.examples if one.fold == number)

    def without_fold(self, number: int) -> tuple[TrainingExample, ...]:
        return tuple(one for one in self.examples if one.fold != number)


def training_data() -> TrainingData:
    """As the catalogue stands now. The same catalogue gives the same folds and the same digest."""
    rows = IntentExample.objects.in_use().values_list("pk", "digest", "text", "intent__key", "source")
    by_label: defaultdict[str, list[tuple[str, TrainingExample]]] = defaultdict(list)
    for pk, digest, text, key, source in rows.order_by("digest", "pk"):
        label = key or OUT_OF_SCOPE
        is_correction = source == IntentExample.Source.CORRECTION
        by_label[label].append((digest, TrainingExample(pk, text, label, is_correction)))
    counts = Counter({label: len(examples) for label, examples in by_label.items()})
    kept = {label: examples for label, examples in by_label.items() if counts[label] >= FEWEST_EXAMPLES}
    hashed = hashlib.sha256()
    examples = []
    for label in sorted(kept):
        for place, (digest, one) in enumerate(kept[label]):
            # Sorted by digest and dealt out in turn: every fold has its share of every intent.
            examples.append(TrainingExample(one.key, one.text, one.label, one.is_correction, fold=place % FOLDS))
            hashed.update(f"{one.key} {label} {digest} {place % FOLDS}\n".encode())
    left_out = tuple(sorted(label for label in counts if label not in kept and label != OUT_OF_SCOPE))
    return TrainingData(tuple(examples), left_out, hashed.hexdigest())
