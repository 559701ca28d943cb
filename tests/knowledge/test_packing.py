from dataclasses import replace

from knowledge.packing import pack
from knowledge.ports import PassageRecord


def record(name: str, *, document: str = "d", text: str = "", kind: str = "passage") -> PassageRecord:
    return PassageRecord(name, document, "v", 1, 1, "", (), text or f"text of {name}", "en", kind, "")


def reasons(records: list[PassageRecord], *, limit: int = 10, budget_tokens: int = 1000) -> list[str | None]:
    return [one.dropped for one in pack(records, limit=limit, budget_tokens=budget_tokens)]


def test_an_article_gives_two_passages_and_rows_count_one_by_one():
    assert reasons([record("1"), record("2"), record("3"), record("4", document="e")]) == [
        None,
        None,
        "document_limit",
        None,
    ]
    assert reasons([record(str(number), kind="qa") for number in range(4)]) == [None] * 4


def test_the_same_text_is_packed_once():
    first = record("1", text="We ship  on Mondays.")
    assert reasons([first, replace(first, id="2", document_id="e", text="We ship on\nMondays.")]) == [None, "duplicate"]


def test_the_limit_and_the_budget_drop_the_tail_with_their_reason():
    records = [record(str(number), document=str(number), text=f"{number} " + "word " * 40) for number in range(5)]
    assert reasons(records, limit=2) == [None, None, "limit", "limit", "limit"]
    assert reasons(records, budget_tokens=110) == [None, None, "budget", "budget", "budget"]


def test_a_shorter_passage_may_follow_one_that_was_too_long():
    records = [record("1"), record("2", document="e", text="word " * 500), record("3", document="f")]
    assert reasons(records, budget_tokens=50) == [None, "budget", None]


def test_the_best_passage_is_packed_even_if_it_alone_is_over_the_budget():
    assert reasons([record("1", text="word " * 500)], budget_tokens=10) == [None]


def test_an_untrusted_source_gives_two_passages_however_many_documents_and_rows_it_has():
    planted = [
        replace(record(f"p{number}", document=f"p{number}", kind=kind), source_id="forum", is_trusted=False)
        for number, kind in enumerate(("passage", "qa", "passage", "qa", "passage"))
    ]
    own = [replace(record(f"o{number}", document=f"o{number}"), source_id="help") for number in range(4)]
    assert reasons([*planted, *own], limit=6) == [None, None, *["source_limit"] * 3, *[None] * 4]
    assert reasons([replace(one, is_trusted=True) for one in planted]) == [None] * 5
