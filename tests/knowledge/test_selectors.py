"""Confirming passages: one query, which reads nothing that a passage is not made of."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from knowledge.generations import live_generation
from knowledge.models import IndexGeneration, Passage
from knowledge.ports import PassageRecord
from knowledge.selectors import DatabasePassages, TriedPassages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stored(article, work):
    for number in range(3):
        article(
            f"Returns {number}", "## Time\n\nThirty days.\n\n## Cost\n\nFree.", published=True, questions=("How long?",)
        )
    work()
    return list(Passage.objects.order_by("pk"))


def generation() -> IndexGeneration:
    found = live_generation()
    assert found is not None
    return found


def as_stored(row: Passage) -> PassageRecord:
    version, document = row.version, row.version.document
    return PassageRecord(
        id=str(row.pk),
        document_id=str(document.public_id),
        version_id=str(version.public_id),
        version_number=version.number,
        collection_id=document.collection_id,
        title=version.title,
        heading_path=tuple(row.heading_path),
        text=row.text,
        language=version.language,
        kind=row.kind,
        section_key=" › ".join(row.heading_path),
        questions=tuple(row.questions),
    )


@pytest.mark.parametrize("source_of", [DatabasePassages, lambda live: TriedPassages(live, ())])
def test_confirms_in_one_query_without_the_texts_of_whole_articles(stored, help_shelf, source_of):
    source = source_of(generation())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = source.confirm([str(one.pk) for one in stored], [help_shelf.pk])
    assert len(queries) == 1
    assert '"body"' not in queries[0]["sql"]
    assert found == {str(one.pk): as_stored(one) for one in stored}
