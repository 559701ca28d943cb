"""What staff see and do in the admin site."""

import pytest
from django.test import Client
from django.urls import reverse

from csassist.conversations.admin import conversations as conversation_admin
from csassist.conversations.models import PersonRequest
from csassist.conversations.services import ask_for_person, post_reply, rate_message, receive_message
from tests.conversations.conftest import reply
from tests.factories import ConversationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.once]

CONVERSATIONS = "admin:conversations_conversation_changelist"
PEOPLE = "admin:conversations_personrequest_changelist"


@pytest.fixture
def ben_browser(ben):
    browser = Client()
    browser.force_login(ben)
    return browser


def page_of(browser: Client, name: str, *args: object, **query: str) -> str:
    answer = browser.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_transcript_shows_words_sources_and_opinion_and_nothing_to_type_into(ben_browser, conversation, answer):
    receive_message(conversation=conversation, text="<script>alert(1)</script> and 中文")
    rate_message(message=answer, rating="down", reason="outdated", comment="It was <b>14</b>.")
    ask_for_person(conversation=conversation, name="Ana", contact="ana@example.com")

    page = page_of(ben_browser, "admin:conversations_conversation_change", conversation.pk)

    for shown in (
        "<strong>30 days</strong>",
        "You can return goods within 30 days of delivery.",
        "Returns › How long you have",
        "It is out of date",
        "It was &lt;b&gt;14&lt;/b&gt;.",
        "ana@example.com",
        "中文",
    ):
        assert shown in page
    assert "<script>alert" not in page
    assert 'name="_save"' not in page


def test_a_long_transcript_opens_at_its_end_and_can_be_turned_back(ben_browser, conversation, monkeypatch):
    monkeypatch.setattr(conversation_admin, "MESSAGES_PER_PAGE", 2)
    for number in range(5):
        receive_message(conversation=conversation, text=f"message number {number}")

    last = page_of(ben_browser, "admin:conversations_conversation_change", conversation.pk)
    first = page_of(ben_browser, "admin:conversations_conversation_change", conversation.pk, transcript_page="1")

    assert "message number 4" in last
    assert "message number 0" not in last
    assert "message number 0" in first


@pytest.mark.parametrize(
    ("searched", "is_found"),
    [("ROUTER", True), ("路由器", True), ("parcel", False), ("Ana", True), ("id", True), ("customer", True)],
)
def test_conversations_are_found_by_words_name_and_id(ben_browser, conversation, searched, is_found):
    receive_message(conversation=conversation, text="My router, 路由器, blinks red")
    receive_message(conversation=ConversationFactory.create(customer__name="Zoe"), text="Where is my parcel?")
    ids = {"id": str(conversation.public_id), "customer": str(conversation.customer.public_id)}

    page = page_of(ben_browser, CONVERSATIONS, q=ids.get(searched, searched))

    assert ("My router" in page) is is_found
    assert ("Where is my parcel?" in page) is not is_found


def test_conversations_are_filtered_by_rating(ben_browser, conversation, answer):
    other = ConversationFactory.create()
    receive_message(conversation=other, text="Not rated")
    rate_message(message=answer, rating="down")

    page = page_of(ben_browser, CONVERSATIONS, rated="down")

    assert "How long can I return?" in page
    assert "Not rated" not in page


def test_people_waiting_stand_open_first_and_are_marked_done(ben, ben_browser, conversation):
    receive_message(conversation=conversation, text="Please call me")
    request, _ = ask_for_person(conversation=conversation, name="Ana", contact="ana@example.com", note="After six")
    ask_for_person(conversation=ConversationFactory.create(), name="Later")

    page = page_of(ben_browser, PEOPLE)
    assert page.index("ana@example.com") < page.index("Later")
    for shown in (
        "After six",
        "Please call me",
        reverse("admin:conversations_conversation_change", args=[conversation.pk]),
    ):
        assert shown in page

    done = ben_browser.post(
        reverse(PEOPLE), {"action": "mark_done", "_selected_action": [request.pk]}, follow=True
    ).content.decode()
    assert "1 person marked as done." in done
    assert done.index("Later") < done.index("ana@example.com")
    request.refresh_from_db()
    assert (request.state, request.handled_by) == (PersonRequest.State.DONE, ben)


def test_conversations_are_closed_by_an_action(ben_browser, conversation):
    ben_browser.post(reverse(CONVERSATIONS), {"action": "close", "_selected_action": [conversation.pk]})
    conversation.refresh_from_db()
    assert conversation.status == "closed"


@pytest.mark.parametrize("name", ["conversation", "personrequest", "feedback"])
def test_the_record_cannot_be_written_or_erased_by_anybody(dora, conversation, answer, name):
    rate_message(message=answer, rating="up")
    ask_for_person(conversation=conversation)
    browser = Client()
    browser.force_login(dora)
    pk = {"conversation": conversation.pk, "feedback": answer.feedback.pk}.get(name) or PersonRequest.objects.get().pk
    assert browser.get(reverse(f"admin:conversations_{name}_add")).status_code == 403
    assert browser.post(reverse(f"admin:conversations_{name}_delete", args=[pk])).status_code == 403
    assert browser.post(reverse(f"admin:conversations_{name}_change", args=[pk]), {"state": "done"}).status_code == 403


def test_lists_cost_the_same_however_long_they_are(ben_browser, django_assert_max_num_queries):
    for _ in range(5):
        conversation = ConversationFactory.create()
        receive_message(conversation=conversation, text="Hello")
        rate_message(message=post_reply(conversation=conversation, reply=reply()), rating="up")
        ask_for_person(conversation=conversation)
    for name in ("conversation", "personrequest", "feedback"):
        with django_assert_max_num_queries(10):
            page_of(ben_browser, f"admin:conversations_{name}_changelist")
