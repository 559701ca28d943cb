"""What is unread is known to the server: for each conversation, whatever browser asks, until it was seen."""

import pytest

from csassist.conversations.events import ReplyToPost
from csassist.conversations.models import Author
from csassist.conversations.services import post_reply, receive_message, start_conversation
from tests.conversations.conftest import reply

pytestmark = pytest.mark.django_db
UNREAD = "/api/v1/conversations/unread"


def test_answers_are_unread_until_they_were_seen_across_conversations(ana, ana_client, conversation):
    other = start_conversation(customer=ana)
    receive_message(conversation=conversation, text="A question")
    first, second = (post_reply(conversation=conversation, reply=reply()) for _ in range(2))
    of_agent = post_reply(conversation=other, reply=ReplyToPost(text="Hello", language="en", author=Author.AGENT))
    post_reply(conversation=other, reply=ReplyToPost(text="A notice", language="en", author=Author.SYSTEM))
    ids = {"first": str(conversation.public_id), "other": str(other.public_id)}
    assert ana_client.get(UNREAD).json() == {"unread": 3, "conversations": {ids["first"]: 2, ids["other"]: 1}}
    listed = {row["id"]: row["unread"] for row in ana_client.get("/api/v1/conversations").json()["results"]}
    assert listed == {ids["first"]: 2, ids["other"]: 1}

    def see(which, message):
        return ana_client.post(
            f"/api/v1/conversations/{which.public_id}/read", {"message": str(message.public_id)}, format="json"
        )

    assert see(conversation, first).json()["unread"] == 2
    assert see(conversation, second).json() == {"unread": 1, "conversations": {ids["other"]: 1}}
    assert see(conversation, first).json()["unread"] == 1, "the mark moves forward only"
    assert see(other, second).status_code == 404, "a message of another conversation"
    assert see(other, of_agent).json() == {"unread": 0, "conversations": {}}


def test_nobody_marks_or_counts_what_is_not_theirs(dan, dan_client, conversation):
    answer = post_reply(conversation=conversation, reply=reply())
    of_dan = start_conversation(customer=dan)

    assert dan_client.get(UNREAD).json()["unread"] == 0
    seen = {"message": str(answer.public_id)}
    for which in (conversation, of_dan):
        marked = dan_client.post(f"/api/v1/conversations/{which.public_id}/read", seen, format="json")
        assert marked.status_code == 404
    conversation.refresh_from_db()
    assert conversation.read_through_id == 0


def test_asking_again_without_news_costs_no_body(ana_client, conversation):
    first = ana_client.get(UNREAD)
    again = ana_client.get(UNREAD, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Cache-Control"] == "private, no-cache"

    post_reply(conversation=conversation, reply=reply())
    news = ana_client.get(UNREAD, headers={"If-None-Match": first.headers["ETag"]})
    assert (news.status_code, news.json()["unread"]) == (200, 1)


def test_counting_takes_one_query_however_many_conversations(ana, ana_client, django_assert_num_queries):
    for _ in range(5):
        post_reply(conversation=start_conversation(customer=ana), reply=reply())
    ana_client.get(UNREAD)
    with django_assert_num_queries(2):  # who asks, and the counts
        assert ana_client.get(UNREAD).json()["unread"] == 5
