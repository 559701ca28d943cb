"""What comes from a source that is not trusted gets into answers through a person, and only through a person."""

import pytest

from csassist.accounts.models import User
from csassist.audit.context import Actor, acting_as
from csassist.audit.models import AuditEvent
from csassist.core.errors import AppError
from knowledge import services
from knowledge.document_lists import listed, with_versions
from knowledge.models import Collection, Document, Source
from knowledge.reading import read_due
from knowledge.services import Place, VersionText
from knowledge.sources import IncomingFile, add_source, upload_files
from knowledge.trust import ApprovalNeeded, set_trust
from tests.knowledge.conftest import Find, Work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("indexes")]

GUIDE = b"# Returns\n\nYou have 30 days to return what you bought."
PROGRAM = Actor(kind="api_key", identifier="1", name="importer")
UNTRUSTED, TRUSTED = Source.Trust.UNTRUSTED, Source.Trust.TRUSTED


def person(user: User) -> Actor:
    return Actor(kind="staff", identifier=str(user.pk), name=user.username)


def uploaded(shelf: Collection, trust: str, content: bytes = GUIDE) -> Document:
    files = [IncomingFile("a.md", "a.md", content)]
    upload_files(collection=shelf, files=files, publish_when_read=True, author=None, trust=trust)
    read_due()
    return Document.objects.get()


def test_an_untrusted_text_waits_for_a_person_and_says_so(help_shelf: Collection, find: Find, work: Work):
    document = uploaded(help_shelf, UNTRUSTED)
    work()

    one = listed(with_versions(Document.objects.all()))[0]

    assert (document.published_version, document.versions.get().state) == (None, "in_review")
    assert (one.reading.code, one.answers.code) == ("needs_approval", "not_published")
    assert "not trusted" in one.reading.detail
    assert find("how many days to return").passages == ()


def test_a_person_brings_it_into_answers(help_shelf: Collection, cleo: User, find: Find, work: Work):
    document = uploaded(help_shelf, UNTRUSTED)

    with acting_as(person(cleo)):
        services.publish(version=document.versions.get(), publisher=cleo)
    work()

    found = find("how many days to return").passages[0].passage
    assert found.document_id == str(document.public_id)
    assert (found.source_id, found.is_trusted) == (str(document.source.public_id if document.source else ""), False)


@pytest.mark.parametrize("actor", [Actor(), PROGRAM, Actor(kind="customer")])
def test_nobody_but_a_person_can(help_shelf: Collection, actor: Actor):
    document = uploaded(help_shelf, UNTRUSTED)

    with acting_as(actor), pytest.raises(ApprovalNeeded):
        services.publish(version=document.versions.get())

    document.refresh_from_db()
    assert document.published_version is None


def test_the_next_version_of_an_approved_document_waits_too_while_answers_keep_the_first(
    help_shelf: Collection, cleo: User
):
    document = uploaded(help_shelf, UNTRUSTED)
    with acting_as(person(cleo)):
        services.publish(version=document.versions.get(), publisher=cleo)
    first = document.versions.get()
    second = services.write_version(document=document, text=VersionText("Returns", "You have 900 days."))

    with pytest.raises(ApprovalNeeded):
        services.publish(version=second)

    document.refresh_from_db()
    assert document.published_version == first


def test_a_trusted_text_is_published_as_soon_as_it_is_read(help_shelf: Collection, find: Find, work: Work):
    uploaded(help_shelf, TRUSTED)
    work()

    found = find("how many days to return").passages[0].passage
    assert found.is_trusted
    assert found.source_id


def test_what_was_typed_in_has_no_source_and_is_trusted(help_shelf: Collection, find: Find, work: Work):
    document = services.create_document(
        place=Place(help_shelf), text=VersionText("Returns", "You have 30 days to return it.")
    )
    services.publish(version=document.versions.get())
    work()

    found = find("how many days to return").passages[0].passage
    assert (found.source_id, found.is_trusted) == ("", True)


@pytest.mark.parametrize(
    ("kind", "trust", "expected"),
    [
        ("url", None, UNTRUSTED),
        ("sitemap", None, UNTRUSTED),
        ("folder", None, TRUSTED),
        ("url", TRUSTED, TRUSTED),
        ("folder", UNTRUSTED, UNTRUSTED),
    ],
)
def test_the_web_is_not_trusted_unless_somebody_says_so(
    help_shelf: Collection, kind: str, trust: str | None, expected: str
):
    source = add_source(
        collection=help_shelf, kind=kind, location="x", publish_when_read=True, author=None, trust=trust
    )
    assert source.trust == expected


def test_trust_can_be_taken_by_anything_and_given_by_a_person_only(help_shelf: Collection, cleo: User):
    source = Source.objects.create(collection=help_shelf, kind="url", trust=TRUSTED)
    with acting_as(PROGRAM):
        set_trust(source=source, trust=UNTRUSTED)
        with pytest.raises(AppError):
            set_trust(source=source, trust=TRUSTED)
    source.refresh_from_db()
    assert source.trust == UNTRUSTED

    with acting_as(person(cleo)):
        set_trust(source=source, trust=TRUSTED)
        set_trust(source=source, trust=TRUSTED)
    source.refresh_from_db()
    assert source.trust == TRUSTED
    assert [
        event.facts["trust"] for event in AuditEvent.objects.filter(action="source.trust_changed").order_by("pk")
    ] == [
        "untrusted",
        "trusted",
    ]
