"""
One kind of trained reader for everything that is learned from examples: intents, moods, risks, a wish for a person.

Kernel ridge regression over what a message says (`words.WordTable`) and what it means (`meanings.Meanings`: how near
its vector is to those of the examples). On labelled support messages it is better than linear models of either, and
leaves a company nothing to tune: `docs/decisions/reading-messages.md`.

Without a vector the words alone decide, by weights and a calibration of their own. Nothing here loads a model or a
file; vectors are handed in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from csassist.analysis.calibration import Certainty, Scores, calibrate
from csassist.analysis.meanings import Meanings
from csassist.analysis.ridge import Matrix, RidgeFit, fit
from csassist.analysis.words import LETTERS, Term, WordTable, is_telling, read_terms

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

WORDS_RIDGE: Final = 0.5
MOST_EVIDENCE: Final = 3
_ROWS_AT_ONCE: Final = 512

Halves = NDArray[np.float16]


@dataclass(frozen=True)
class Balance:
    """How much words count beside meaning, 0-1, and how little a single row is believed."""

    words_share: float
    ridge: float


SUBJECTS: Final = Balance(words_share=0.2, ridge=0.1)
MOODS: Final = Balance(words_share=0.5, ridge=0.6)  # single words decide more, and people disagree about labels


@dataclass(frozen=True)
class View:
    """
    One way to see a message, with words alone or with its meaning as well, and how sure that makes the reader.

    `term_weights` has one row a term, `row_weights` one row a training row, both one column a label.
    """

    term_weights: Halves
    certainty: Certainty
    row_weights: Halves | None = None


class Judged(NamedTuple):
    """What a reader thinks of a text: a score a label, in the order of its labels, and the view it was seen by."""

    scores: Scores
    view: View

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """One a label, which sum to one."""
        return self.view.certainty.probabilities(self.scores)


class TextClassifier:
    """`labels` name the columns. Never changes once it is made, so that threads may share it."""

    def __init__(
        self, labels: tuple[str, ...], words: WordTable, by_words: View, by_all: View | None, meanings: Meanings | None
    ) -> None:
        self.labels = labels
        self.words = words
        self.by_words = by_words
        self.by_all = by_all
        self.meanings = meanings

    @property
    def recipe(self) -> str:
        """The vector space it was taught in; "" for none."""
        return self.meanings.recipe if self.meanings else ""

    def judge(self, text: str, vector: Sequence[float] | None = None) -> Judged:
        """A vector of another length than those it was taught is as good as none: then the words alone decide."""
        row = self.words.row(text)
        if self.by_all is None or self.meanings is None or vector is None or not self.meanings.has_length_of(vector):
            return Judged(row.times(self.by_words.term_weights), self.by_words)
        near = self.meanings.nearness(text, vector) @ self._row_weights
        return Judged(row.times(self.by_all.term_weights) + near, self.by_all)

    def probability(self, text: str, label: str, vector: Sequence[float] | None = None) -> float:
        """How likely the text has that label rather than another."""
        return float(self.judge(text, vector).probabilities[self.labels.index(label)])

    def evidence(self, text: str, label: str, judged: Judged) -> tuple[str, ...]:
        """The words of the text that spoke for a label more than for the others, strongest first; () for none."""
        known = [term for term in read_terms(text) if term.key in self.words.columns and term.key[0] != LETTERS]
        telling = [term for term in known if is_telling(term)]
        column = self.labels.index(label)
        spans = self._speaking_for(column, telling, judged) or self._speaking_for(column, known, judged)
        return words_apart(text, spans)

    def _speaking_for(self, column: int, terms: Sequence[Term], judged: Judged) -> list[tuple[int, int]]:
        """Where the terms stand that speak for a label, strongest first."""
        if not terms:
            return []
        places = [self.words.columns[term.key] for term in terms]
        weights = judged.view.term_weights[places].astype(np.float32)
        leads = (weights[:, column] - weights.mean(axis=1)) * self.words.rarity[places]
        strongest = [terms[place] for place in np.argsort(-leads, kind="stable") if leads[place] > 0]
        return [(term.start, term.end) for term in strongest]

    @cached_property
    def _row_weights(self) -> Matrix:
        assert self.by_all is not None  # noqa: S101 -- asked for by `judge` only, which looked
        assert self.by_all.row_weights is not None  # noqa: S101 -- a view of all has them
        weights: Matrix = self.by_all.row_weights.astype(np.float32)
        return weights


def words_apart(text: str, spans: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    """The first MOST_EVIDENCE stretches of a text that do not overlap, as they stand in it."""
    taken: list[tuple[int, int]] = []
    for start, end in spans:
        if len(taken) < MOST_EVIDENCE and all(end <= other[0] or start >= other[1] for other in taken):
            taken.append((start, end))
    return tuple(dict.fromkeys(text[start:end] for start, end in taken))


class Taught(NamedTuple):
    """
    A reader, and the scores by which it would have read each of its training rows had it not been taught that row: by
    all it sees, and by the words alone.
    """

    reader: TextClassifier
    left_out: Scores
    left_out_by_words: Scores

    @property
    def certainty(self) -> Certainty:
        return (self.reader.by_all or self.reader.by_words).certainty


def teach(
    texts: Sequence[str],
    labels: Sequence[str],
    vectors: Matrix | None = None,
    *,
    recipe: str = "",
    outside: str | None = None,
    balance: Balance = SUBJECTS,
) -> Taught:
    """
    A reader of these examples. `outside` is the label of rows that belong to none of the others; with it the reader
    knows messages that are out of scope, even when there is no such row. Raises ValueError for fewer than two labels.
    """
    known = tuple(sorted(set(labels) - {outside}))
    if len(known) < 2:
        raise ValueError("A reader needs examples of two labels at least.")
    columns = np.array([known.index(label) if label in known else len(known) for label in labels])
    words = WordTable.of(texts)
    rows = words.rows(texts)
    taught = _Rows(columns, len(known), knows_strangers=outside is not None)

    word_fit = taught.fit(_kernel(rows), WORDS_RIDGE)
    by_words = View((rows.T @ word_fit.weights).astype(np.float16), taught.certainty(word_fit))
    if vectors is None:
        return Taught(TextClassifier(known, words, by_words, None, None), word_fit.left_out, word_fit.left_out)
    meanings = Meanings.of(texts, vectors, recipe)
    share = balance.words_share
    full_fit = taught.fit(_kernel(rows, meanings, share), balance.ridge)
    by_all = View(
        (share * (rows.T @ full_fit.weights)).astype(np.float16),
        taught.certainty(full_fit),
        ((1 - share) * full_fit.weights).astype(np.float16),
    )
    reader = TextClassifier(known, words, by_words, by_all, meanings)
    return Taught(reader, full_fit.left_out, word_fit.left_out)


@dataclass(frozen=True)
class _Rows:
    """The labels of the training rows as columns; that of rows out of scope is the one after the last label."""

    columns: NDArray[np.int64]
    label_count: int
    knows_strangers: bool

    def fit(self, kernel: Matrix, ridge: float) -> RidgeFit:
        """
        Rows out of scope are taught like one more label, and the score of that is taken off all others: a message has
        to speak more for an intent than for none. Both are linear, so that a reader needs no column for it.
        """
        count = self.label_count
        found = fit(kernel, self.columns, int(self.columns.max()) + 1, ridge=ridge)
        if found.weights.shape[1] == count:
            return found
        return RidgeFit(
            found.weights[:, :count] - found.weights[:, count:],
            found.left_out[:, :count] - found.left_out[:, count:],
            found.strangers,
        )

    def certainty(self, found: RidgeFit) -> Certainty:
        columns = np.where(self.columns == self.label_count, -1, self.columns)
        return calibrate(found.left_out, columns, found.strangers if self.knows_strangers else None)


def _kernel(rows: "csr_matrix", meanings: Meanings | None = None, words_share: float = 1.0) -> Matrix:
    """How alike every two training rows are, 0-1; made in slices, since a second copy of it is what may not fit."""
    count = rows.shape[0]
    kernel = np.empty((count, count), dtype=np.float32)
    for start in range(0, count, _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        kernel[part] = (rows[part] @ rows.T).toarray()
        if meanings is not None:
            near = meanings.nearness_of_rows(part)
            kernel[part] = words_share * kernel[part] + (1 - words_share) * near
    return kernel
