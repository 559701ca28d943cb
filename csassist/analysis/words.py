"""
The words of a message as a row of weights: what every trained reader of this package sees of it beside its meaning.

Three kinds of terms: Latin words and pairs of them, runs of three to five letters inside a word (a slip of the finger
changes few of them), and runs of one to three Han characters. Each kind is weighed by how rare its terms are and
brought to length one, then all of them together, so that many terms of one kind never drown the others.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from csassist.core.text import HAN, normalise, word_set

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MOST_CHARACTERS: Final = 1_500  # what follows changes no verdict on a message, only the time it takes
LATIN, LETTERS, HAN_RUNS = "w", "c", "h"
_WORD = re.compile(rf"[^\W_{HAN}]+(?:['’][^\W\d_{HAN}]+)*|[!?]+|[\U0001f300-\U0001faff]")
_HAN_RUN = re.compile(f"[{HAN}]+")
_LONG_NUMBER = re.compile(r"\d{4,}")
_LETTER_RUNS: Final = (3, 4, 5)
_HAN_LENGTHS: Final = (1, 2, 3)

# They help a reader to decide and tell a person nothing.
SMALL_WORDS = word_set(
    """
    a an the and or but nor if then else so than as at by for from in into of on onto off out over to with without
    about up down upon within between through during before after above below under again once i me my mine we us
    our ours you your yours he him his she her hers it its they them their theirs myself yourself itself this that
    these those here there am is are was were be been being do does did doing done have has had having can could
    will would shall should may might must cannot don't doesn't didn't isn't aren't wasn't weren't won't can't
    couldn't wouldn't haven't hasn't i'm i've i'd i'll it's that's there's you're we're they're what's dont doesnt
    didnt cant wont im ive id thats how what why when where who whom whose which whether please tell want wants
    wanted need needs get gets got getting know like let lets no not nor yes ok okay hi hello hey dear thanks thank
    any some all both each few more most much many other such only own same too very just also ever still already
    yet even really quite now today since because while one two three thing things something anything nothing
    someone anyone everyone way lot bit make makes made go goes going gone come comes came say says said see try
    tried trying use used using put take took give gave keep keeps kept well back never always sure good bad new day
    days time times hour hours week weeks month months year years
    """
)


@dataclass(frozen=True, slots=True)
class Term:
    """`key` begins with its kind; `start` and `end` are its place in the text that was read."""

    key: str
    start: int
    end: int


@lru_cache(maxsize=4)  # several readers look at one message after another
def read_terms(text: str) -> tuple[Term, ...]:
    """Every term of the beginning of a text, in order of kind and place, with repetitions."""
    head = text[:MOST_CHARACTERS]
    words = [(_folded(match.group()), match.start(), match.end()) for match in _WORD.finditer(head)]
    terms = [Term(f"{LATIN}{word}", start, end) for word, start, end in words]
    terms += [Term(f"{LATIN}{one[0]} {other[0]}", one[1], other[2]) for one, other in pairwise(words)]
    for word, start, end in words:
        terms += (Term(f"{LETTERS}{run}", start, end) for run in _letter_runs(f" {word} "))
    for match in _HAN_RUN.finditer(head):
        terms += _han_terms(match.group(), match.start())
    return tuple(terms)


def is_telling(term: Term) -> bool:
    """Whether a person sees in the term why something was decided: no run of letters, small word or single sign."""
    if term.key[0] == HAN_RUNS:
        return term.end - term.start > 1
    words = term.key[1:].split()
    return term.key[0] == LATIN and any(word[0].isalpha() and word not in SMALL_WORDS for word in words)


def _folded(word: str) -> str:
    """Numbers of four digits and more are names of orders and years: that there is one says enough."""
    return _LONG_NUMBER.sub("0000", normalise(word).lower().replace("’", "'"))


def _letter_runs(word: str) -> Iterable[str]:
    return (word[place : place + size] for size in _LETTER_RUNS for place in range(len(word) - size + 1))


def _han_terms(run: str, offset: int) -> Iterable[Term]:
    return (
        Term(f"{HAN_RUNS}{run[place : place + size]}", offset + place, offset + place + size)
        for size in _HAN_LENGTHS
        for place in range(len(run) - size + 1)
    )


@dataclass(frozen=True)
class WordTable:
    """The terms that training knew, and how rare each is; a term's place is its column. Unknown terms count nothing."""

    columns: Mapping[str, int]
    rarity: NDArray[np.float32]
    kinds: NDArray[np.str_]

    @classmethod
    def load(cls, keys: Sequence[str], rarity: NDArray[np.floating]) -> "WordTable":
        """Of its terms in the order of their columns, and how rare each is."""
        columns = {key: column for column, key in enumerate(keys)}
        return cls(columns, rarity.astype(np.float32), np.array([key[0] for key in keys]))

    @classmethod
    def of(cls, texts: Sequence[str]) -> "WordTable":
        """Learned from the training texts. A term that stands in one of them only tells nothing about another."""
        texts_with = Counter(key for text in texts for key in {term.key for term in read_terms(text)})
        kept = sorted(key for key, count in texts_with.items() if count > 1)
        rarity = [math.log((1 + len(texts)) / (1 + texts_with[key])) + 1 for key in kept]
        return cls.load(kept, np.array(rarity, dtype=np.float16))

    def row(self, text: str) -> "WordRow":
        """The terms of a text that are known, brought to length one; empty when none is."""
        counts = Counter(self.columns[term.key] for term in read_terms(text) if term.key in self.columns)
        columns = np.fromiter(counts, dtype=np.int64, count=len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * self.rarity[columns]
        kinds = self.kinds[columns]
        for kind in np.unique(kinds):
            values[kinds == kind] /= np.linalg.norm(values[kinds == kind])
        return WordRow(columns, values / max(float(np.linalg.norm(values)), 1.0))

    def rows(self, texts: Iterable[str]) -> "csr_matrix":
        """One sparse row a text, for training."""
        from scipy.sparse import csr_matrix

        rows = [self.row(text) for text in texts]
        starts = np.cumsum([0, *(len(row.columns) for row in rows)])
        columns = np.concatenate([row.columns for row in rows])
        values = np.concatenate([row.values for row in rows])
        return csr_matrix((values, columns, starts), shape=(len(rows), len(self.columns)))


@dataclass(frozen=True, slots=True)
class WordRow:
    """What a text holds of a table's terms, and how much each weighs."""

    columns: NDArray[np.int64]
    values: NDArray[np.float32]

    def times(self, term_weights: NDArray[np.floating]) -> NDArray[np.float32]:
        """The row times a matrix of one row a term."""
        product: NDArray[np.float32] = self.values @ term_weights[self.columns].astype(np.float32)
        return product
