"""`manage.py evaluate risk` on files of one's own."""

import csv
import io
import json

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.proactive.learning.made import customers

pytestmark = pytest.mark.once

HEAD = ("customerID", "failures", "tenure", "sessions", "plan", "since", "Left")


def rows_of(count, seed=1):
    table, labels = customers(count, seed=seed)
    columns = [table.values[name] for name in ("failures", "tenure", "sessions", "plan")]
    return [
        [
            f"C-{seed}-{row:05}",
            *(" " if value != value else value for value in values),
            f"2025-{row % 12 + 1:02}-05",
            label,
        ]
        for row, (*values, label) in enumerate(zip(*columns, np.where(labels > 0, "Yes", "no"), strict=True))
    ]


def written(path, rows, head=HEAD):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    return str(path)


def without(rows, *names, head=HEAD):
    kept = [place for place, name in enumerate(head) if name not in names]
    return [[row[place] for place in kept] for row in rows], [head[place] for place in kept]


def measured(directory, *arguments, label="Left"):
    out, stdout = directory / "report.json", io.StringIO()
    call_command("evaluate", "risk", "--label", label, "--json", str(out), *arguments, stdout=stdout)
    return json.loads(out.read_text()), stdout.getvalue()


def test_what_is_promoted_is_measured_on_the_other_file(tmp_path):
    rows, head = without(rows_of(3_000), "since")
    train = written(tmp_path / "train.csv", rows, head)
    test = written(tmp_path / "test.csv", without(rows_of(2_000, seed=2), "since")[0], head)
    report, printed = measured(tmp_path, "--train", train, "--test", test)

    assert report["promoted"]["name"] == "logistic"
    assert set(report["promoted"]) >= {"name", "auc", "average_precision", "ece"}
    assert report["scorecard"]["auc"] > 0.75
    assert report["promoted"]["auc"] >= report["plain_logistic"]["auc"] - 0.005
    assert report["promoted"]["ece"] <= 0.04
    assert report["ignored"] == ["customerID"]
    assert report["columns"] == ["failures", "tenure", "sessions", "plan"]
    assert report["split"] == "seed"
    assert "by seed, since no column holds the time" in printed


def test_a_column_of_dates_makes_the_gate_split_by_time(tmp_path):
    train = written(tmp_path / "train.csv", rows_of(2_400))
    report, printed = measured(tmp_path, "--train", train, "--test", train, "--slice", "plan")

    assert report["split"] == "time"
    assert "since" not in report["columns"]
    assert "by time (since)" in printed


def test_folds_of_one_file_give_a_mean_and_a_spread(tmp_path):
    train = written(tmp_path / "train.csv", *without(rows_of(1_500), "since"))
    report, printed = measured(tmp_path, "--train", train, "--folds", "3")

    assert report["folds"] == len(report["promoted_names"]) == 3
    assert report["spread"]["promoted_auc"]["mean"] == pytest.approx(report["promoted"]["auc"], abs=1e-3)
    assert "over 3 folds" in printed


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: (rows, [*HEAD[:-1], "Gone"]), "There is no column 'Left'. The columns are: customerID"),
        (
            lambda rows: ([*rows[:-1], [*rows[-1][:-1], "maybe"]], HEAD),
            "must be 1 or 0, yes or no; it also holds 'maybe'",
        ),
        (lambda rows: ([*rows[:-1], [*rows[-1][:-1], ""]], HEAD), "it also holds ''"),
        (lambda rows: ([[*row[:-1], "no"] for row in rows], HEAD), "the same in every row"),
        (lambda rows: (rows[:20], HEAD), "has 20 rows; at least 50"),
        (lambda rows: ([], HEAD), "is empty"),
        (lambda rows: ([*rows, ["short"]], HEAD), "Line 102 of train.csv has 1 cells"),
        (lambda rows: (rows, [*HEAD[:-2], "plan", "Left"]), "two columns of one name"),
    ],
)
def test_rows_that_cannot_be_used_say_what_to_do(tmp_path, change, says):
    train = written(tmp_path / "train.csv", *change(rows_of(100)))

    with pytest.raises(CommandError) as refused:
        measured(tmp_path, "--train", train, "--test", train)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: without(rows, "plan", "tenure"), "other.csv lacks columns that were learned from: tenure, plan"),
        (
            lambda rows: ([[row[0], "many", *row[2:]] for row in rows], HEAD),
            "Line 2 of other.csv holds 'many' where 'failures'",
        ),
        (lambda rows: ([], HEAD), "other.csv is empty"),
    ],
)
def test_a_test_file_of_another_shape_is_refused(tmp_path, change, says):
    train = written(tmp_path / "train.csv", rows_of(100))
    other = written(tmp_path / "other.csv", *change(rows_of(100)))

    with pytest.raises(CommandError) as refused:
        measured(tmp_path, "--train", train, "--test", other)
    assert says in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere\.csv cannot be read"):
        measured(tmp_path, "--train", str(tmp_path / "nowhere.csv"), "--folds", "3")
