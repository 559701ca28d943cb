"""
`manage.py train gate`: fits the answer gate on labelled sets and writes its weights.

Ridge logistic regression by Newton's method; each set and each kind of example weighs the same however large it is.
Leaving out one set at a time tells how well the weights do on a company they have not seen.
"""

import json
import tempfile
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

import numpy as np

from csassist.assistant.decision import ANSWER_FROM
from csassist.assistant.gate import FEATURES, WEIGHTS_PATH, WORD_FEATURES, WORDS_ONLY, GateWeights, probability
from csassist.assistant.gate_examples import Example, Kind, examples_of
from csassist.core.errors import InvalidInput
from csassist.llm.local_embeddings import local_embeddings
from knowledge.embedding_cache import CachedEmbeddings
from knowledge.evaluation_sets import read_set
from knowledge.training_arguments import add_training_arguments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

KIND_WEIGHTS: Final[Mapping[Kind, float]] = {
    "answerable": 1.0,
    "removed": 0.6,
    "off_topic": 0.4,
    "unanswerable": 0.3,
}
RIDGE = 1e-3
NEWTON_STEPS = 50


def add_arguments(parser: ArgumentParser) -> None:
    add_training_arguments(parser, least="twice", weights_path=WEIGHTS_PATH)


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """
    Fit, print how each set is judged by the weights of the others, and write the weights. Raises InvalidInput for
    fewer than two sets or a bad one.
    """
    if len(options["sets"]) < 2:
        raise InvalidInput("Name at least two sets with --set: each is judged by what the others teach.")
    inner = local_embeddings(options["embeddings"])
    name = inner.recipe.partition("|")[0]
    with tempfile.TemporaryDirectory() as directory:
        embeddings = CachedEmbeddings(inner, inner.recipe, options["cache"] or Path(directory))
        by_set = _examples(options, embeddings)
    for left_out, judged in by_set.items():
        others = [examples for one, examples in by_set.items() if one != left_out]
        stdout.write(f"{left_out:24} {_answered_ratios(judged, fit(others, FEATURES))}\n")
    stored = _stored(options["out"])
    stored["weights"][name] = fit(list(by_set.values()), FEATURES)
    stored["weights"][WORDS_ONLY] = fit(list(by_set.values()), WORD_FEATURES)
    stored["trained_on"] = {one: len(examples) for one, examples in by_set.items()}
    options["out"].write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    count = sum(map(len, by_set.values()))
    stdout.write(f"{count} examples; weights of {name} and {WORDS_ONLY} are in {options['out']}\n")


def _examples(options: Mapping[str, Any], embeddings: CachedEmbeddings) -> dict[str, list[Example]]:
    sets = {
        documents.parent.name or documents.stem: read_set(
            documents, queries, limit=options["limit"], with_unanswerable=True
        )
        for documents, queries in options["sets"]
    }
    made = {}
    for name, evaluation in sets.items():
        others = [
            one.text for other, foreign in sets.items() if other != name for one in foreign.questions if not one.history
        ]
        made[name] = examples_of(evaluation, others, embeddings, quiet=options["quiet"])
    return made


def fit(sets: Sequence[Sequence[Example]], features: Sequence[str]) -> GateWeights:
    """The weights that tell answerable from the rest; questions that retrieval missed teach nothing."""
    rows: list[list[float]] = []
    labels: list[float] = []
    weights: list[float] = []
    for examples in sets:
        for kind, weight in KIND_WEIGHTS.items():
            of_kind = [one for one in examples if one.kind == kind]
            rows += [[float(getattr(one.evidence, name)) for name in features] for one in of_kind]
            labels += [float(kind == "answerable")] * len(of_kind)
            weights += [weight / len(of_kind) for _ in of_kind]
    values = np.array(rows)
    centre, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    slopes = _newton((values - centre) / spread, np.array(labels), np.array(weights))
    own = slopes[1:] / spread
    bias = float(slopes[0] - own @ centre)
    return {"bias": round(bias, 3)} | {name: round(float(one), 3) for name, one in zip(features, own, strict=True)}


def _newton(values: "Array", labels: "Array", weights: "Array") -> "Array":
    """Intercept and slopes of a weighted logistic regression with a small ridge on the slopes."""
    design = np.column_stack([np.ones(len(values)), values])
    ridge = np.diag([0.0, *[RIDGE * weights.sum()] * values.shape[1]])
    found = np.zeros(design.shape[1])
    for _ in range(NEWTON_STEPS):
        likely = 1.0 / (1.0 + np.exp(-np.clip(design @ found, -30, 30)))
        gradient = design.T @ (weights * (labels - likely)) - ridge @ found
        curvature = (design * (weights * likely * (1 - likely))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature, gradient)
        found += step
        if float(np.abs(step).max()) < 1e-8:
            break
    return found


def _answered_ratios(examples: Sequence[Example], weights: GateWeights) -> str:
    shown = []
    for kind in (*KIND_WEIGHTS, "missed"):
        of_kind = [one for one in examples if one.kind == kind]
        if of_kind:
            answered = sum(probability(one.evidence, weights) >= ANSWER_FROM for one in of_kind)
            shown.append(f"{kind} {answered / len(of_kind):.2f}")
    return "answered: " + "  ".join(shown)


def _stored(path: Path) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"weights": {}}
    return stored
