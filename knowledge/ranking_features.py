"""
What a learned ranker sees of the first candidates of a search: a few numbers in [0, 1], each of which can be explained
and of none of which more may ever be worse.

Pure: it is given confirmed passages in the order of the search and the scores of both legs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from csassist.core.text import split_sentences
from knowledge.ports import PassageRecord
from knowledge.ranking import stretched
from knowledge.tokenizing import index_tokens, is_code

HEAD_COUNT: Final = 20  # reading more passages costs more than the order gains
NEAR_TERMS: Final = 5  # so many terms apart still count as near each other

FEATURES: Final = (
    "dense",  # its dense score, stretched over all that were proposed
    "lexical",  # its lexical score as a share of the best
    "phrases",  # the share of the question that stands side by side in it
    "agreement",  # the lower of its two scores
    "proximity",  # like phrases, with other words between and in any order
    "sentences",  # the share of the question in two neighbouring sentences of its text
    "caption",  # the share in its title and headings, or in one question it answers
    "codes",  # the share of the numbers and codes asked for that it holds
    "document",  # the fused score of the best other passage of its document in the head
    "language",  # whether it is in the language of the question
)


@dataclass(frozen=True)
class Searched:
    """One search: its weighted terms with their idf, its language, and what each leg gave to passages."""

    terms: Mapping[str, float]
    idf: Mapping[str, float]
    language: str
    dense: Mapping[str, float]
    lexical: Mapping[str, float]
    phrases: Mapping[str, float]


def features(searched: Searched, head: Sequence[PassageRecord], fused: Mapping[str, float]) -> list[tuple[float, ...]]:
    """The features of each passage, in the order of FEATURES; `fused` are the scores the search gave."""
    asked = {term: weight * searched.idf.get(term, 1.0) for term, weight in searched.terms.items()}
    turn = [term for term, weight in searched.terms.items() if weight >= 1]
    codes = {term: 1.0 for term in turn if is_code(term)}
    dense, lexical = stretched(searched.dense), stretched(searched.lexical, 0.0)
    rows: list[tuple[float, ...]] = []
    for record in head:
        sentences = [index_tokens(record.text[start:end]) for start, end in split_sentences(record.text)]
        body = [term for sentence in sentences for term in sentence]
        captions = _captions(record)
        by_meaning, by_words = dense.get(record.id, 0.0), lexical.get(record.id, 0.0)
        rows.append(
            (
                by_meaning,
                by_words,
                searched.phrases.get(record.id, 0.0),
                min(by_meaning, by_words),
                _near(turn, asked, body),
                _best_sentences(asked, sentences),
                max((_share(asked, caption) for caption in captions), default=0.0),
                _share(codes, set(body).union(*captions)),
                max((fused[one.id] for one in head if _is_other_passage(one, record)), default=0.0),
                float(record.language == searched.language),
            )
        )
    return rows


def _is_other_passage(one: PassageRecord, record: PassageRecord) -> bool:
    return one.document_id == record.document_id and one.id != record.id


def _captions(record: PassageRecord) -> list[set[str]]:
    names = set(index_tokens("\n".join((record.title, *record.heading_path))))
    return [names, *(set(index_tokens(question)) for question in record.questions)]


def _best_sentences(asked: Mapping[str, float], sentences: Sequence[Sequence[str]]) -> float:
    windows = [{*one, *other} for one, other in pairwise(sentences)] or [set(sentence) for sentence in sentences]
    return max((_share(asked, window) for window in windows), default=0.0)


def _near(turn: Sequence[str], asked: Mapping[str, float], body: Sequence[str]) -> float:
    """The weight of the neighbouring terms of the question that stand near each other in the body."""
    places: dict[str, list[int]] = {}
    for place, term in enumerate(body):
        places.setdefault(term, []).append(place)
    total = found = 0.0
    for one, other in pairwise(turn):
        weight = asked[one] + asked[other]
        total += weight
        if any(abs(left - right) <= NEAR_TERMS for left in places.get(one, ()) for right in places.get(other, ())):
            found += weight
    return found / total if total else 0.0


def _share(weights: Mapping[str, float], found: set[str]) -> float:
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in found) / total if total else 0.0
