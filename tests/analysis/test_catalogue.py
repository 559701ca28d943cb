"""The catalogue of intents, and the files that its examples come and go in."""

import json

import pytest
from django.utils.translation import override

from csassist.analysis import services
from csassist.analysis.example_files import as_json_lines, as_table, examples_of_file
from csassist.analysis.models import Intent, IntentExample
from csassist.analysis.services import ExampleText, IntentText
from csassist.audit.models import AuditEvent
from csassist.core.errors import InvalidInput

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def problems_of(error: InvalidInput) -> dict[str, str]:
    fields = error.extra["fields"]
    assert isinstance(fields, dict)
    return fields


def test_an_intent_speaks_the_language_of_whoever_looks(catalogue):
    intent = catalogue["order_status"]
    assert str(intent) == "Order status"
    with override("zh-hans"):
        assert str(intent) == "订单查询"
    only_chinese = services.write_intent(text=IntentText("fapiao", name_zh="发票"))
    assert str(only_chinese) == "发票"


@pytest.mark.parametrize("key", ["", "oos", "Order", "1st", "a-b", "with blank", "x" * 65, "order_status"])
def test_a_key_is_a_name_for_programs_and_taken_once(catalogue, key):
    with pytest.raises(InvalidInput) as refused:
        services.write_intent(text=IntentText(key, name_en="Name"))
    assert "key" in problems_of(refused.value)


def test_every_missing_word_is_named():
    with pytest.raises(InvalidInput) as refused:
        services.write_intent(text=IntentText("new", description_en="x" * 501))
    assert set(problems_of(refused.value)) == {"name_en", "description_en"}


def test_the_key_of_an_intent_never_changes(catalogue):
    changed = services.write_intent(text=IntentText("other", name_en="Orders"), intent=catalogue["order_status"])
    assert (changed.key, changed.name_en) == ("order_status", "Orders")


def test_the_same_sentence_stands_there_once(catalogue):
    outcome = services.add_examples(
        examples=[
            ExampleText("WHERE  is my order", "order_status"),
            ExampleText("where is my order", "refund_status", place="Line 2:"),
            ExampleText("Ｗhere is my new parcel", "order_status"),
            ExampleText("where is my new parcel", "order_status"),
            ExampleText("where is my new parcel", "oos", place="Line 5:"),
        ]
    )
    assert (outcome.added_count, outcome.known_count, outcome.left_out_count) == (1, 2, 2)
    assert IntentExample.objects.get(text="Where is my new parcel").intent == catalogue["order_status"]


def test_what_cannot_be_an_example_is_named_with_its_place(catalogue):
    outcome = services.add_examples(
        examples=[
            ExampleText(" ", "order_status", place="Line 1:"),
            ExampleText("hello", "greeting", place="Line 2:"),
            ExampleText("x" * 501, "oos", place="Line 3:"),
            ExampleText("sing me a song", "oos"),
            ExampleText("唱首歌", "oos"),
        ]
    )
    assert (outcome.added_count, outcome.left_out_count) == (2, 3)
    assert [problem[:7] for problem in outcome.problems] == ["Line 1:", "Line 2:", "Line 3:"]
    assert set(IntentExample.objects.filter(intent=None).values_list("language", flat=True)) == {"en", "zh"}


def test_a_deleted_intent_takes_its_examples_and_leaves_what_was_read(catalogue, stored, ben):
    row = services.correct(reading=stored(), field="intent", value="refund_status", by=ben)
    services.remove_intents(intents=[catalogue["refund_status"]])
    row.refresh_from_db()
    assert (row.intent, row.intent_key) == (None, "refund_status")
    assert not IntentExample.objects.filter(intent__key="refund_status").exists()
    assert AuditEvent.objects.filter(action="intent.deleted").exists()


def test_counts_are_of_each_language(catalogue):
    services.add_examples(examples=[ExampleText("我的订单在哪里", "order_status")])
    counted = Intent.objects.with_counts().get(key="order_status")
    assert [getattr(counted, f"{name}_count") for name in ("examples", "english", "chinese")] == [7, 6, 1]


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_what_is_exported_can_be_imported_again(catalogue, kind):
    services.add_examples(
        examples=[ExampleText("=1+1, is that the price?", "oos"), ExampleText('Say "hi"，再说', "oos", "zh")]
    )
    rows = IntentExample.objects.select_related("intent").order_by("pk")
    before = list(rows.values_list("text", "intent__key", "language"))
    content = "".join(as_json_lines(rows) if kind == "jsonl" else as_table(rows)).encode()
    IntentExample.objects.all().delete()

    outcome = services.add_examples(examples=examples_of_file(f"examples.{kind}", content))

    assert outcome.left_out_count == 0
    assert list(rows.all().values_list("text", "intent__key", "language")) == before


def test_a_spreadsheet_takes_no_sentence_for_a_formula(catalogue):
    services.add_examples(examples=[ExampleText('=HYPERLINK("https://x.example")', "oos")])
    lines = "".join(as_table(IntentExample.objects.filter(intent=None)))
    assert "\"'=HYPERLINK(" in lines


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.jsonl", b"\xff\xfe", "UTF-8"),
        ("a.jsonl", b"", "no examples"),
        ("a.jsonl", b'{"text": "a", "label": "oos"}\n{', "Line 2"),
        ("a.jsonl", b"[1]", "Line 1"),
        ("a.jsonl", b"[" * 20_000, "Line 1"),
        ("a.csv", b"words,intent\na,b\n", "columns"),
        ("a.csv", b'text,label\n"a', "table"),
        ("a.csv", b"text,label\n", "no examples"),
        ("a.jsonl", json.dumps({"text": "a", "label": "oos"}).encode() + b" " * 5_000_001, "5 MB"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(name, content, problem):
    with pytest.raises(InvalidInput, match=problem):
        examples_of_file(name, content)


def test_columns_may_stand_in_any_order_and_blank_lines_are_passed_over():
    rows = examples_of_file("a.CSV", "Label,note,Text\noos,x,唱首歌\n,,\n".encode())
    assert [(one.text, one.label, one.language) for one in rows] == [("唱首歌", "oos", "")]
