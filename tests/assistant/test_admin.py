"""The why-page tells what happened in words, and trying a question leaves no trace."""

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from csassist.accounts.models import User
from csassist.assistant.decision import ANSWER_FROM
from csassist.assistant.models import AnswerRun, AnswerTrace
from csassist.conversations.models import Conversation, Message
from knowledge.models import Audience, Collection
from tests import factories
from tests.knowledge.conftest import SignedIn, Work, WriteArticle

pytestmark = [pytest.mark.django_db, pytest.mark.once]

BODY = "# Returns\n\nYou can return any item within 30 days of delivery.\n\n# Refunds\n\nRefunds take 5 working days."


GONE = "33333333-3333-3333-3333-333333333333"
PASSAGE = "11111111-1111-1111-1111-111111111111"
SENTENCES = [
    {"text": "You have 30 days.", "released": True, "cited": [1], "support": 1.0},
    {
        "text": "We pay 90 pounds.",
        "released": False,
        "cited": [1],
        "support": 0.4,
        "fault": "figure_not_in_source",
        "detail": "90",
    },
]


def used_passage(number: int, title: str, document: str, version: int) -> dict[str, object]:
    ids = {"passage": PASSAGE, "document": document, "version": document, "version_number": version}
    return {"number": number, "title": title, "heading_path": ["Returns"], "score": 0.7, **ids}


@pytest.fixture
def trace(article: WriteArticle) -> AnswerTrace:
    document = article("Returns", BODY, published=True)
    message = factories.MessageFactory.create(author="assistant", text="You have 30 days [1].", outcome="send")
    run = AnswerRun.objects.create(conversation=message.conversation, lease_until=message.created_at)
    candidate = {"passage": PASSAGE, "document": str(document.public_id), "dense_rank": 1, "dense_score": 0.9}
    return AnswerTrace.objects.create(
        run=run,
        message=message,
        question="How long may I return <b>things</b>?",
        searched_text="returns\nHow long may I return things?",
        language="en",
        asks="question",
        outcome="send",
        reason="supported",
        written_by="model",
        model_name="test-model",
        prompt_versions={"answer_question": 4},
        support=0.91,
        evidence={"coverage": 0.8, "dense_top": 0.9},
        passages=[
            used_passage(1, "Returns", str(document.public_id), 1),
            used_passage(2, "Gone since", GONE, 7),
        ],
        candidates=[{**candidate, "fused_score": 0.7, "dropped": None}],
        sentences=SENTENCES,
        degraded=["dense"],
        stage_milliseconds={"total": 12.5},
    )


def why(client: Client, trace: AnswerTrace) -> str:
    answer = client.get(reverse("admin:assistant_answertrace_change", args=[trace.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_why_page_tells_decision_verdicts_and_what_it_was_made_with(
    trace: AnswerTrace, ben: User, signed_in: SignedIn
):
    page = why(signed_in(ben), trace)

    assert "The passages support an answer." in page
    assert "A number, date or code in it does not stand in its source. It is: 90" in page
    assert "answer_question" in page
    assert "version 4" in page
    assert "test-model" in page
    assert "This part of the search was down: by meaning." in page
    assert reverse("admin:conversations_conversation_change", args=[trace.run.conversation_id]) in page
    assert f"{reverse('admin:knowledge_document_by_id', args=[trace.passages[0]['document']])}?version=1" in page


def test_the_why_page_shows_markup_of_a_question_as_text(trace: AnswerTrace, ben: User, signed_in: SignedIn):
    assert "&lt;b&gt;things&lt;/b&gt;" in why(signed_in(ben), trace)


def test_a_source_that_was_deleted_since_is_named_and_not_linked(trace: AnswerTrace, ben: User, signed_in: SignedIn):
    page = why(signed_in(ben), trace)

    assert "Gone since" in page
    assert GONE not in page


def test_a_message_leads_to_its_why_page_and_one_of_a_customer_to_the_list(
    trace: AnswerTrace, ben: User, signed_in: SignedIn
):
    client = signed_in(ben)
    written = factories.MessageFactory.create()
    assert trace.message is not None

    of_answer = client.get(reverse("admin:assistant_why", args=[trace.message.public_id]))
    of_question = client.get(reverse("admin:assistant_why", args=[written.public_id]))

    assert of_answer["Location"] == reverse("admin:assistant_answertrace_change", args=[trace.pk])
    assert of_question["Location"] == reverse("admin:assistant_answertrace_changelist")


def test_traces_with_an_index_down_can_be_filtered(trace: AnswerTrace, ben: User, signed_in: SignedIn):
    client = signed_in(ben)
    address = reverse("admin:assistant_answertrace_changelist")

    found = {choice: client.get(address, {"degraded": choice}).context["cl"].result_count for choice in ("yes", "no")}

    assert found == {"yes": 1, "no": 0}


def test_traces_are_read_only_for_everybody(trace: AnswerTrace, dora: User, signed_in: SignedIn):
    client = signed_in(dora)

    assert client.get(reverse("admin:assistant_answertrace_add")).status_code == 403
    assert client.get(reverse("admin:assistant_answertrace_delete", args=[trace.pk])).status_code == 403
    assert client.post(reverse("admin:assistant_answertrace_change", args=[trace.pk])).status_code in {200, 403}
    trace.refresh_from_db()
    assert trace.reason == "supported"


def test_the_list_of_traces_needs_no_more_queries_for_more_rows(
    trace: AnswerTrace, ben: User, signed_in: SignedIn, django_assert_max_num_queries
):
    conversation = trace.run.conversation
    for number in range(30):
        run = AnswerRun.objects.create(conversation=conversation, lease_until=trace.created_at, state="done")
        AnswerTrace.objects.create(run=run, question=f"Q{number}", language="en", outcome="hand_off", reason="thanks")
    client = signed_in(ben)

    with django_assert_max_num_queries(8):
        answer = client.get(reverse("admin:assistant_answertrace_changelist"))

    assert answer.content.decode().count("Handed to a person") >= 30


def ask(client: Client, question: str, **choices: Any) -> str:
    answer = client.get(reverse("admin:assistant_test_question"), {"question": question, "reader": "public", **choices})
    assert answer.status_code == 200
    return answer.content.decode()


def counts() -> dict[str, int]:
    models = [one.model_class() for one in ContentType.objects.all()]
    return {
        str(model._meta.label): model._default_manager.count()
        for model in models
        if model is not None and model._meta.app_label in {"conversations", "assistant", "llm", "audit", "knowledge"}
    }


def test_trying_a_question_shows_sources_decision_and_why_and_stores_nothing(
    article: WriteArticle, work: Work, ben: User, signed_in: SignedIn
):
    article("Returns", BODY, published=True)
    work()
    client = signed_in(ben)
    before = counts()

    page = ask(client, "How many days do I have to return an item after delivery?")

    assert "return any item within 30 days" in page
    assert "source 1" in page
    assert f"answers from {ANSWER_FROM}" in page
    assert counts() == before


def test_trying_a_question_sees_what_the_chosen_reader_sees(
    article: WriteArticle, staff_shelf: Collection, work: Work, ben: User, signed_in: SignedIn
):
    article("Goodwill", "Goodwill vouchers may reach 40 pounds.", published=True, collection=staff_shelf)
    work()
    client = signed_in(ben)

    assert "may reach 40 pounds" not in ask(client, "goodwill vouchers limit", reader=Audience.PUBLIC)
    assert "may reach 40 pounds" in ask(client, "goodwill vouchers limit", reader=Audience.AGENTS)


def test_trying_a_question_may_be_limited_to_a_collection(
    article: WriteArticle, help_shelf: Collection, staff_shelf: Collection, work: Work, ben: User, signed_in: SignedIn
):
    article("Returns", BODY, published=True)
    work()

    page = ask(signed_in(ben), "return an item", reader="agents", collections=[staff_shelf.pk])

    assert "Nothing was proposed." in page


def test_trying_a_question_with_the_vector_index_down_says_what_was_degraded(
    article: WriteArticle, work: Work, ben: User, signed_in: SignedIn, settings: Settings
):
    article("Returns", BODY, published=True)
    work()
    settings.CSASSIST_CHROMA_PORT = 9

    page = ask(signed_in(ben), "How many days do I have to return an item?")

    assert "This part of the search was down: by meaning." in page
    assert "return any item within 30 days" in page


@pytest.mark.usefixtures("no_indexes")
def test_trying_a_question_before_anything_was_indexed_says_so(ben: User, signed_in: SignedIn):
    assert "Nothing has been indexed yet" in ask(signed_in(ben), "hello there, how are returns handled?")


def test_a_customer_cannot_try_questions(client: Client):
    assert client.get(reverse("admin:assistant_test_question")).status_code == 302


def test_the_conversation_of_a_trace_stays_as_it_was(trace: AnswerTrace, ben: User, signed_in: SignedIn):
    before = Conversation.objects.values().get(pk=trace.run.conversation_id), Message.objects.count()

    why(signed_in(ben), trace)

    assert (Conversation.objects.values().get(pk=trace.run.conversation_id), Message.objects.count()) == before


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "Reads like an attack",
                "It asks to ignore instructions or rules",
                "an e-mail address",
                "no answer in time",
            ),
        ),
        ("zh-hans", ("疑似攻击", "该消息要求无视指令或规则", "电子邮件地址", "评判模型未能及时作答")),
    ],
)
def test_marks_judgements_and_what_was_withheld_are_said_in_words(
    trace: AnswerTrace, ben: User, signed_in: SignedIn, settings: Settings, language: str, words: tuple[str, ...]
):
    withheld = {"text": "•••", "released": False, "fault": "discloses_identifier", "detail": "e-mail"}
    unsure = {"text": "Perhaps.", "released": False, "fault": "not_comparable", "judgement": "unavailable"}
    AnswerTrace.objects.filter(pk=trace.pk).update(marks=["override"], sentences=[withheld, unsure])
    client = signed_in(ben)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = client.get(reverse("admin:assistant_answertrace_change", args=[trace.pk])).text
    for word in words:
        assert word in page
    listed = reverse("admin:assistant_answertrace_changelist")
    assert "things" in client.get(listed, {"marked": "yes"}).text
    AnswerTrace.objects.update(marks=[])
    assert "How long may I return" not in client.get(listed, {"marked": "yes"}).text
