"""Measuring and fitting the check of sentences by command, on small and on real material."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from csassist.assistant.grounding.features import FEATURES
from csassist.assistant.grounding.harder_set import ArticlePassages, harder_set, split_of
from csassist.assistant.grounding.scoring import WEIGHTS, read_weights
from csassist.core.text import normalise
from csassist.management.grounding import demo_examples

pytestmark = pytest.mark.once

PAIRS = [
    {
        "knowledge": "The hub takes 5 minutes to start. The siren is 85 dB loud.",
        "question": "How loud is it?",
        "right_answer": "85 dB",
        "hallucinated_answer": "The siren reaches 110 dB.",
    },
    {
        "knowledge": "礼品卡自购买之日起五年内有效，不能兑换现金。",
        "question": "礼品卡能用多久？",
        "right_answer": "礼品卡5年内有效。",
        "hallucinated_answer": "礼品卡可以兑换现金。",
    },
]


def command(*arguments: str) -> str:
    stdout = io.StringIO()
    call_command(*arguments, "--quiet", stdout=stdout)
    return stdout.getvalue()


def pairs_file(path: Path, rows: list[Any]) -> str:
    file = path / "pairs.jsonl"
    file.write_text(
        "\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows), "utf-8"
    )
    return str(file)


def test_reports_how_right_and_wrong_answers_are_told_apart(tmp_path):
    out = tmp_path / "report.json"
    printed = command("evaluate", "grounding", "--pairs", pairs_file(tmp_path, PAIRS), "--json", str(out))
    report = json.loads(out.read_text())
    assert report == {"right_accepted": 1.0, "wrong_refused": 1.0, "balanced_accuracy": 1.0, "pairs": 2}
    assert "balanced_accuracy" in printed


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([*PAIRS, "{"], "pairs.jsonl line 3 is not JSON"),
        ([PAIRS[0], "[]"], "pairs.jsonl line 2 is not a JSON object"),
        ([{**PAIRS[0], "knowledge": 3}], "pairs.jsonl line 1: knowledge must be a text"),
        ([{"knowledge": "a", "right_answer": "b"}], "line 1: hallucinated_answer must be a text"),
        ([], "holds no pair"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path, rows, words):
    with pytest.raises(CommandError, match=words):
        command("evaluate", "grounding", "--pairs", pairs_file(tmp_path, rows))


def test_a_missing_file_is_said_plainly(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        command("evaluate", "grounding", "--pairs", str(tmp_path / "nothing.jsonl"))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("report") / "report.json"
    command("evaluate", "grounding", "--harder", "--json", str(out))
    return dict(json.loads(out.read_text()))


def test_the_harder_set_is_large_and_in_both_languages(report):
    assert report["faithful_count"] >= 400
    assert report["changed_count"] >= 400
    for kind in ("number", "entity", "negation", "condition"):
        assert report["changed"][f"{kind} en"]["of"] >= 50
        assert report["changed"][f"{kind} zh"]["of"] >= 50


def test_on_held_out_articles_changed_numbers_and_entities_are_refused(report):
    assert report["balanced_accuracy"] >= 0.90
    assert report["right_accepted"] >= 0.90
    for kind in ("number", "entity"):
        for named in (kind, f"{kind} en", f"{kind} zh"):
            assert report["changed"][named]["right"] >= 0.97, named


def test_a_sentence_is_judged_fast_enough_to_be_released_at_once(report):
    assert report["milliseconds_p95"] < 60


def test_the_harder_set_is_the_same_for_the_same_seed():
    passages = ("Hubs\nThe hub takes 5 minutes to start. If the light is red, you can restart it within 30 seconds.",)
    articles = [
        ArticlePassages("hubs", "en", passages),
        ArticlePassages("hubs", "zh", ("网关\n网关需要 5 分钟才能启动完成。",)),
    ]
    assert harder_set(articles, seed=3) == harder_set(list(reversed(articles)), seed=3) != []
    assert harder_set(articles, seed=3) != harder_set(articles, seed=4)


def test_no_subject_is_on_both_sides_of_the_split_and_no_paraphrase_is_a_copy():
    examples = demo_examples(1)
    sides: dict[str, set[str]] = {}
    for example in examples:
        sides.setdefault(example.source, set()).add(example.split)
    assert all(len(split) == 1 for split in sides.values())
    assert split_of("warranty", 1) == split_of("warranty", 1)
    assert {example.split for example in examples} == {"train", "held_out"}
    copies = [
        one
        for one in examples
        if one.is_faithful and one.kind != "excerpted" and normalise(one.sentence) == normalise(one.source)
    ]
    assert copies == []
    assert harder_set([], seed=1) == []


def test_training_writes_the_weights_the_product_ships(tmp_path):
    out = tmp_path / "weights.json"
    command("train", "grounding", "--out", str(out))
    made, shipped = read_weights(out), read_weights(WEIGHTS)
    assert made.release_from == shipped.release_from
    assert made.features == pytest.approx(shipped.features, abs=0.01)
    assert set(shipped.features) <= set(FEATURES)
    assert all(weight < 0 for weight in shipped.features.values())
