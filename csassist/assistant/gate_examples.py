"""
Labelled searches to fit the answer gate on, and to measure it with.

Of a set with labelled questions come three kinds: questions whose document is there; the same questions with that
document taken out of the index, which is what a near-miss looks like; and questions of other sets, which are off-topic.
A question without a relevant document is unanswerable as it stands.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from tqdm import tqdm

from knowledge.embedding_cache import CachedEmbeddings
from knowledge.evaluation_engine import BuiltSet, InMemoryPassages, built_set, query_of
from knowledge.evaluation_sets import EvaluationQuestion, EvaluationSet
from knowledge.ports import Evidence, RetrievalResult
from knowledge.retrieval import retrieve

Kind = Literal["answerable", "missed", "removed", "off_topic", "unanswerable"]

OFF_TOPIC_COUNT = 150
SEED = 0


@dataclass(frozen=True, slots=True)
class Example:
    """One search. `missed` is an answerable question whose document was not among the packed passages."""

    evidence: Evidence
    kind: Kind


def examples_of(
    evaluation: EvaluationSet, others: Sequence[str], embeddings: CachedEmbeddings, *, quiet: bool = False
) -> list[Example]:
    """Every kind of example that a set gives; `others` are questions of other sets."""
    off_topic = Random(SEED).sample(list(others), min(len(others), OFF_TOPIC_COUNT))
    with built_set(evaluation.documents, embeddings, quiet=quiet) as built:
        made = list(_answered(built, evaluation.questions, quiet))
        made += [
            Example(_search(built, EvaluationQuestion(text, frozenset())).evidence, "off_topic") for text in off_topic
        ]
        return made


def as_asked(evaluation: EvaluationSet, embeddings: CachedEmbeddings, *, quiet: bool = False) -> list[Example]:
    """One example for each question of the set, none made up."""
    with built_set(evaluation.documents, embeddings, quiet=quiet) as built:
        asked = tqdm(evaluation.questions, desc="questions", unit="q", disable=quiet)
        return [_as_it_stands(question, _search(built, question)) for question in asked]


def _answered(built: BuiltSet, questions: Sequence[EvaluationQuestion], quiet: bool) -> Iterator[Example]:
    for question in tqdm(questions, desc="questions", unit="q", disable=quiet):
        yield _as_it_stands(question, _search(built, question))
        if question.relevant:
            yield Example(_search(built, question, without=question.relevant).evidence, "removed")


def _as_it_stands(question: EvaluationQuestion, found: RetrievalResult) -> Example:
    if not question.relevant:
        return Example(found.evidence, "unanswerable")
    is_found = any(one.passage.document_id in question.relevant for one in found.passages)
    return Example(found.evidence, "answerable" if is_found else "missed")


def _search(built: BuiltSet, question: EvaluationQuestion, *, without: frozenset[str] = frozenset()) -> RetrievalResult:
    passages = InMemoryPassages(built.records, withdrawn=without)
    return retrieve(query_of(question), replace(built.engine, passages=passages))
