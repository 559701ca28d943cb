"""The inbox and the conversation as a browser gets them."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from csassist.accounts.models import Team, User
from csassist.assistant.models import Draft
from csassist.conversations import services
from csassist.conversations.models import Author, Conversation, Macro, Seen
from csassist.delivery.models import Delivery
from csassist.web.console.phrases import console_phrases
from tests.architecture.source import ROOT
from tests.conversations.conftest import reply
from tests.factories import ConversationFactory, MessageFactory
from tests.web.console.conftest import draft_for

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SCRIPTS = ROOT / "csassist/web/static/web/console"
CHOSEN = {"draft_approved", "draft_edited", "draft_rejected", "draft_handed_back"}  # `draft_${kind}`
MOST_QUERIES_COUNT = 15


def opened_rows(html: str) -> list[str]:
    return re.findall(r'data-open="([0-9a-f-]+)"', html)


def test_the_inbox_begins_where_there_is_something_to_do(bens: Client, ben: User, conversation: Conversation):
    assert opened_rows(bens.get("/console/").text) == [str(conversation.public_id)]  # nothing is Ben's: the queue

    mine = ConversationFactory.create(owner_kind="person", owner_user=ben)

    assert opened_rows(bens.get("/console/").text) == [str(mine.public_id)]


@pytest.mark.parametrize(("language", "words"), [("en", "Unassigned"), ("zh-hans", "退出登录")])
def test_the_page_speaks_the_language_of_its_reader(bens: Client, language: str, words: str):
    bens.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    page = bens.get("/console/").text

    assert f'lang="{"zh-Hans" if language == "zh-hans" else "en"}"' in page


def test_opening_the_inbox_asks_the_database_little_however_full_it_is(
    bens: Client, ben: User, django_assert_max_num_queries
):
    team = Team.objects.create(name="Returns")
    for number in range(12):
        one = ConversationFactory.create(owner_kind="queue", status="waiting_for_person", team=team)
        MessageFactory.create(conversation=one)
        services.set_tags(conversation=one, names=[f"tag {number}"], by=ben)
        draft_for(one)

    with django_assert_max_num_queries(MOST_QUERIES_COUNT):
        page = bens.get("/console/?queue=queue")

    assert len(opened_rows(page.text)) == 12


def test_a_row_tells_who_waits_how_long_in_what_mood_and_what_was_said(bens: Client, conversation: Conversation):
    since = timezone.now() - timedelta(minutes=12)
    Conversation.objects.filter(pk=conversation.pk).update(waiting_since=since, mood="angry")
    services.set_tags(conversation=conversation, names=["refund"], by=User.objects.get())

    row = bens.get("/console/rows?queue=queue").text

    for words in ("Ana", "12m", "Angry", "refund", "Where is my refund?", "Unread"):
        assert words in row


def test_a_page_of_the_list_leads_to_the_next_and_keeps_as_many_rows_as_were_shown(bens: Client):
    for _ in range(35):
        ConversationFactory.create()
    first = bens.get("/console/rows?queue=all").text
    following = re.search(r'hx-get="(/console/rows\?[^"]*after=[^"]*)"', first)
    assert following is not None

    second = bens.get(following[1].replace("&amp;", "&")).text

    assert len(opened_rows(first)) == 30
    assert len(opened_rows(second)) == 5
    assert "row-more" not in second
    assert len(opened_rows(bens.get("/console/rows?queue=all&extent=35").text)) == 35


def test_an_empty_queue_and_an_empty_search_say_different_things(bens: Client):
    assert "New conversations appear by themselves." in bens.get("/console/rows?queue=mine").text
    assert "Try fewer words or filters." in bens.get("/console/rows?queue=all&q=nowhere").text


def test_a_saved_filter_stands_among_the_queues_until_it_is_forgotten(bens: Client, cleos: Client, ben: User):
    saved = bens.post("/console/filters", {"name": "Chinese", "queue": "all", "language": "zh"}).text
    assert "?queue=all&amp;language=zh" in saved
    assert "Chinese" not in cleos.get("/console/queues").text
    public_id = ben.saved_filters.get().public_id

    assert cleos.post(f"/console/filters/{public_id}/forget").status_code == 404
    assert "Chinese" not in bens.post(f"/console/filters/{public_id}/forget").text


def test_a_conversation_has_an_address_with_its_list_beside_it(bens: Client, conversation: Conversation):
    page = bens.get(f"/console/c/{conversation.public_id}").text

    assert "Where is my refund?" in page
    assert f'data-open="{conversation.public_id}" aria-current="true"' in page
    assert "Waits for a person" in page
    assert "ana@example.com" in page


def test_opening_marks_as_read_and_looking_ahead_does_not(bens: Client, ben: User, conversation: Conversation):
    bens.get(f"/console/c/{conversation.public_id}/column?ahead")
    assert not Seen.objects.exists()

    bens.get(f"/console/c/{conversation.public_id}/column")
    assert Seen.objects.get(user=ben).read_through_id > 0


def test_messages_notes_owners_and_episodes_stand_in_one_order(bens: Client, ben: User, conversation: Conversation):
    services.take(conversation=conversation, agent=ben)
    services.write_note(conversation=conversation, author=ben, text="Asked finance")
    services.reply_as_agent(conversation=conversation, agent=ben, written=services.Written(text="It left on Tuesday"))
    services.close(conversation=conversation, by=ben)
    services.receive_message(conversation=conversation, text="A new matter")

    talk = bens.get(f"/console/c/{conversation.public_id}/talk").text
    places = [talk.index(words) for words in (
        "Where is my refund?", "answers from here on", "Asked finance", "It left on Tuesday", "Closed by an agent",
        "Matter 2", "A new matter",
    )]  # fmt: skip

    assert places == sorted(places)


def test_a_long_conversation_begins_at_its_end_and_leads_to_what_came_before(bens: Client, conversation: Conversation):
    for number in range(60):
        MessageFactory.create(conversation=conversation, text=f"Line {number:02}")

    talk = bens.get(f"/console/c/{conversation.public_id}/talk").text
    earlier = re.search(r'hx-get="([^"]+messages=\d+)"[^>]*hx-target="#talk"', talk)

    assert "Line 59" in talk
    assert "Line 10" not in talk
    assert earlier is not None
    assert "Line 10" in bens.get(earlier[1]).text


def test_a_citation_is_a_button_that_opens_its_source_at_the_quote(bens: Client, conversation: Conversation):
    services.post_reply(conversation=conversation, reply=reply())
    talk = bens.get(f"/console/c/{conversation.public_id}/talk").text
    address = re.search(r'<button type="button" class="chip" data-source="([^"]+)"', talk)
    assert address is not None

    source = bens.get(address[1]).text

    assert 'data-quote="You can return goods within 30 days of delivery."' in source
    assert "withdrawn" in source
    assert "admin/assistant/answertrace/of/" in talk


def test_what_a_customer_writes_is_never_markup(bens: Client, ana, conversation: Conversation):
    attack = '<img src=x onerror=alert(1)>{{ 7|add:"7" }}'
    ana.name = attack[:150]
    ana.save()
    services.receive_message(conversation=conversation, text=attack)
    services.write_note(conversation=conversation, author=User.objects.get(), text=attack)
    services.set_tags(conversation=conversation, names=['"><b>x</b>'], by=User.objects.get())

    page = bens.get(f"/console/c/{conversation.public_id}?queue=all").text

    assert "<img" not in page
    assert "<b>x" not in page


def test_macros_of_the_customers_language_are_offered(bens: Client, conversation: Conversation):
    Macro.objects.create(title="Greeting", language="en", text="Hello {{name}}", closes=True)
    Macro.objects.create(title="问候", language="zh", text="您好")
    Macro.objects.create(title="Old one", language="en", text="…", is_active=False)

    column = bens.get(f"/console/c/{conversation.public_id}/column").text

    assert 'data-title="Greeting"' in column
    assert "问候" not in column
    assert "Old one" not in column


def test_the_panels_beside_show_the_customer_and_earlier_conversations(bens: Client, ana, conversation: Conversation):
    earlier = services.start_conversation(customer=ana)
    MessageFactory.create(conversation=earlier, text="My first question")

    panel = bens.get(f"/console/c/{conversation.public_id}/customer").text

    assert "My first question" in panel
    assert bens.get(f"/console/c/{conversation.public_id}/knowledge").status_code == 200


def test_a_draft_shows_its_support_its_sources_and_the_doubtful_sentence(bens: Client, draft: Draft):
    talk = bens.get(f"/console/c/{draft.conversation.public_id}/talk").text

    assert "92 % supported" in talk
    assert 'data-weak="It may take longer."' in talk
    assert f"/console/drafts/{draft.public_id}/sources/1" in talk
    assert 'data-quote="You can return' in bens.get(f"/console/drafts/{draft.public_id}/sources/1").text
    assert bens.get(f"/console/drafts/{draft.public_id}/sources/7").status_code == 404


def test_a_draft_being_written_grows_and_cannot_be_decided(bens: Client, conversation: Conversation):
    draft_for(conversation, text="It is on", state="writing")

    card = bens.get(f"/console/c/{conversation.public_id}/draft").text

    assert "It is on" in card
    assert "data-approve" not in card


def test_the_review_queue_is_oldest_first_and_tells_of_what_was_decided(bens: Client, ben: User, draft: Draft):
    younger = ConversationFactory.create()
    MessageFactory.create(conversation=younger)
    second = draft_for(younger)
    queue = bens.get("/console/review/queue").json()["queue"]
    assert queue == [str(draft.public_id), str(second.public_id)]
    facts = re.search(
        r'<script id="page-facts" type="application/json">(.*?)</script>', bens.get("/console/review").text
    )
    assert facts is not None
    assert json.loads(facts[1])["queue"] == queue

    item = bens.get(f"/console/review/{second.public_id}").text
    assert "data-approve" in item
    Draft.objects.filter(pk=second.pk).update(state="approved", decided_by=ben)
    assert "has already sent it" in bens.get(f"/console/review/{second.public_id}").text


def test_holds_nothing_that_the_strict_policy_forbids(bens: Client, draft: Draft):
    for address in ("/console/?queue=all", f"/console/c/{draft.conversation.public_id}", "/console/review"):
        page = bens.get(address)
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:|hx-on|js:", page.text)
        assert "allowEval&quot;:false" in page.text or '"allowEval":false' in page.text


def test_lists_are_sent_compressed_and_files_as_they_are(bens: Client, conversation: Conversation):
    headers = {"Accept-Encoding": "gzip"}

    assert bens.get("/console/?queue=all", headers=headers).headers["Content-Encoding"] == "gzip"


def test_every_phrase_a_script_asks_for_exists_and_every_phrase_is_asked_for():
    text = "\n".join(file.read_text("utf-8") for file in SCRIPTS.glob("*.js"))
    asked = set(re.findall(r'phrase\(\s*"(\w+)"', text))
    asked |= {name for pair in re.findall(r'phrase\([^()]*\? "(\w+)" : "(\w+)"', text) for name in pair}

    assert asked | CHOSEN == set(console_phrases())


def test_authors_are_told_apart(bens: Client, ben: User, conversation: Conversation):
    services.post_reply(conversation=conversation, reply=reply(author=Author.ASSISTANT, author_user=ben))
    services.post_reply(
        conversation=conversation, reply=reply("By hand", author=Author.AGENT, author_user=ben, run_id=uuid4())
    )

    talk = bens.get(f"/console/c/{conversation.public_id}/talk").text

    assert "AI assistant" in talk
    assert "approved by ben" in talk


@pytest.mark.parametrize(
    ("language", "state", "words"),
    [
        ("en", "ready", "E-mailed to a…@example.com · being sent"),
        ("en", "sent", "E-mailed to a…@example.com · has been sent"),
        ("en", "failed", "E-mailed to a…@example.com · failed"),
        ("zh-hans", "sent", "已发邮件至 a…@example.com · 已发送"),
    ],
)
def test_a_reply_says_that_it_was_mailed_and_what_became_of_it(
    bens: Client, ben: User, conversation: Conversation, language: str, state: str, words: str
):
    services.reply_as_agent(conversation=conversation, agent=ben, written=services.Written(text="It is on its way."))
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        services.mail_replies()
    Delivery.objects.update(state=state)
    bens.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    assert words in bens.get(f"/console/c/{conversation.public_id}").text
