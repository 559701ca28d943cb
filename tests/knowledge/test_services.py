"""A document's life: which step may follow which, what each leaves behind, and that answers follow at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from csassist.accounts.models import User
from csassist.audit.models import AuditEvent
from csassist.core.errors import Conflict, InvalidInput
from knowledge import editing, services
from knowledge.lifecycle import ALLOWED, EDITABLE, check_move
from knowledge.models import (
    Audience,
    Collection,
    Document,
    DocumentVersion,
    IndexGeneration,
    IndexJob,
    VersionKind,
    VersionState,
)
from knowledge.services import Place, VersionText
from tests.knowledge.conftest import Find, Work, WriteArticle

pytestmark = pytest.mark.django_db

DRAFT, IN_REVIEW, PUBLISHED = VersionState.DRAFT, VersionState.IN_REVIEW, VersionState.PUBLISHED
SUPERSEDED, EXPIRED, ARCHIVED = VersionState.SUPERSEDED, VersionState.EXPIRED, VersionState.ARCHIVED
MOVES = {
    (DRAFT, IN_REVIEW),
    (DRAFT, PUBLISHED),
    (DRAFT, ARCHIVED),
    (IN_REVIEW, DRAFT),
    (IN_REVIEW, PUBLISHED),
    (IN_REVIEW, ARCHIVED),
    (PUBLISHED, SUPERSEDED),
    (PUBLISHED, EXPIRED),
    (PUBLISHED, ARCHIVED),
    (EXPIRED, ARCHIVED),
}


def newest(document: Document) -> DocumentVersion:
    return document.versions.order_by("-number")[0]


@pytest.mark.parametrize("current", list(VersionState))
@pytest.mark.parametrize("wanted", list(VersionState))
def test_a_version_moves_only_along_the_table(current: VersionState, wanted: VersionState):
    if (current, wanted) in MOVES:
        check_move(current, wanted)
    else:
        with pytest.raises(Conflict):
            check_move(current, wanted)


def test_only_drafts_and_versions_in_review_can_be_edited():
    assert {state for state in VersionState if state in EDITABLE} == {DRAFT, IN_REVIEW}
    assert set(ALLOWED) == set(VersionState)


@pytest.mark.parametrize("state", [PUBLISHED, SUPERSEDED, EXPIRED, ARCHIVED])
def test_a_version_that_was_published_keeps_its_text_for_ever(article: WriteArticle, state: VersionState):
    version = newest(article("Returns", "30 days."))
    DocumentVersion.objects.filter(pk=version.pk).update(state=state)

    with pytest.raises(Conflict):
        services.edit_draft(version=version, text=VersionText("Returns", "60 days."))

    version.refresh_from_db()
    assert version.body == "30 days."


def test_a_new_version_leaves_the_published_one_and_earlier_drafts_as_they_are(article: WriteArticle):
    document = article("Returns", "30 days.", published=True)

    services.write_version(document=document, text=VersionText("Returns", "60 days."))
    services.write_version(document=document, text=VersionText("Returns", "90 days."))

    bodies = list(document.versions.order_by("number").values_list("body", "state"))
    assert bodies == [("30 days.", "published"), ("60 days.", "draft"), ("90 days.", "draft")]


def test_publishing_a_second_version_supersedes_the_first(article: WriteArticle, work: Work):
    document = article("Returns", "30 days.", published=True)
    work()
    services.write_version(document=document, text=VersionText("Returns", "60 days."))
    services.publish(version=newest(document))
    work()

    document.refresh_from_db()
    assert document.live_version == document.published_version == newest(document)
    assert document.versions.get(number=1).state == SUPERSEDED


def test_two_versions_published_before_any_indexing_end_with_the_last(article: WriteArticle, find: Find, work: Work):
    document = article("Returns", "You may return things for 30 days.", published=True)
    services.write_version(document=document, text=VersionText("Returns", "You may return things for 60 days."))
    services.publish(version=newest(document))

    work()

    assert [one.passage.text for one in find("how long may I return things").passages] == [
        "You may return things for 60 days."
    ]
    assert document.versions.get(number=1).state == SUPERSEDED


@pytest.mark.parametrize("body", ["", "   \n"])
def test_a_version_without_text_cannot_be_published(article: WriteArticle, body: str):
    document = article("Returns", body)

    with pytest.raises(InvalidInput):
        services.publish(version=newest(document))

    document.refresh_from_db()
    assert document.published_version is None


def test_who_published_what_when_is_kept(article: WriteArticle, cleo: User):
    document = article("Returns", "30 days.")

    services.publish(version=newest(document), publisher=cleo)

    version = newest(document)
    assert (version.published_by, version.published_at is not None) == (cleo, True)
    assert AuditEvent.objects.filter(action="document.published", subject_identifier=str(document.public_id)).exists()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (VersionText(" ", "30 days."), "title"),
        (VersionText("Returns", "not json", kind=VersionKind.QUESTIONS), "body"),
        (VersionText("Returns", '{"question": "Q?"}', kind=VersionKind.QUESTIONS), "body"),
        (VersionText("Returns", "x", expires_at=timezone.now() - timedelta(days=1)), "expires_at"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(help_shelf: Collection, text: VersionText, field: str):
    with pytest.raises(InvalidInput) as refused:
        services.create_document(place=Place(help_shelf), text=text)

    assert list(refused.value.extra["fields"]) == [field]  # type: ignore[call-overload]
    assert not Document.objects.exists()


def withdraw(document: Document) -> None:
    services.withdraw(document=document)


def delete(document: Document) -> None:
    services.delete_document(document=document)


def expire(document: Document) -> None:
    now = timezone.now()
    DocumentVersion.objects.filter(document=document).update(expires_at=now - timedelta(seconds=1))


def hide(document: Document) -> None:
    Collection.objects.filter(pk=document.collection_id).update(audience=Audience.AGENTS)


@pytest.mark.parametrize("take_away", [withdraw, delete, expire, hide])
def test_what_is_taken_away_is_gone_from_the_next_search_without_any_index_work(
    article: WriteArticle, find: Find, work: Work, take_away: Callable[[Document], None]
):
    document = article("Returns", "You may return things for 30 days.", published=True)
    work()
    assert find("return things").passages

    take_away(document)

    assert find("return things").passages == ()


def test_an_expired_document_is_withdrawn_with_its_state(article: WriteArticle, work: Work):
    document = article("Sale", "Half price.", published=True, expires_at=timezone.now() + timedelta(days=1))
    work()

    services.expire_due(now=timezone.now() + timedelta(days=2))

    document.refresh_from_db()
    assert (document.live_version, document.published_version) == (None, None)
    assert newest(document).state == EXPIRED


def test_a_withdrawn_document_can_be_published_again_only_as_a_new_version(
    article: WriteArticle, find: Find, work: Work
):
    document = article("Returns", "You may return things for 30 days.", published=True)
    work()
    services.withdraw(document=document)
    with pytest.raises(Conflict):
        services.publish(version=newest(document))

    services.write_version(document=document, text=VersionText("Returns", "You may return things for 14 days."))
    services.publish(version=newest(document))
    work()

    assert [one.passage.version_number for one in find("return things").passages] == [2]


def test_withdrawing_what_is_not_published_is_refused(article: WriteArticle):
    with pytest.raises(Conflict):
        services.withdraw(document=article("Returns", "30 days."))


def test_deleting_leaves_a_job_that_clears_the_indexes_and_nothing_else(article: WriteArticle, work: Work):
    document = article("Returns", "30 days.", published=True)
    work()
    services.delete_document(document=document)

    job = IndexJob.objects.get(document_public_id=document.public_id)
    assert job.done_sequence < job.sequence
    assert not DocumentVersion.objects.exists()
    work()
    job.refresh_from_db()
    assert (job.done_sequence, job.passages_count) == (job.sequence, 0)


def test_each_change_raises_the_sequence_of_every_generation_in_use(article: WriteArticle, work: Work):
    document = article("Returns", "30 days.", published=True)
    work()
    live = IndexGeneration.objects.get()
    building = IndexGeneration.objects.create(recipe="other", chunking_generation=1, state="building")
    retired = IndexGeneration.objects.create(recipe="older", chunking_generation=1, state="retired")

    services.withdraw(document=document)

    jobs = dict(IndexJob.objects.values_list("generation_id", "sequence"))
    assert jobs[live.pk] > 1
    assert building.pk in jobs
    assert retired.pk not in jobs


class TestEditing:
    def test_an_edit_on_an_outdated_text_is_refused_and_changes_nothing(self, article: WriteArticle):
        document = article("Returns", "30 days.")
        seen = editing.fingerprint(newest(document))
        editing.save_text(document=document, text=VersionText("Returns", "Ben's 60 days."), seen=seen)

        with pytest.raises(editing.TextChanged):
            editing.save_text(document=document, text=VersionText("Returns", "Cleo's 90 days."), seen=seen)

        assert [version.body for version in document.versions.all()] == ["Ben's 60 days."]

    def test_an_edit_of_a_draft_stays_in_that_version_and_of_a_published_text_becomes_a_draft(
        self, article: WriteArticle
    ):
        document = article("Returns", "30 days.")
        first = editing.save_text(
            document=document, text=VersionText("Returns", "31 days."), seen=editing.fingerprint(newest(document))
        )
        services.publish(version=first)
        second = editing.save_text(
            document=document, text=VersionText("Returns", "32 days."), seen=editing.fingerprint(newest(document))
        )

        assert (first.number, second.number, second.state) == (1, 2, DRAFT)

    def test_a_text_that_changed_since_it_was_read_cannot_be_published(self, article: WriteArticle):
        document = article("Returns", "30 days.")
        seen = editing.fingerprint(newest(document))
        services.edit_draft(version=newest(document), text=VersionText("Returns", "300 days."))

        with pytest.raises(editing.TextChanged):
            editing.publish_seen(version=newest(document), seen=seen)

        document.refresh_from_db()
        assert document.published_version is None

    def test_a_text_cannot_be_edited_while_its_file_is_being_read(self, article: WriteArticle):
        document = article("Returns", "30 days.")
        DocumentVersion.objects.filter(document=document).update(parse_state="running")

        with pytest.raises(Conflict):
            editing.save_text(
                document=document, text=VersionText("Returns", "x"), seen=editing.fingerprint(newest(document))
            )

    def test_moving_to_a_staff_collection_hides_it_from_customers_at_once_and_is_found_by_staff_after_work(
        self, article: WriteArticle, staff_shelf: Collection, find: Find, work: Work
    ):
        document = article("Goodwill", "Goodwill vouchers reach 40 pounds.", published=True)
        work()
        editing.place_document(document=document, placed=editing.Placing(staff_shelf))

        assert find("goodwill vouchers").passages == ()
        work()
        assert find("goodwill vouchers").passages == ()
        assert [one.passage.title for one in find("goodwill vouchers", reader=Audience.AGENTS).passages] == ["Goodwill"]
