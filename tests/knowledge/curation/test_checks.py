"""The checks in the background: what they find, what resolves by itself, and that a killed one is done again."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from csassist.conversations.models import Author, Citation
from csassist.core.errors import Conflict, InvalidInput
from knowledge import services
from knowledge.curation import checks, findings
from knowledge.models import Collection, Document, DocumentCheck, Finding
from knowledge.services import VersionText
from tests.factories import MessageFactory
from tests.knowledge.conftest import Work, WriteArticle

pytestmark = pytest.mark.django_db

PAID = (
    "## When\n\nWe check a return and pay the refund within {} working days after the parcel has reached the warehouse."
)
OTHERS = (
    ("Delivery", "Parcels leave on the day of the order when it arrives before noon."),
    ("Hub", "The hub lights up blue while it starts."),
    ("Gift cards", "A gift card can be used in several orders until it is empty."),
)
Kind, State = Finding.Kind, Finding.State


@pytest.fixture
def base(article: WriteArticle, work: Work) -> list[Document]:
    """Two articles that disagree, and others that make their words rare."""
    for title, body in OTHERS:
        article(title, body, published=True)
    disagreeing = [
        article("When you get your refund", PAID.format(5), published=True),
        article("Refund of a faulty item", PAID.format(10), published=True),
    ]
    work()
    return disagreeing


def check() -> int:
    return checks.check_due(budget_seconds=60)


def open_kinds() -> list[str]:
    return sorted(Finding.objects.open().values_list("kind", flat=True))


def republish(document: Document, body: str, work: Work) -> None:
    document.refresh_from_db()
    title = document.title
    services.publish(version=services.write_version(document=document, text=VersionText(title, body)))
    work()


def test_finds_a_contradiction_once_with_both_quotes_and_resolves_it_when_the_text_is_mended(
    base: list[Document], work: Work
):
    assert check() > 0
    finding = Finding.objects.open().get(kind=Kind.CONTRADICTION)
    assert {finding.document, finding.other_document} == set(base)
    assert {tuple(quote["marked"]) for quote in finding.evidence["quotes"]} == {
        ("5 working days",),
        ("10 working days",),
    }
    for quote in finding.evidence["quotes"]:
        assert quote["text"] in PAID.format(5) + PAID.format(10)

    assert check() == 0
    republish(base[1], PAID.format(5), work)
    assert check() > 0
    finding.refresh_from_db()
    assert (finding.state, finding.resolved_at is None) == (State.RESOLVED, False)


def test_what_was_dismissed_stays_dismissed_until_the_text_changes(base: list[Document], work: Work, cleo):
    check()
    finding = Finding.objects.open().get(kind=Kind.CONTRADICTION)
    with pytest.raises(InvalidInput):
        findings.dismiss(finding=finding, reason="  ", by=cleo)
    findings.dismiss(finding=finding, reason="Faulty items take longer.", by=cleo)
    with pytest.raises(Conflict):
        findings.dismiss(finding=finding, reason="Again.", by=cleo)

    findings.check_all_again()
    check()
    assert Kind.CONTRADICTION not in open_kinds()

    republish(base[1], PAID.format(14), work)
    check()
    assert Finding.objects.open().get(kind=Kind.CONTRADICTION).pk != finding.pk
    findings.reopen(finding=finding)
    finding.refresh_from_db()
    assert (finding.state, finding.dismiss_reason) == (State.OPEN, "")


def test_withdrawing_one_of_them_resolves_what_was_between_them(base: list[Document], work: Work):
    check()
    services.withdraw(document=base[0])
    work()
    assert check() == 1
    assert open_kinds() == []
    assert check() == 0


def test_only_what_changed_is_compared_again(base: list[Document], work: Work):
    check()
    compared = dict(DocumentCheck.objects.values_list("document_id", "compared_at"))
    republish(base[1], PAID.format(12), work)
    assert check() == 1

    again = dict(DocumentCheck.objects.values_list("document_id", "compared_at"))
    assert {pk for pk, at in again.items() if at != compared[pk]} == {base[1].pk}
    quotes = Finding.objects.open().get(kind=Kind.CONTRADICTION).evidence["quotes"]
    assert sorted(quote["marked"][0] for quote in quotes) == ["12 working days", "5 working days"]


def test_a_check_that_was_killed_is_taken_over_when_its_lease_ends(base: list[Document]):
    checks._add_rows()
    now = timezone.now()
    DocumentCheck.objects.update(lease_until=now + timedelta(minutes=5), scanned_at=now)
    assert check() == 0

    DocumentCheck.objects.update(lease_until=now - timedelta(seconds=1))
    assert check() == len(OTHERS) + 2
    assert Kind.CONTRADICTION in open_kinds()


def test_nothing_is_compared_before_the_indexes_have_caught_up(article: WriteArticle, work: Work):
    article("Hub", "The hub lights up blue.", published=True)
    assert check() == 0
    work()
    assert check() > 0


def test_two_articles_that_say_the_same_are_found_as_doubles(article: WriteArticle, work: Work):
    text = "## Reset\n\nUnplug the hub. Hold the button with a pen and plug the hub in again until it flashes white."
    for title, body in (*OTHERS, ("Reset the hub", text), ("Factory reset", text.replace("Hold", "Press and hold"))):
        article(title, body, published=True)
    work()
    check()
    finding = Finding.objects.open().get(kind=Kind.NEAR_DUPLICATE)
    assert finding.evidence["share"] == 1.0


def test_an_overdue_review_and_a_past_promise_make_an_article_stale(article: WriteArticle, work: Work):
    yesterday = timezone.localdate() - timedelta(days=1)
    article("Voice", "A beta is planned for autumn 2024.", published=True, review_due=yesterday)
    article("Soon", "It is new.", published=True, expires_at=timezone.now() + timedelta(days=3))
    work()
    check()
    stale = {one.document.title: one.evidence["reasons"] for one in Finding.objects.open().filter(kind=Kind.STALE)}
    assert stale == {"Voice": ["review_due", "announced_for_the_past"], "Soon": ["expires_soon"]}


def test_an_article_is_unused_only_after_many_answers_without_it(
    article: WriteArticle, work: Work, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("knowledge.curation.scanning.LEAST_ANSWERS", 2)
    settings.CSASSIST_UNUSED_AFTER_DAYS = 90
    used, unused = (
        article(title, text, published=True)
        for title, text, _ in (("Used", "The hub lights up.", 0), ("Unused", "Gift cards last.", 0))
    )
    work()
    for document in (used, unused):
        document.versions.update(published_at=timezone.now() - timedelta(days=100))
    cite(used)
    check()
    assert open_kinds() == []

    cite(used)
    DocumentCheck.objects.update(scanned_at=None)
    check()
    finding = Finding.objects.open().get()
    assert (finding.kind, finding.document, finding.evidence["citations"]) == (Kind.UNUSED, unused, 0)


def cite(document: Document) -> None:
    message = MessageFactory.create(author=Author.ASSISTANT)
    Citation.objects.create(
        message=message,
        number=1,
        passage_id=document.public_id,
        document_id=document.public_id,
        version_id=document.public_id,
        version_number=1,
        title=document.title,
        quote="Some",
        start=0,
        end=4,
        snapshot="Some text.",
    )


def test_a_draft_is_compared_with_what_is_in_answers_before_it_is_published(
    base: list[Document], article: WriteArticle
):
    draft = article("Money back", PAID.format(20)).versions.get()
    issues = checks.findings_if_published(draft)

    marked = {quote.marked for issue in issues if issue.kind == "contradiction" for quote in issue.quotes}
    assert ("20 working days",) in marked
    assert {("5 working days",), ("10 working days",)} & marked
    own = services.write_version(document=base[0], text=VersionText("Refund", PAID.format(10)))
    assert all(str(base[0].public_id) in issue.documents for issue in checks.findings_if_published(own))
    assert not any(issue.kind == "contradiction" for issue in checks.findings_if_published(own))


@pytest.mark.usefixtures("no_indexes")
def test_without_an_index_a_draft_has_no_warnings(help_shelf: Collection, article: WriteArticle):
    assert checks.findings_if_published(article("Money back", PAID.format(20)).versions.get()) == []


def test_the_command_prints_what_is_open(base: list[Document]):
    words, lines = StringIO(), StringIO()
    call_command("check_knowledge", stdout=words)
    call_command("check_knowledge", "--json", stdout=lines)

    assert "contradiction" in words.getvalue()
    printed = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert {str(one.public_id) for one in base} in [set(one["documents"]) for one in printed]
