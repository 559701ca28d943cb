"""
`manage.py train ranker`: learns a correction of the search's order on labelled sets, and keeps it only if it helps on
sets it has not seen.

Leaving out one set at a time, the weights that the others teach are judged on it. They are written when the mean over
the sets left out rises by more than chance and by LEAST_GAIN, and no set left out falls by more than MOST_LOSS.
The fit is coordinate ascent on nDCG@10 itself, every set weighing the same: a weight never falls below zero, must pay
for itself, and may cost no set of its own more than MOST_TRAINING_LOSS.
"""

import json
import math
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

import numpy as np
from tqdm import tqdm

from csassist.core.errors import InvalidInput
from csassist.llm.local_embeddings import local_embeddings
from knowledge.embedding_cache import CachedEmbeddings
from knowledge.evaluation_engine import BuiltSet, built_set, query_of
from knowledge.evaluation_sets import EvaluationQuestion, EvaluationSet, read_set
from knowledge.learned_ranking import WEIGHTS_PATH
from knowledge.metrics import ndcg_at
from knowledge.ports import RankerWeights
from knowledge.ranking_features import FEATURES, HEAD_COUNT, features
from knowledge.retrieval import search_order
from knowledge.training_arguments import add_training_arguments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

DEPTH: Final = 10
LEAST_GAIN: Final = 0.003
MOST_LOSS: Final = 0.005
STEPS: Final = (0.03, 0.06, 0.1, 0.15, 0.2, 0.3)
LEAST_STEP_GAIN: Final = 0.0005
MOST_TRAINING_LOSS: Final = 0.003
MOST_ROUNDS: Final = 4


@dataclass(frozen=True)
class Example:
    """One question: features, fused scores and documents of its head, the documents behind it, and the right ones."""

    rows: "Array"
    scores: "Array"
    documents: tuple[str, ...]
    rest: tuple[str, ...]
    relevant: frozenset[str]

    def ndcg(self, weights: "Array") -> float:
        order = np.argsort(-(self.scores + self.rows @ weights), kind="stable")
        ranked = list(dict.fromkeys([*(self.documents[place] for place in order), *self.rest]))
        return ndcg_at(ranked, self.relevant, DEPTH)


@dataclass(frozen=True)
class LeftOut:
    """How the weights of the other sets change this one; `error` is the standard error of the change."""

    name: str
    questions: int
    before: float
    after: float
    error: float

    @property
    def gain(self) -> float:
        return self.after - self.before


@dataclass(frozen=True)
class Judgement:
    sets: tuple[LeftOut, ...]

    @property
    def gain(self) -> float:
        return sum(one.gain for one in self.sets) / len(self.sets)

    @property
    def interval(self) -> float:
        """Half the width of the interval that holds the true gain in 95 of 100 samples of questions."""
        return 1.96 * math.sqrt(sum(one.error**2 for one in self.sets)) / len(self.sets)

    @property
    def is_worth_it(self) -> bool:
        return self.gain >= max(LEAST_GAIN, self.interval) and min(one.gain for one in self.sets) >= -MOST_LOSS


def add_arguments(parser: ArgumentParser) -> None:
    add_training_arguments(parser, least="three times", weights_path=WEIGHTS_PATH)


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """
    Fit, print how each set fares by the weights of the others, and write the weights if they are worth it. Raises
    InvalidInput for fewer than three sets or a bad one.
    """
    if len(options["sets"]) < 3:
        raise InvalidInput("Name at least three sets with --set: each is judged by what the others teach.")
    inner = local_embeddings(options["embeddings"])
    name = inner.recipe.partition("|")[0]
    with tempfile.TemporaryDirectory() as directory:
        embeddings = CachedEmbeddings(inner, inner.recipe, options["cache"] or Path(directory))
        by_set = _examples(options, embeddings)
    stored = _stored(options["out"])
    today: RankerWeights = stored["weights"].get(name, {})
    judgement = judge(by_set, today)
    for line in _table(judgement):
        stdout.write(f"{line}\n")
    learned = fit(list(by_set.values()))
    stdout.write(f"what all sets teach: {json.dumps(learned) if learned else 'nothing'}\n")
    if not judgement.is_worth_it:
        stdout.write("Not worth it on sets left out: nothing was written.\n")
        return
    stored["weights"][name] = learned
    stored["cross_validation"][name] = {
        one.name: {"questions": one.questions, "before": round(one.before, 4), "after": round(one.after, 4)}
        for one in judgement.sets
    }
    options["out"].write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    stdout.write(f"Weights of {name} are in {options['out']}. Fit the gate to the new order: manage.py train gate\n")


def _stored(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {"weights": {}, "cross_validation": {}}
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return stored


def judge(by_set: Mapping[str, Sequence[Example]], today: RankerWeights) -> Judgement:
    """Each set by the weights that the others teach, beside today's."""
    now = _vector(today)
    judged = []
    for name, examples in by_set.items():
        learned = _vector(fit([other for one, other in by_set.items() if one != name]))
        before, after = np.array([[one.ndcg(now), one.ndcg(learned)] for one in examples]).T
        error = float((after - before).std() / math.sqrt(len(examples)))
        judged.append(LeftOut(name, len(examples), float(before.mean()), float(after.mean()), error))
    return Judgement(tuple(judged))


def fit(sets: Sequence[Sequence[Example]]) -> dict[str, float]:
    """The weights that pay for themselves on these sets, by feature; those of zero are left out."""
    tables = [_Table(examples) for examples in sets]
    weights = np.zeros(len(FEATURES))
    first = best = np.array([table.ndcg(weights) for table in tables])
    for _round in range(MOST_ROUNDS):
        before = best
        for place in range(len(FEATURES)):
            for step in (0.0, *STEPS):
                tried = weights.copy()
                tried[place] = step
                measured = np.array([table.ndcg(tried) for table in tables])
                pays = measured.mean() >= best.mean() + LEAST_STEP_GAIN
                if pays and (measured - first).min() >= -MOST_TRAINING_LOSS:
                    weights, best = tried, measured
        if best is before:
            break
    return {name: float(value) for name, value in zip(FEATURES, weights, strict=True) if value}


class _Table:
    """The heads of one set's questions as arrays, so that a fit can rank all of them at once."""

    def __init__(self, examples: Sequence[Example]) -> None:
        shape = (len(examples), HEAD_COUNT)
        self._rows = np.zeros((*shape, len(FEATURES)))
        self._scores = np.full(shape, -np.inf)
        self._documents = np.full(shape, -1)
        self._is_relevant = np.zeros(shape, dtype=bool)
        for number, one in enumerate(examples):
            count = len(one.documents)
            numbers = {document: place for place, document in enumerate(dict.fromkeys(one.documents))}
            self._rows[number, :count], self._scores[number, :count] = one.rows, one.scores
            self._documents[number, :count] = [numbers[document] for document in one.documents]
            self._is_relevant[number, :count] = [document in one.relevant for document in one.documents]
        self._ideal = np.array([_ideal(len(one.relevant)) for one in examples])

    def ndcg(self, weights: "Array") -> float:
        """The mean over the questions, of what stands in the head."""
        order = np.argsort(-(self._scores + self._rows @ weights), axis=1, kind="stable")
        documents = np.take_along_axis(self._documents, order, axis=1)
        earlier = np.tril(np.ones((HEAD_COUNT, HEAD_COUNT), dtype=bool), k=-1)
        is_new = ~((documents[:, :, None] == documents[:, None, :]) & earlier).any(axis=2)
        places = np.cumsum(is_new, axis=1)
        counts = is_new & np.take_along_axis(self._is_relevant, order, axis=1) & (places <= DEPTH)
        return float(((counts / np.log2(places + 1)).sum(axis=1) / self._ideal).mean())


def _ideal(relevant_count: int) -> float:
    return sum(1 / math.log2(place + 1) for place in range(1, min(relevant_count, DEPTH) + 1))


def _vector(weights: RankerWeights) -> "Array":
    return np.array([weights.get(name, 0.0) for name in FEATURES])


def _examples(options: Mapping[str, Any], embeddings: CachedEmbeddings) -> dict[str, list[Example]]:
    made = {}
    for documents, queries in options["sets"]:
        evaluation = read_set(documents, queries, limit=options["limit"])
        made[documents.parent.name or documents.stem] = list(_of_set(evaluation, embeddings, quiet=options["quiet"]))
    return made


def _of_set(evaluation: EvaluationSet, embeddings: CachedEmbeddings, *, quiet: bool) -> Iterator[Example]:
    with built_set(evaluation.documents, embeddings, quiet=quiet) as built:
        for question in tqdm(evaluation.questions, desc="questions", unit="q", disable=quiet):
            yield example_of(built, question)


def example_of(built: BuiltSet, question: EvaluationQuestion) -> Example:
    searched, fused = search_order(query_of(question), built.engine)
    head = [built.records[one.passage_id] for one in fused[:HEAD_COUNT]]
    scores = {one.passage_id: one.score for one in fused}
    return Example(
        rows=np.array(features(searched, head, scores)).reshape(len(head), len(FEATURES)),
        scores=np.array([scores[one.id] for one in head]),
        documents=tuple(one.document_id for one in head),
        rest=tuple(dict.fromkeys(built.records[one.passage_id].document_id for one in fused[HEAD_COUNT:])),
        relevant=question.relevant,
    )


def _table(judgement: Judgement) -> Iterator[str]:
    yield f"{'set left out':24} questions   today   learned    gain"
    for one in judgement.sets:
        yield f"{one.name:24} {one.questions:9} {one.before:7.4f} {one.after:9.4f} {one.gain:+7.4f}"
    questions = sum(one.questions for one in judgement.sets)
    yield f"{'mean':24} {questions:9} {'':17} {judgement.gain:+7.4f} ± {judgement.interval:.4f}"
