"""What a learned correction may change of an order; how it is learned, judged, and kept or not."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from knowledge.learned_ranking import WEIGHTS_PATH, corrected, ranker_weights
from knowledge.ports import Query
from knowledge.ranker_training import Example, Judgement, LeftOut, fit, judge
from knowledge.ranking import Fused
from knowledge.ranking_features import FEATURES, HEAD_COUNT, Searched
from knowledge.retrieval import retrieve
from tests.knowledge.search_parts import passage, small_engine, without_dense
from tests.knowledge.test_evaluation import DOCUMENTS, QUESTIONS, write

SEARCHED = Searched({"refund": 1.0}, {}, "en", {"0": 0.5}, {"0": 1.0}, {})
CODES = FEATURES.index("codes")


def order_of(*names: str) -> list[Fused]:
    return [Fused(name, 0.9 - 0.01 * place) for place, name in enumerate(names)]


def test_the_shipped_weights_name_only_features_and_none_is_negative():
    stored = json.loads(WEIGHTS_PATH.read_text("utf-8"))
    assert set(stored["weights"]) == set(stored["cross_validation"])
    for weights in stored["weights"].values():
        assert set(weights) <= set(FEATURES)
        assert all(weight > 0 for weight in weights.values())
    assert ranker_weights("an unknown embedding|x") == {}


def test_a_weight_lifts_what_has_the_feature_and_scores_stay_in_bounds():
    records = {"a": passage("a", "Hello."), "b": passage("b", "A refund takes ten days.")}
    better = corrected(order_of("a", "b"), SEARCHED, records, {"sentences": 0.3})
    assert [one.passage_id for one in better] == ["b", "a"]
    assert all(0.0 <= one.score <= 1.0 for one in better)


def test_the_rest_stays_behind_the_head_and_the_unconfirmed_are_kept():
    names = [f"{number:03}" for number in range(HEAD_COUNT + 5)]
    records = {name: passage(name, "refund" if name > "015" else "x") for name in names[1:]}
    better = corrected(order_of(*names), SEARCHED, records, {"sentences": 5.0})
    assert sorted(one.passage_id for one in better) == names
    assert [one.passage_id for one in better[HEAD_COUNT:]] == [names[0], *names[HEAD_COUNT + 1 :]]
    assert [one.score for one in better] == sorted((one.score for one in better), reverse=True)


@pytest.mark.parametrize("left", [replace(SEARCHED, dense={}), replace(SEARCHED, lexical={})])
def test_without_a_leg_nothing_is_corrected(left):
    records = {"a": passage("a", "Hello."), "b": passage("b", "A refund.")}
    order = order_of("a", "b")
    assert corrected(order, left, records, {"sentences": 9.0}) == order


def test_a_search_uses_the_weights_of_its_engine(tmp_path):
    records = (passage("a", "refund refund refund"), passage("b", "It was sent back. A refund takes ten days."))
    with small_engine(tmp_path, *records) as engine:
        query = Query("How many days does a refund take?", (1,))
        own = retrieve(query, engine)
        same = retrieve(query, replace(engine, ranker_weights={"language": 0.1}))
        assert [one.passage.id for one in own.passages] == [one.passage.id for one in same.passages]
        down = retrieve(query, replace(without_dense(engine), ranker_weights={"sentences": 9.0}))
        assert down.degraded == ("dense",)


def example(*, helpful: int | None, is_right_behind: bool = True) -> Example:
    """Two documents, the right one behind; the feature at `helpful` tells them apart."""
    rows = np.zeros((2, len(FEATURES)))
    if helpful is not None:
        rows[1 if is_right_behind else 0, helpful] = 1.0
    return Example(rows, np.array([0.6, 0.5]), ("x", "y"), ("z",), frozenset({"y" if is_right_behind else "x"}))


def test_learns_the_feature_that_tells_right_from_wrong():
    learned = fit([[example(helpful=CODES)] * 20, [example(helpful=CODES)] * 5])
    assert set(learned) == {"codes"}


def test_learns_nothing_where_there_is_nothing_to_learn():
    assert fit([[example(helpful=None)] * 5, [example(helpful=0, is_right_behind=False)] * 5]) == {}


def test_a_feature_that_costs_one_set_too_much_is_not_learned():
    misled = Example(np.eye(2, len(FEATURES), k=CODES - 1), np.array([0.6, 0.5]), ("x", "y"), (), frozenset({"x"}))
    assert fit([[example(helpful=CODES)] * 20, [misled] * 20]) == {}


def test_each_set_is_judged_by_what_the_others_teach():
    sets = {name: [example(helpful=CODES)] * 10 for name in "abc"} | {"odd": [example(helpful=0)] * 10}
    judgement = judge(sets, {})
    gains = {one.name: one.gain for one in judgement.sets}
    assert gains["a"] > 0.3
    assert gains["odd"] == 0.0  # what it needs stands in none of the others


def test_what_is_left_out_counts_the_documents_behind_the_head_too():
    behind = Example(np.zeros((1, len(FEATURES))), np.array([0.5]), ("x",), ("y", "z"), frozenset({"z"}))
    assert behind.ndcg(np.zeros(len(FEATURES))) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("gains", "error", "is_worth_it"),
    [
        ((0.01, 0.01, 0.01), 0.001, True),
        ((0.002, 0.002, 0.002), 0.0001, False),  # too little
        ((0.01, 0.01, 0.01), 0.02, False),  # may be chance
        ((0.05, 0.05, -0.006), 0.001, False),  # one set pays for it
    ],
)
def test_kept_is_only_what_helps_everywhere_and_not_by_chance(gains, error, is_worth_it):
    judgement = Judgement(tuple(LeftOut(str(n), 10, 0.5, 0.5 + gain, error) for n, gain in enumerate(gains)))
    assert judgement.is_worth_it is is_worth_it


def train(tmp_path: Path, *sets: tuple[Path, Path]) -> str:
    stdout = io.StringIO()
    named = [word for docs, queries in sets for word in ("--set", str(docs), str(queries))]
    options = ["--embeddings", "hashed", "--quiet", "--out", str(tmp_path / "weights.json")]
    call_command("train", "ranker", *named, *options, stdout=stdout)
    return stdout.getvalue()


def small_set(tmp_path: Path, name: str) -> tuple[Path, Path]:
    (tmp_path / name).mkdir()
    return write(tmp_path / name, DOCUMENTS, QUESTIONS)


def test_the_command_says_so_when_nothing_is_worth_it_and_writes_nothing(tmp_path):
    printed = train(tmp_path, *(small_set(tmp_path, name) for name in ("one", "two", "three")))
    assert "nothing was written" in printed
    assert printed.count("+0.0000") == 4
    assert not (tmp_path / "weights.json").exists()


def test_the_command_writes_what_is_worth_it_with_its_proof(tmp_path, monkeypatch):
    from knowledge import ranker_training

    monkeypatch.setattr(ranker_training, "example_of", lambda built, question: example(helpful=CODES))
    printed = train(tmp_path, *(small_set(tmp_path, name) for name in ("one", "two", "three")))
    stored = json.loads((tmp_path / "weights.json").read_text())
    assert set(stored["weights"]["hashed"]) == {"codes"}
    assert stored["cross_validation"]["hashed"]["one"]["questions"] == 3
    assert "manage.py train gate" in printed


def test_two_sets_are_too_few(tmp_path):
    with pytest.raises(CommandError, match="at least three"):
        train(tmp_path, *(small_set(tmp_path, name) for name in ("one", "two")))
