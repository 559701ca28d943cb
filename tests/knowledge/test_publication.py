"""A guarded collection: drafts wait in the indexes, unseen, until they are settled."""

import uuid

import pytest
from rest_framework.test import APIClient

from csassist.core.errors import Conflict
from csassist.core.verdicts import Verdict
from knowledge import bulk, publication, services
from knowledge.generations import live_generation
from knowledge.health import compare
from knowledge.models import Collection, Document, DocumentVersion, Source
from knowledge.selectors import TriedPassages
from knowledge.services import VersionText
from tests.knowledge.conftest import Find, Work, WriteArticle

pytestmark = pytest.mark.django_db

BEFORE, AFTER = "Refunds take 5 working days.", "Refunds take 10 working days."


@pytest.fixture
def draft(article: WriteArticle, work: Work, help_shelf: Collection) -> DocumentVersion:
    """Version 2 of a live article, in a collection that is guarded from now on."""
    document = article("Refunds", BEFORE, published=True)
    work()
    Collection.objects.update(is_guarded=True)
    return services.write_version(document=document, text=VersionText(title="Refunds", body=AFTER))


def texts(find: Find) -> str:
    return " ".join(one.passage.text for one in find("How long do refunds take?").passages)


def test_a_draft_that_is_tried_belongs_in_the_indexes_and_is_shown_to_nobody(draft, work, find):
    assert not publication.request(version=draft)
    work()
    generation = live_generation()
    assert generation
    assert compare(generation).is_empty()
    assert BEFORE in texts(find)
    assert AFTER not in texts(find)
    ids = [str(one.pk) for one in draft.passages.all()]
    assert ids
    tried = TriedPassages(generation, [draft.pk]).confirm(ids, [draft.document.collection_id])
    assert [record.text for record in tried.values()] == [AFTER]
    assert TriedPassages(generation, [draft.pk]).confirm(ids, []) == {}


@pytest.mark.parametrize("verdict", [Verdict.REGRESSED, Verdict.INCONCLUSIVE])
def test_what_was_held_back_leaves_the_indexes(draft, work, find, verdict):
    run_id = uuid.uuid4()
    publication.request(version=draft)
    assert publication.take(version=draft, run_id=run_id)
    work()
    assert publication.settle(version=draft, verdict=verdict, run_id=run_id)
    work()
    generation = live_generation()
    assert generation
    assert compare(generation).is_empty()
    assert Document.objects.get().candidate_version is None
    assert BEFORE in texts(find)


def test_what_passed_becomes_live(draft, work, find, cleo):
    run_id = uuid.uuid4()
    publication.request(version=draft, publisher=cleo)
    publication.take(version=draft, run_id=run_id)
    work()
    assert publication.settle(version=draft, verdict=Verdict.PASSED, run_id=run_id)
    work()
    assert AFTER in texts(find)
    generation = live_generation()
    assert generation
    assert compare(generation).is_empty()


def test_withdrawing_stops_what_waits(draft, work):
    run_id = uuid.uuid4()
    publication.request(version=draft)
    publication.take(version=draft, run_id=run_id)
    services.withdraw(document=draft.document)
    assert not publication.settle(version=draft, verdict=Verdict.PASSED, run_id=run_id)
    assert Document.objects.get().published_version is None
    with pytest.raises(Conflict):
        publication.cancel(version=draft)


def test_a_text_of_a_source_that_is_not_trusted_is_published_in_the_name_of_a_person_or_not_at_all(draft, cleo):
    source = Source.objects.create(collection=draft.document.collection, kind="url", trust="untrusted")
    Document.objects.update(source=source)
    run_id = uuid.uuid4()
    DocumentVersion.objects.filter(pk=draft.pk).update(verdict=Verdict.WAITING, verdict_run=run_id)
    assert not publication.settle(version=draft, verdict=Verdict.PASSED, run_id=run_id)
    draft.refresh_from_db()
    assert (draft.state, draft.verdict) == ("draft", Verdict.NONE)

    DocumentVersion.objects.filter(pk=draft.pk).update(
        verdict=Verdict.WAITING, verdict_run=run_id, publication_requested_by=cleo
    )
    assert publication.settle(version=draft, verdict=Verdict.PASSED, run_id=run_id)


def test_programs_and_bulk_acts_wait_as_people_do(draft, cleo):
    client = APIClient()
    client.force_login(cleo)
    answer = client.post(f"/api/v1/documents/{draft.document.public_id}/publish", {}, format="json")
    assert (answer.status_code, answer.json()["newest"]["code"]) == (200, "being_checked")
    assert answer.json()["live_version"] == 1
    publication.cancel(version=draft)
    assert bulk.publish_drafts(Document.objects.all(), publisher=cleo).done_count == 1
    draft.refresh_from_db()
    assert draft.verdict == Verdict.WAITING
