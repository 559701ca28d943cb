"""Scorers as bytes, and bytes that are none."""

import io
import json
import zipfile
from hashlib import sha256

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from skops import io as skops_io

from proactive.learning import artifacts
from proactive.learning.artifacts import UnreadableScorer, dumps, loads
from tests.proactive.learning.made import customers
from tests.proactive.learning.test_scorers import fitted

pytestmark = pytest.mark.once

NAMES = ["scorecard", "logistic", "calibrated", "boosting"]


def read(kind, content):
    return loads(kind, content, sha256(content).hexdigest())


def changed(content, change):
    stored = json.loads(content)
    change(stored)
    return json.dumps(stored).encode()


def skops_with(**parts):
    stored = skops_io.loads(dumps(fitted()["boosting"]).content, trusted=[])
    return skops_io.dumps({**stored, "parts": {**stored["parts"], **parts}})


@pytest.mark.parametrize("name", NAMES)
def test_what_is_loaded_says_the_same_to_the_bit(name):
    scorer, (table, _) = fitted()[name], customers(2_000, seed=3)
    loaded = loads(*dumps(scorer))

    assert loaded.columns == scorer.columns
    assert loaded.probabilities(table).tobytes() == scorer.probabilities(table).tobytes()
    assert loaded.reasons(table) == scorer.reasons(table)


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_byte_is_refused_wherever_it_is(name):
    kind, content, digest = dumps(fitted()[name])
    for place in range(0, len(content), len(content) // 23):
        other = bytearray(content)
        other[place] ^= 1
        with pytest.raises(UnreadableScorer, match="digest"):
            loads(kind, bytes(other), digest)


@pytest.mark.parametrize("name", ["scorecard", "logistic", "boosting"])
def test_bytes_cut_short_are_refused_even_with_their_own_digest(name):
    kind, content, _ = dumps(fitted()[name])
    for end in (0, 1, len(content) // 2, len(content) - 1):
        with pytest.raises(UnreadableScorer):
            read(kind, content[:end])


def test_one_kind_is_not_read_as_another():
    kind, content, _ = dumps(fitted()["logistic"])

    assert kind == "logistic"
    for other in ("scorecard", "boosting", "oracle"):
        with pytest.raises(UnreadableScorer):
            read(other, content)


@pytest.mark.parametrize(
    "change",
    [
        lambda stored: stored.update(format=2),
        lambda stored: stored.pop("parts"),
        lambda stored: stored["parts"].pop("base"),
        lambda stored: stored["parts"].update(base="1.0"),
        lambda stored: stored["parts"].update(base=float("inf")),
        lambda stored: stored["parts"].update(calibration=[[0, 1], [0.9, 0.1]]),
        lambda stored: stored["parts"].update(calibration=[[0, 1], [0.1, 7]]),
        lambda stored: stored["parts"].update(terms=[3]),
        lambda stored: stored["parts"]["terms"][0].update(scale=0),
        lambda stored: stored["parts"]["terms"][0].update(weight=True),
    ],
)
def test_a_logistic_regression_with_a_wrong_part_is_refused(change):
    with pytest.raises(UnreadableScorer):
        read("logistic", changed(dumps(fitted()["logistic"]).content, change))


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts.update(probabilities=[0.5, 0.4]),
        lambda parts: parts.update(points=[0], probabilities=[1.5]),
        lambda parts: parts["rules"][0].update(points=1.5),
        lambda parts: parts["rules"][0].update(side="beside"),
    ],
)
def test_a_scorecard_with_a_wrong_part_is_refused(change):
    with pytest.raises(UnreadableScorer):
        read("scorecard", changed(dumps(fitted()["scorecard"]).content, lambda stored: change(stored["parts"])))


def test_trees_that_would_be_read_for_ever_or_outside_are_refused():
    trees = fitted()["boosting"].trees
    inner = int(np.flatnonzero(trees.lefts != -1)[0])

    def with_at(name, value):
        array = getattr(trees, name).copy()
        array[inner] = value
        return {name: array}

    for parts in (
        with_at("lefts", 0), with_at("rights", 10**6), with_at("features", 99), with_at("features", -1),
        with_at("thresholds", np.nan), {"starts": trees.starts[:-1]}, {"lefts": trees.lefts[:-1]},
        {"leaf_values": trees.leaf_values.astype(np.float32)}, {"base": float("nan")},
    ):  # fmt: skip
        with pytest.raises(UnreadableScorer):
            read("boosting", skops_with(**parts))


def test_a_file_that_names_a_class_is_refused():
    content = skops_io.dumps({"format": 1, "kind": "boosting", "parts": {"columns": LogisticRegression()}})

    with pytest.raises(UnreadableScorer):
        read("boosting", content)


def test_a_zip_that_swells_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(artifacts, "MOST_BYTES", 1_000_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b"0" * 2_000_000)
    assert len(packed.getvalue()) < 10_000

    with pytest.raises(UnreadableScorer, match="unpacked"):
        read("boosting", packed.getvalue())
    with pytest.raises(UnreadableScorer, match="larger"):
        read("scorecard", b" " * 1_000_001)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": NaN}', b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_json_is_refused(content):
    with pytest.raises(UnreadableScorer):
        read("scorecard", content)
