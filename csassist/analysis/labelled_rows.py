"""Files of {"text", "label"} rows for measuring and training readers, and how one file is split into two parts."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from tqdm import tqdm

from csassist.analysis.meaning_vectors import vectors_in_order
from csassist.analysis.ridge import Matrix
from csassist.core.errors import InvalidInput
from csassist.core.json_lines import json_lines, text_of

EVERY: Final = 5  # the fifth, tenth, ... row of each label tests


@dataclass(frozen=True)
class Rows:
    """Texts, labels and vectors in one order; `vectors` None where no embedding can be run."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    vectors: Matrix | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def vector(self, place: int) -> Sequence[float] | None:
        return None if self.vectors is None else self.vectors[place].tolist()

    def part(self, places: Sequence[int]) -> "Rows":
        return Rows(
            tuple(self.texts[place] for place in places),
            tuple(self.labels[place] for place in places),
            None if self.vectors is None else self.vectors[list(places)],
        )


def add_evaluation_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--test", type=Path, required=True, help='rows to read, JSON lines with "text" and "label"')
    parser.add_argument("--train", type=Path, help="rows to learn from; without it the shipped reader is measured")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def rows_to_measure(options: Mapping[str, Any], allowed: Collection[str] = ()) -> tuple[Rows | None, Rows]:
    """
    What to learn from, None for the shipped reader, and what to read, with their vectors. One file given for both is
    split: every fifth row of a label tests. Raises InvalidInput.
    """
    test_path, train_path = options["test"], options["train"]
    tested = read_rows(test_path, allowed)
    if train_path is None:
        return None, with_vectors(tested, is_quiet=options["quiet"])
    if train_path.resolve() == test_path.resolve():
        both = with_vectors(tested, is_quiet=options["quiet"])
        train_places, test_places = split_places(both.labels)
        if not test_places:
            raise InvalidInput(f"{test_path.name}: no label has {EVERY} rows, so that none is left to test.")
        return both.part(train_places), both.part(test_places)
    taught = read_rows(train_path, allowed)
    return with_vectors(taught, is_quiet=options["quiet"]), with_vectors(tested, is_quiet=options["quiet"])


def read_rows(path: Path, allowed: Collection[str] = ()) -> Rows:
    """The rows of a file; `allowed` are the only labels. Raises InvalidInput, naming the line that is wrong."""
    texts, labels = [], []
    for row, place in json_lines(path):
        texts.append(text_of(row, "text", place))
        labels.append(text_of(row, "label", place).strip())
        if allowed and labels[-1] not in allowed:
            raise InvalidInput(f"{place}: label must be one of {', '.join(allowed)}.")
    if not texts:
        raise InvalidInput(f"{path.name} holds no rows.")
    return Rows(tuple(texts), tuple(labels))


def split_places(labels: Sequence[str]) -> tuple[list[int], list[int]]:
    """The places of the rows that train and of those that test."""
    seen: Counter[str] = Counter()
    train: list[int] = []
    test: list[int] = []
    for place, label in enumerate(labels):
        seen[label] += 1
        (test if seen[label] % EVERY == 0 else train).append(place)
    return train, test


def with_vectors(rows: Rows, *, is_quiet: bool) -> Rows:
    """The same rows with what they mean, 20 to 40 a second."""
    parts = list(vectors_in_order(rows.texts)) if is_quiet else _with_progress(rows)
    found = sum(map(len, parts))
    return Rows(rows.texts, rows.labels, np.concatenate(parts) if found == len(rows) else None)


def _with_progress(rows: Rows) -> list[Matrix]:
    parts = []
    with tqdm(total=len(rows), unit=" texts") as bar:
        for part in vectors_in_order(rows.texts):
            parts.append(part)
            bar.update(len(part))
    return parts


def macro_f1(expected: Sequence[str], said: Sequence[str]) -> float:
    """The mean F1 of the labels that are expected at least once."""
    scores = []
    for label in sorted(set(expected)):
        right = sum(one == other == label for one, other in zip(expected, said, strict=True))
        scores.append(2 * right / (expected.count(label) + said.count(label)))
    return sum(scores) / len(scores)
