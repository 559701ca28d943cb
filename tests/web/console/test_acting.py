"""What agents do in the console, and what happens when two of them do it at once."""

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from csassist.accounts.models import Team, User
from csassist.assistant.models import AnswerRun, Draft
from csassist.conversations import services
from csassist.conversations.models import Attachment, Author, Conversation, Message, Note
from tests.factories import ConversationFactory, MessageFactory
from tests.web.console.conftest import draft_for

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def act(browser: Client, conversation: Conversation, what: str, **fields: object):
    return browser.post(f"/console/c/{conversation.public_id}/{what}", fields)


def owner_shown(answer) -> str:
    found = re.search(r'data-owner="([^"]*)"', answer.text)
    assert found is not None
    return found[1]


def test_a_reply_goes_out_once_and_makes_the_conversation_the_agents(
    bens: Client, ben: User, conversation: Conversation
):
    sent = {"text": "It left on Tuesday", "client_key": str(uuid4()), "seen_owner": services.owner_mark(conversation)}

    for _ in range(2):
        answer = act(bens, conversation, "reply", **sent)

    assert answer.text.count("It left on Tuesday") == 1
    assert f'data-client-key="{sent["client_key"]}"' in answer.text
    message = Message.objects.get(author=Author.AGENT)
    assert (message.author_user, message.conversation.owner_user) == (ben, ben)


def test_a_reply_can_close_and_tag(bens: Client, conversation: Conversation):
    act(bens, conversation, "reply", text="Done", closes="yes", tag="settled")

    conversation.refresh_from_db()
    assert conversation.status == Conversation.Status.CLOSED
    assert conversation.tags.get().name == "settled"


def test_a_reply_that_cites_what_is_gone_or_no_source_at_all_is_not_sent(bens: Client, conversation: Conversation):
    gone = act(bens, conversation, "reply", text="Look here [1]", cite=f"{uuid4()}:0:5")
    assert gone.status_code == 409
    assert act(bens, conversation, "reply", text="Look here [1]", cite="page 3").status_code == 400
    assert not Message.objects.filter(author=Author.AGENT).exists()


def test_a_reply_on_what_a_colleague_has_taken_is_refused_in_words_and_nothing_is_sent(
    bens: Client, cleo: User, conversation: Conversation
):
    seen = services.owner_mark(conversation)
    services.take(conversation=conversation, agent=cleo)

    answer = act(bens, conversation, "reply", text="Me too", seen_owner=seen)

    assert answer.status_code == 409
    assert answer.headers["X-Problem"] == "conflict"
    assert answer.text == "cleo has taken this conversation meanwhile."
    assert not Message.objects.filter(author=Author.AGENT).exists()


def test_taking_handing_on_closing_and_opening_again_show_the_owner_of_then(
    bens: Client, ben: User, cleo: User, conversation: Conversation
):
    team = Team.objects.create(name="Returns")
    steps = [
        ("take", {}, f"person:{ben.pk}"),
        ("assign", {"to": f"user:{cleo.public_id}"}, f"person:{cleo.pk}"),
        ("assign", {"to": f"team:{team.public_id}"}, "queue:"),
        ("assign", {"to": "queue"}, "queue:"),
        ("hand-back", {}, "assistant:"),
        ("take", {}, f"person:{ben.pk}"),
        ("close", {}, "assistant:"),
        ("reopen", {}, f"person:{ben.pk}"),
    ]
    for what, fields, owner in steps:
        answer = act(bens, conversation, what, **fields)
        assert (answer.status_code, owner_shown(answer)) == (200, owner), what


def test_handing_back_has_the_assistant_answer_what_is_unanswered(bens: Client, conversation: Conversation):
    act(bens, conversation, "take")
    AnswerRun.objects.all().delete()

    act(bens, conversation, "hand-back")

    assert AnswerRun.objects.get().purpose == AnswerRun.Purpose.REPLY


def test_giving_it_to_nobody_known_is_refused(bens: Client, conversation: Conversation):
    for to in ("", "user:x", f"user:{uuid4()}", f"team:{uuid4()}", "robot"):
        assert act(bens, conversation, "assign", to=to).status_code == 404


def test_a_note_is_for_colleagues_and_mentions_them(bens: Client, cleo: User, conversation: Conversation):
    answer = act(bens, conversation, "note", text="@cleo please look", client_key="k")

    assert "@cleo please look" in answer.text
    assert list(Note.objects.get().mentions.all()) == [cleo]
    assert not Message.objects.filter(author=Author.AGENT).exists()


def test_tags_are_added_by_commas_of_either_language_and_taken_off_one_by_one(bens: Client, conversation: Conversation):
    act(bens, conversation, "tags", add="refund, late，vip")
    act(bens, conversation, "tags", remove="late")

    assert [tag.name for tag in conversation.tags.all()] == ["refund", "vip"]
    assert act(bens, conversation, "tags", add=",".join("abcdefghijklmnop")).status_code == 400


def test_colleagues_are_told_who_looks_and_who_writes_until_they_leave(
    bens: Client, cleos: Client, conversation: Conversation
):
    act(bens, conversation, "looking")
    assert "ben is looking at this" in act(cleos, conversation, "looking").text
    act(bens, conversation, "looking", writing="yes")
    assert "ben is writing" in act(cleos, conversation, "looking").text
    act(bens, conversation, "left")
    assert "ben" not in act(cleos, conversation, "looking").text


def test_a_file_is_checked_uploaded_sent_along_and_handed_out_as_a_download(bens: Client, conversation: Conversation):
    address = f"/console/c/{conversation.public_id}/files"
    refused = bens.post(address, {"file": SimpleUploadedFile("page.html", b"<script>"), "client_key": "a"})
    assert refused.status_code == 400
    assert "cannot be attached" in refused.text

    stored = bens.post(address, {"file": SimpleUploadedFile("slip.txt", b"Return slip 88"), "client_key": "b"}).json()
    talk = act(bens, conversation, "reply", text="Here it is", attachments=[stored["id"]]).text
    assert "slip.txt" in talk
    file = bens.get(f"/console/files/{stored['id']}")
    assert file.content == b"Return slip 88"
    assert "attachment" in file.headers["Content-Disposition"]
    assert bens.post(f"/console/files/{stored['id']}/take-back").status_code == 204
    assert Attachment.objects.get().message is not None  # what was sent stays


def test_more_than_one_file_at_once_is_refused_before_it_is_stored(bens: Client, conversation: Conversation):
    files = [SimpleUploadedFile(f"{name}.txt", b"x") for name in "ab"]
    answer = bens.post(f"/console/c/{conversation.public_id}/files", {"file": files})

    assert answer.status_code == 413
    assert not Attachment.objects.exists()


def test_an_availability_is_kept_and_an_unknown_one_refused(bens: Client, ben: User):
    assert bens.post("/console/availability", {"availability": "busy"}).status_code == 204
    assert bens.post("/console/availability", {"availability": "gone"}).status_code == 400
    ben.refresh_from_db()
    assert ben.availability == "busy"


# --- several at once ---


def test_one_act_on_several_does_what_can_be_done_and_says_what_could_not(bens: Client, ben: User):
    chosen = [ConversationFactory.create() for _ in range(3)]
    services.close(conversation=chosen[2], by=ben)
    ids = [str(one.public_id) for one in chosen]

    answer = bens.post("/console/bulk", {"c": ids, "act": "assign", "value": f"user:{ben.public_id}"})

    assert answer.text.startswith("2 conversations changed. 1 was not:")
    assert "closed" in answer.text
    assert Conversation.objects.filter(owner_user=ben).count() == 2
    assert bens.post("/console/bulk", {"c": ids, "act": "tag", "value": "refund"}).text == "3 conversations changed."
    assert bens.post("/console/bulk", {"c": ids[:1], "act": "close"}).text == "1 conversation changed."


@pytest.mark.parametrize("fields", [{}, {"c": ["x"]}, {"c": [str(uuid4()) for _ in range(101)]}])
def test_a_choice_that_is_none_or_too_many_is_refused(bens: Client, fields: dict[str, list[str]]):
    assert bens.post("/console/bulk", {**fields, "act": "close"}).status_code == 400


# --- drafts ---


def decide(browser: Client, draft: Draft, what: str, **fields: object):
    return browser.post(f"/console/drafts/{draft.public_id}/{what}", {"version": draft.version, **fields})


def test_an_approved_draft_is_sent_as_the_assistants_with_the_approvers_name(
    bens: Client, ben: User, sendable_draft: Draft
):
    talk = decide(bens, sendable_draft, "approve").text

    assert "approved by ben" in talk
    assert "data-approve" not in talk
    message = Message.objects.get(author=Author.ASSISTANT)
    assert (message.author_user, message.text) == (ben, sendable_draft.text)


def test_a_draft_sent_in_other_words_is_the_agents_own(bens: Client, ben: User, draft: Draft):
    decide(bens, draft, "approve", text="It comes on Friday.", closes="yes")

    assert Message.objects.get(author=Author.AGENT).text == "It comes on Friday."
    draft.conversation.refresh_from_db()
    assert draft.conversation.status == Conversation.Status.CLOSED


def test_an_edit_is_kept_for_the_next_one_who_looks(bens: Client, cleos: Client, draft: Draft):
    decide(bens, draft, "edit", text="It comes on Friday.")

    talk = cleos.get(f"/console/c/{draft.conversation.public_id}/talk").text
    assert "Draft, edited by ben" in talk
    assert "It comes on Friday." in talk
    assert decide(cleos, draft, "approve").status_code == 409  # the version that she saw is gone


def test_a_refused_draft_names_why_and_leaves_the_conversation_with_who_refused_it(
    bens: Client, ben: User, draft: Draft
):
    assert decide(bens, draft, "reject", reason="because").status_code == 400
    talk = decide(bens, draft, "reject", reason="wrong", comment="Another parcel").text

    draft.refresh_from_db()
    assert (draft.rejection, draft.comment) == ("wrong", "Another parcel")
    assert f'data-owner="person:{ben.pk}"' in talk


def test_a_draft_that_the_customer_has_overtaken_is_not_sent(bens: Client, draft: Draft):
    MessageFactory.create(conversation=draft.conversation, text="Never mind")

    answer = decide(bens, draft, "approve")

    assert answer.status_code == 409
    assert "has written since" in answer.text


@pytest.mark.parametrize("version", ["", "x", "1" * 12])
def test_a_decision_names_the_version_that_was_seen(bens: Client, draft: Draft, version: str):
    answer = bens.post(f"/console/drafts/{draft.public_id}/approve", {"version": version})

    assert answer.status_code == 400


def test_a_new_draft_can_be_asked_for_where_something_waits(bens: Client, ben: User, conversation: Conversation):
    draft_for(conversation)
    assert bens.post(f"/console/c/{conversation.public_id}/ask-for-draft").status_code == 200
    assert AnswerRun.objects.filter(state=AnswerRun.State.QUEUED).exists()
    nothing = ConversationFactory.create(owner_kind="person", owner_user=ben)
    assert bens.post(f"/console/c/{nothing.public_id}/ask-for-draft").status_code == 400
