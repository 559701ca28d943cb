"""Where a document stands is said in words, and the same facts always give the same words."""

from datetime import UTC, datetime, timedelta

import pytest

from knowledge.models import Document, DocumentVersion
from knowledge.standing import IndexingFacts, newest_version, use_in_answers

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
IN_STEP, WAITING = IndexingFacts(), IndexingFacts(is_waiting=True)
FAILING = IndexingFacts(is_waiting=True, failure="The vector store could not write vectors.")


def version(number: int, state: str = "published", **fields: object) -> DocumentVersion:
    return DocumentVersion(pk=number, number=number, state=state, title="T", **fields)


def document(published: DocumentVersion | None = None, live: DocumentVersion | None = None) -> Document:
    return Document(title="T", published_version=published, live_version=live)


FIRST, SECOND = version(1), version(2)
LATER = version(2, effective_from=NOW + DAY)
OVER = version(1, expires_at=NOW - DAY)

CASES = [
    (document(), version(1, "draft"), IN_STEP, "not_published", False),
    (document(), version(1, "in_review"), IN_STEP, "not_published", False),
    (document(), version(1, "archived"), WAITING, "withdrawn", True),
    (document(), version(1, "expired"), IN_STEP, "expired", False),
    (document(), None, IN_STEP, "not_published", False),
    (document(FIRST), FIRST, WAITING, "being_indexed", True),
    (document(FIRST), FIRST, FAILING, "index_failed", True),
    (document(FIRST, FIRST), FIRST, IN_STEP, "live", False),
    (document(FIRST, FIRST), FIRST, WAITING, "live", True),
    (document(FIRST, FIRST), FIRST, FAILING, "live", True),
    (document(SECOND, FIRST), SECOND, WAITING, "being_indexed", True),
    (document(SECOND, FIRST), SECOND, FAILING, "index_failed", True),
    (document(LATER, FIRST), LATER, IN_STEP, "scheduled", False),
    (document(LATER), LATER, IN_STEP, "scheduled", False),
    (document(OVER, OVER), OVER, IN_STEP, "expired", True),
]


@pytest.mark.parametrize(("document", "newest", "facts", "code", "is_moving"), CASES)
def test_a_document_stands_where_its_facts_put_it(
    document: Document, newest: DocumentVersion | None, facts: IndexingFacts, code: str, is_moving: bool
):
    standing = use_in_answers(document, newest, facts, NOW)

    assert (standing.code, standing.is_moving) == (code, is_moving)
    assert standing.text


def test_while_a_new_version_is_being_indexed_the_old_one_is_named():
    standing = use_in_answers(document(SECOND, FIRST), SECOND, WAITING, NOW)

    assert "version 1" in standing.detail


def test_a_failure_is_named_beside_the_badge():
    assert use_in_answers(document(FIRST), FIRST, FAILING, NOW).detail == FAILING.failure


@pytest.mark.parametrize(
    ("newest", "code", "is_moving"),
    [
        (None, "none", False),
        (version(1, "draft"), "draft", False),
        (version(1, "in_review"), "in_review", False),
        (version(1, "draft", parse_state="waiting"), "waiting_to_be_read", True),
        (version(1, "draft", parse_state="running"), "being_read", True),
        (version(1, "draft", parse_state="failed", parse_failure_code="encrypted"), "not_readable", False),
        (version(3), "published", False),
    ],
)
def test_the_newest_version_says_what_is_going_on_with_it(newest: DocumentVersion | None, code: str, is_moving: bool):
    standing = newest_version(newest)

    assert (standing.code, standing.is_moving) == (code, is_moving)
