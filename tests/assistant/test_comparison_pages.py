"""Golden questions and comparisons as staff see and decide them."""

import re
import uuid
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from csassist.assistant import golden_questions
from csassist.assistant.golden import Answered, Expectation, Source, misses
from csassist.assistant.golden_questions import QuestionText
from csassist.assistant.models import ComparedAnswer, Comparison, GoldenQuestion
from csassist.audit.models import AuditEvent
from csassist.core.verdicts import Verdict
from csassist.llm import choices
from knowledge import services
from knowledge.models import Collection, DocumentVersion
from tests.knowledge.conftest import WriteArticle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_indexes")]


@pytest.fixture
def browser(client: Client, cleo) -> Client:
    client.force_login(cleo)
    return client


@pytest.fixture
def held(article: WriteArticle, help_shelf: Collection) -> Comparison:
    """A draft that was tried and held back because of one answer of two."""
    document = article("Refunds", "Refunds take 5 working days.", published=True)
    question = golden_questions.write(
        text=QuestionText(question="How long do refunds take?", collection=help_shelf, must_contain=("5 working days",))
    )
    version = services.write_version(
        document=document, text=services.VersionText(title="Refunds", body="Refunds take 10 working days.")
    )
    comparison = Comparison.objects.create(
        kind="article", state="done", verdict=Verdict.REGRESSED, title="Refunds", public_id=uuid.uuid4()
    )
    comparison.versions.add(version)
    DocumentVersion.objects.filter(pk=version.pk).update(verdict=Verdict.REGRESSED, verdict_run=comparison.public_id)
    before = answered("Refunds take 5 working days. [1]", document.public_id)
    after = answered("Refunds take 10 working days. [1]", document.public_id)
    for ordinal, change in enumerate(("same", "regressed"), start=1):
        ComparedAnswer.objects.create(
            comparison=comparison,
            ordinal=ordinal,
            golden_question=question,
            question=question.question,
            before=before.as_json(),
            after=(before if change == "same" else after).as_json(),
            change=change,
        )
    return comparison


def answered(text: str, document: uuid.UUID) -> Answered:
    plain = Answered(action="send", reason="quoted", text=text, sources=(Source(str(document), "Refunds", 1),))
    return Answered(**{**plain.as_json(), "sources": plain.sources, "misses": misses(EXPECTED, plain)})  # type: ignore[arg-type]


EXPECTED = Expectation(must_contain=("5 working days",))


def page(browser: Client, name: str, *args: object) -> str:
    response = browser.get(reverse(f"admin:assistant_{name}", args=args), follow=True)
    assert response.status_code == 200
    html = response.content.decode()
    assert " style=" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", html)
    return unescape(html)


def test_the_worse_answer_stands_first_with_what_differs_marked(browser, held):
    html = page(browser, "comparison_change", held.pk)
    assert html.index("Worse</span>") < html.rindex("The same</span>")
    assert "The answer does not contain “5 working days”." in html
    assert "<mark>5</mark>" in html
    assert "<mark>10</mark>" in html


def test_a_change_is_published_against_its_verdict_only_with_a_reason(browser, held):
    address = reverse("admin:assistant_comparison_overrule", args=[held.pk])
    version = held.versions.get()
    browser.post(address, {"reason": " "})
    version.refresh_from_db()
    assert version.state == "draft"

    browser.post(address, {"reason": "Our bank has become slower."})
    version.refresh_from_db()
    assert (version.state, version.overrule_reason) == ("published", "Our bank has become slower.")
    assert AuditEvent.objects.filter(action="document.verdict_overruled", actor_name="cleo").exists()
    assert "Publish all the same" not in page(browser, "comparison_change", held.pk)


def test_an_agent_sees_a_comparison_and_decides_nothing(client, ben, held):
    client.force_login(ben)
    assert "Publish all the same" not in page(client, "comparison_change", held.pk)
    for name in ("overrule", "cancel"):
        response = client.post(reverse(f"admin:assistant_comparison_{name}", args=[held.pk]), {"reason": "because"})
        assert response.status_code == 403
    assert held.versions.get().state == "draft"


def test_the_document_leads_to_what_would_change(browser, held):
    version = held.versions.select_related("document").get()
    response = browser.get(reverse("admin:knowledge_document_change", args=[version.document_id]))
    assert "Golden questions would be answered worse" in response.content.decode()
    response = browser.get(reverse("admin:assistant_verdict", args=["document", version.public_id]))
    assert response.headers["Location"] == reverse("admin:assistant_comparison_change", args=[held.pk])


def test_a_text_that_waits_is_waited_for_and_another_is_not(browser, held):
    version = held.versions.get()
    address = reverse("admin:assistant_verdict", args=["document", version.public_id])
    DocumentVersion.objects.filter(pk=version.pk).update(verdict=Verdict.WAITING, verdict_run=None)
    assert browser.get(address).headers["Refresh"] == "2"
    DocumentVersion.objects.filter(pk=version.pk).update(verdict=Verdict.NONE)
    assert "Refresh" not in browser.get(address).headers
    assert browser.get(reverse("admin:assistant_verdict", args=["prompt", uuid.uuid4()])).status_code == 404


def test_a_golden_question_is_written_changed_and_deleted(browser, help_shelf):
    address = reverse("admin:assistant_goldenquestion_add")
    form = {
        "question": "多久可以退款？",
        "collection": help_shelf.pk,
        "expects": "answer",
        "must_contain": "5 个工作日\n\n 银行卡 ",
        "earlier": "Customer: 你好\nAssistant: 您好",
        "reader": "public",
        "is_active": "on",
    }
    assert "Choose what it guards" in browser.post(address, form | {"collection": ""}).content.decode()
    assert "Begin each line" in browser.post(address, form | {"earlier": "Hello"}).content.decode()
    assert not GoldenQuestion.objects.exists()
    browser.post(address, form)
    question = GoldenQuestion.objects.get()
    assert (question.must_contain, question.language) == (["5 个工作日", "银行卡"], "zh")
    assert question.earlier[0] == {"speaker": "Customer", "text": "你好"}

    browser.post(reverse("admin:assistant_goldenquestion_change", args=[question.pk]), form | {"must_contain": ""})
    question.refresh_from_db()
    assert question.must_contain == []
    browser.post(reverse("admin:assistant_goldenquestion_delete", args=[question.pk]), {"post": "yes"})
    help_shelf.refresh_from_db()
    assert not help_shelf.is_guarded


def test_an_agent_reads_golden_questions_and_writes_none(client, ben, held):
    client.force_login(ben)
    question = GoldenQuestion.objects.get()
    assert "How long do refunds take?" in page(client, "goldenquestion_change", question.pk)
    address = reverse("admin:assistant_goldenquestion_change", args=[question.pk])
    assert client.post(address, {"question": "x"}).status_code == 403
    assert client.get(reverse("admin:assistant_goldenquestion_add")).status_code == 403


def test_questions_are_asked_on_demand(browser, held):
    address = reverse("admin:assistant_goldenquestion_changelist")
    question = GoldenQuestion.objects.get()
    response = browser.post(address, {"action": "ask_now", "_selected_action": [question.pk]})
    comparison = Comparison.objects.get(kind="check")
    assert response.headers["Location"] == reverse("admin:assistant_comparison_change", args=[comparison.pk])
    assert "0 of 1 questions asked" in page(browser, "comparison_change", comparison.pk)


def test_a_model_is_proposed_by_an_admin_and_nobody_else(client, dora, cleo, settings):
    settings.CSASSIST_LLM_BASE_URL = "http://127.0.0.1:9/v1"
    address = reverse("admin:llm_modelchoice_add")
    client.force_login(cleo)
    assert client.post(address, {"name": "bigger"}).status_code == 403
    client.force_login(dora)
    response = client.post(address, {"name": "bigger", "note": "Longer answers"})
    [choice] = choices.waiting()
    assert response.headers["Location"] == reverse("admin:assistant_verdict", args=["model", choice.public_id])
    assert (
        "is the model in use"
        in client.post(address, {"name": settings.CSASSIST_LLM_MODEL}, follow=True).content.decode()
    )
    assert client.get(reverse("admin:llm_modelchoice_changelist")).status_code == 200
