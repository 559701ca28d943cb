"""Confirming passages: one query, which reads nothing that a passage is not made of."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from knowledge import services
from knowledge.generations import live_generation
from knowledge.models import IndexGeneration, Passage
from knowledge.ports import PassageRecord
from knowledge.selectors import DatabasePassages, TriedPassages
from knowledge.services import VersionText

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


def test_says_which_documents_have_a_newer_live_text_than_a_passage(article, work, help_shelf, staff_shelf):
    replaced, drafted, withdrawn = (
        article(title, f"{title}: thirty days.", published=True) for title in ("Returns", "Delivery", "Repairs")
    )
    article("Unpublished", "Never shown.")
    work()
    old = {row.version.document_id: str(row.pk) for row in Passage.objects.select_related("version")}
    services.publish(version=services.write_version(document=replaced, text=VersionText("Returns", "Now ten days.")))
    draft = services.write_version(document=drafted, text=VersionText("Delivery", "Tomorrow."))
    services.stage(version=draft)
    services.withdraw(document=withdrawn)
    work()
    passages = [old[replaced.pk], old[withdrawn.pk], *(str(row.pk) for row in draft.passages.all())]

    live = DatabasePassages(generation())
    assert live.replaced(passages, [help_shelf.pk]) == {str(replaced.public_id), str(drafted.public_id)}
    assert live.replaced(passages, [staff_shelf.pk]) == frozenset()
    tried = TriedPassages(generation(), (draft.pk,))
    assert tried.replaced(passages, [help_shelf.pk]) == {str(replaced.public_id)}
