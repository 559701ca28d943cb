"""Measuring the readers by command, on rows of one's own."""

import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from csassist.analysis.intents_evaluation import intents_report
from csassist.analysis.labelled_rows import split_places
from csassist.analysis.sentiment_evaluation import choice
from tests.analysis.small_company import ROWS

pytestmark = pytest.mark.once

MOODS = [(f"{word} {thing}", label) for thing in ("food", "staff", "room", "app", "price") for word, label in (
    ("awful", "negative"), ("great", "positive"), ("bad", "negative"), ("lovely", "positive")
)]  # fmt: skip


@pytest.fixture(autouse=True)
def _words_alone(settings):
    """No test here is about the embedding, which takes seconds to load."""
    settings.CSASSIST_EMBEDDINGS = "hashed"


def rows_file(directory, rows):
    path = directory / "rows.jsonl"
    path.write_text(
        "\n".join(
            row if isinstance(row, str) else json.dumps({"text": row[0], "label": row[1]}, ensure_ascii=False)
            for row in rows
        ),
        "utf-8",
    )
    return str(path)


def measured(subject, directory, train, test):
    out = directory / "report.json"
    stdout = io.StringIO()
    call_command("evaluate", subject, "--train", train, "--test", test, "--json", str(out), "--quiet", stdout=stdout)
    return json.loads(out.read_text()), stdout.getvalue()


def test_every_fifth_row_of_a_label_tests_and_the_rest_trains():
    labels = [*"aaaaaaaaaa", *"bbbb", *"ccccc"]
    train, test = split_places(labels)

    assert test == [4, 9, 18]
    assert sorted(train + test) == list(range(len(labels)))


def test_intents_are_measured_in_scope_and_out_of_it(tmp_path):
    path = rows_file(tmp_path, [*ROWS, ("another football game", "oos")])
    report, printed = measured("intents", tmp_path, path, path)

    assert report["rows"] == 3
    assert report["out_of_scope_rows"] == 1
    assert report["taught_rows"] == len(ROWS) - 2
    assert "out_of_scope_recall" in printed


def test_different_files_are_used_whole(tmp_path):
    train = rows_file(tmp_path, ROWS)
    (tmp_path / "other").mkdir()
    test = rows_file(tmp_path / "other", ROWS[:12])
    report, _ = measured("intents", tmp_path, train, test)

    assert report["rows"] == 12
    assert report["accuracy"] >= 0.9
    assert report["out_of_scope_recall"] is None


def test_out_of_scope_said_of_a_row_in_scope_is_an_error():
    report = intents_report(["a", "a", "b", "oos"], ["a", "oos", "b", "oos"], taught_rows=0)

    assert report["accuracy"] == pytest.approx(0.6667)
    assert report["macro_f1"] == pytest.approx((2 / 3 + 1) / 2, abs=1e-4)
    assert report["out_of_scope_recall"] == 1.0


def test_moods_are_measured_by_the_labels_that_the_rows_have(tmp_path):
    path = rows_file(tmp_path, MOODS)
    report, _ = measured("sentiment", tmp_path, path, path)

    assert report["accuracy"] == 1.0
    assert (report["rows"], report["labels"]) == (4, 2)


def test_two_sides_are_a_forced_choice():
    levels = {"very_negative": 0.1, "negative": 0.15, "neutral": 0.55, "positive": 0.2, "very_positive": 0.0}

    assert choice(levels, {"negative", "positive"}) == "negative"
    assert choice(levels, {"negative", "neutral", "positive"}) == "neutral"
    assert choice(levels, {"very_negative", "negative", "positive"}) == "positive"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([*MOODS, "{"], "rows.jsonl line 21 is not JSON"),
        ([("awful", "grim")], "line 1: label must be one of very_negative"),
        (['{"text": "", "label": "negative"}'], "line 1: text must be a text"),
        (['{"text": "bad"}'], "line 1: label must be a text"),
        ([], "holds no rows"),
        (MOODS[:4], "no label has 5 rows"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path, rows, words):
    path = rows_file(tmp_path, rows)
    with pytest.raises(CommandError, match=words):
        measured("sentiment", tmp_path, path, path)


def test_one_intent_alone_cannot_be_learned(tmp_path):
    path = rows_file(tmp_path, [("my parcel", "order")] * 10)
    with pytest.raises(CommandError, match="two intents"):
        measured("intents", tmp_path, path, path)


def test_risks_are_measured_where_they_act(tmp_path):
    rows = [("You will hear from my lawyer, I am going to sue you", "legal"), ("where is my parcel", "none")]
    path, out, printed = rows_file(tmp_path, rows), tmp_path / "report.json", io.StringIO()
    call_command("evaluate", "risks", "--test", path, "--json", str(out), "--quiet", stdout=printed)
    report = json.loads(out.read_text())
    assert (report["legal"]["found"], report["legal"]["present"], report["legal"]["mistaken"]) == (1, 1, 0)
    assert "legal" in printed.getvalue()

    call_command("evaluate", "risks", "--test", path, "--ordinary", "--most", "1", "--json", str(out), "--quiet")
    assert json.loads(out.read_text())["legal"]["ordinary"] == 1
    with pytest.raises(CommandError, match="No row is left"):
        call_command("evaluate", "risks", "--test", path, "--offset", "2", "--quiet")
