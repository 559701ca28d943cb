"""Knowledge health in the admin site: both sides of a finding, the decision about it, the warning before publishing."""

import pytest
from django.test import Client
from django.urls import reverse

from csassist.accounts.models import User
from knowledge.curation import checks
from knowledge.curation.wording import highlighted
from knowledge.models import Finding
from tests.knowledge.conftest import SignedIn, Work, WriteArticle

pytestmark = pytest.mark.django_db

PAID = "We check a return and pay the refund within {} working days after the parcel has reached the warehouse."


@pytest.fixture
def finding(article: WriteArticle, work: Work) -> Finding:
    article("When you get your refund", PAID.format(5), published=True)
    article("Refund of a faulty item", PAID.format(10), published=True)
    article("Hub", "The hub lights up blue while it starts. <script>alert(1)</script>", published=True)
    work()
    checks.check_due(budget_seconds=60)
    return Finding.objects.get(kind=Finding.Kind.CONTRADICTION)


def page(client: Client, name: str, *arguments: object, **query: str) -> str:
    answer = client.get(reverse(name, args=arguments), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_shows_both_quotes_with_their_figures_and_takes_a_dismissal_with_its_reason(
    finding: Finding, cleo: User, signed_in: SignedIn
):
    client = signed_in(cleo)
    for shown in (
        page(client, "admin:knowledge_finding_changelist", kind="contradiction"),
        page(client, "admin:knowledge_finding_change", finding.pk),
    ):
        assert "<mark>5 working days</mark>" in shown
        assert "<mark>10 working days</mark>" in shown
    assert "<mark>" not in page(client, "admin:knowledge_finding_changelist", kind="unused")
    assert "diff-removed" in page(client, "admin:knowledge_finding_compare", finding.pk)

    address = reverse("admin:knowledge_finding_dismiss", args=[finding.pk])
    assert "Say why" in client.post(address, {"reason": " "}, follow=True).content.decode()
    assert "Dismissed." in client.post(address, {"reason": "Other rule"}, follow=True).content.decode()
    assert "Other rule" in page(client, "admin:knowledge_finding_changelist", state="dismissed")
    finding.refresh_from_db()
    assert (finding.state, finding.dismissed_by) == ("dismissed", cleo)
    client.post(reverse("admin:knowledge_finding_reopen", args=[finding.pk]))
    finding.refresh_from_db()
    assert finding.state == "open"


def test_an_agent_reads_and_decides_nothing(finding: Finding, ben: User, signed_in: SignedIn):
    client = signed_in(ben)
    assert "Dismiss" not in page(client, "admin:knowledge_finding_change", finding.pk).replace("Dismissed", "")
    for name in ("dismiss", "reopen"):
        assert client.post(reverse(f"admin:knowledge_finding_{name}", args=[finding.pk])).status_code == 403


def test_a_draft_shows_what_it_would_contradict_and_links_to_the_comparison(
    finding: Finding, article: WriteArticle, cleo: User, signed_in: SignedIn
):
    draft = article("Money back", PAID.format(20))
    client = signed_in(cleo)
    shown = page(client, "admin:knowledge_document_change", draft.pk)
    assert "If you publish this draft" in shown
    assert "<mark>20 working days</mark>" in shown
    other = finding.document
    compared = page(client, "admin:knowledge_finding_compare_draft", draft.versions.get().pk, other.public_id)
    assert "diff-added" in compared
    assert "If you publish" not in page(client, "admin:knowledge_document_change", other.pk)


def test_marks_the_words_that_matter_whatever_their_blanks_and_case():
    parts = highlighted("Paid **Within 10  Working days** <b>", ["10 working days"])

    assert [(part.text, part.is_marked) for part in parts] == [
        ("Paid Within ", False),
        ("10  Working days", True),
        (" <b>", False),
    ]
    assert [part.text for part in highlighted("款项在 7个工作日内", ["7 个工作日"]) if part.is_marked] == ["7个工作日"]
