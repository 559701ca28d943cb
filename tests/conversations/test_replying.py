"""An agent's answer goes out once, takes the conversation, and is refused rather than sent over somebody's head."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from csassist.audit.models import AuditEvent
from csassist.conversations import services
from csassist.conversations.models import Conversation, Message
from csassist.conversations.services import Written, owner_mark, reply_as_agent, take
from csassist.core.errors import Conflict, InvalidInput, NotFound
from tests.conversations.conftest import cited_passage
from tests.factories import ConversationFactory
from tests.threads import hanging_up


def say(conversation, text="Hello?"):
    return services.receive_message(conversation=conversation, text=text)[0]


def sent(conversation):
    return list(conversation.messages.filter(author="agent").values_list("text", flat=True))


@pytest.mark.django_db
def test_an_answer_is_the_agents_and_so_is_the_conversation_from_then_on(conversation, ben):
    say(conversation)
    message, is_new = reply_as_agent(
        conversation=conversation,
        agent=ben,
        written=Written(text=" 30 days. [1] ", client_key="k1", citations=(cited_passage(),)),
    )
    assert is_new
    assert (message.author, message.author_user, message.text, message.outcome) == ("agent", ben, "30 days. [1]", "")
    assert message.citations.get().title == "Returns"
    conversation.refresh_from_db()
    assert (conversation.owner_user, conversation.waiting_since, conversation.return_at) == (ben, None, None)
    assert AuditEvent.objects.filter(action="message.sent").count() == 1


@pytest.mark.django_db
def test_the_customer_sees_the_name_that_the_agent_chose_and_no_other(conversation, ben):
    reply_as_agent(conversation=conversation, agent=ben, written=Written(text="Hello."))
    ben.display_name = "Benjamin"
    ben.save()
    reply_as_agent(conversation=conversation, agent=ben, written=Written(text="Hello again."))
    names = [event.payload["author_name"] for event in conversation.events.filter(type="message").order_by("seq")]
    assert names == ["", "Benjamin"]


@pytest.mark.django_db
def test_the_same_key_sends_once_also_after_the_owner_has_changed(conversation, ben, cleo):
    written = Written(text="30 days.", client_key="k1", seen_owner=owner_mark(conversation))
    first, _is_new = reply_as_agent(conversation=conversation, agent=ben, written=written)
    take(conversation=conversation, agent=cleo)
    again, is_new = reply_as_agent(conversation=conversation, agent=ben, written=written)
    assert (again, is_new) == (first, False)
    conversation.refresh_from_db()
    assert conversation.owner_user == cleo, "a repeated request takes nothing back"


@pytest.mark.django_db
def test_a_key_of_somebody_elses_message_is_refused(conversation, ben, cleo):
    reply_as_agent(conversation=conversation, agent=ben, written=Written(text="30 days.", client_key="k1"))
    services.receive_message(conversation=conversation, text="Thanks", client_key="k2")
    for key in ("k1", "k2"):
        with pytest.raises(Conflict, match="somebody else"):
            reply_as_agent(conversation=conversation, agent=cleo, written=Written(text="60 days.", client_key=key))
    assert sent(conversation) == ["30 days."]


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["k" * 65, "k\x00"])
def test_a_key_that_cannot_be_stored_is_refused(conversation, ben, key):
    with pytest.raises(InvalidInput):
        reply_as_agent(conversation=conversation, agent=ben, written=Written(text="30 days.", client_key=key))


@pytest.mark.django_db
def test_who_answers_over_a_colleagues_head_is_told_and_nothing_is_sent(conversation, ben, cleo):
    seen = owner_mark(conversation)
    take(conversation=conversation, agent=cleo)
    with pytest.raises(Conflict, match="cleo has taken"):
        reply_as_agent(conversation=conversation, agent=ben, written=Written(text="30 days.", seen_owner=seen))
    assert sent(conversation) == []
    conversation.refresh_from_db()
    assert conversation.owner_user == cleo


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", " \n", "\u200b", "x" * 4_001])
def test_an_empty_or_endless_answer_takes_nothing(conversation, ben, text):
    with pytest.raises(InvalidInput):
        reply_as_agent(conversation=conversation, agent=ben, written=Written(text=text))
    conversation.refresh_from_db()
    assert (conversation.owner_kind, sent(conversation)) == ("assistant", [])


@pytest.mark.django_db
def test_a_file_needs_no_words_and_is_sent_once(conversation, ben, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file, _is_new = services.attach_file(conversation=conversation, name="label.txt", content=b"label")
    written = Written(text="", attachment_ids=(file.public_id,))
    message, _is_new = reply_as_agent(conversation=conversation, agent=ben, written=written)
    assert [one.name for one in message.attachments.all()] == ["label.txt"]
    with pytest.raises(NotFound):
        reply_as_agent(conversation=conversation, agent=ben, written=written)
    assert len(sent(conversation)) == 1


@pytest.mark.django_db
def test_a_file_of_another_conversation_is_not_there(conversation, ben, dan, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    other = ConversationFactory.create(customer=dan)
    file, _is_new = services.attach_file(conversation=other, name="secret.txt", content=b"of Dan")
    with pytest.raises(NotFound):
        reply_as_agent(
            conversation=conversation, agent=ben, written=Written(text="Look.", attachment_ids=(file.public_id,))
        )
    assert sent(conversation) == []


@pytest.mark.django_db
def test_an_answer_into_a_closed_conversation_opens_a_new_episode_of_the_agents(conversation, ben):
    say(conversation)
    services.close(conversation=conversation, by=ben)
    message, _is_new = reply_as_agent(conversation=conversation, agent=ben, written=Written(text="It has arrived."))
    conversation.refresh_from_db()
    assert (conversation.status, conversation.owner_user, message.episode.number) == ("open", ben, 2)


@pytest.mark.django_db
def test_an_answer_can_close_and_the_survey_comes_after_it(conversation, ben):
    say(conversation)
    written = Written(text="30 days.", client_key="k1", closes=True)
    reply_as_agent(conversation=conversation, agent=ben, written=written)
    _message, is_new = reply_as_agent(conversation=conversation, agent=ben, written=written)
    assert not is_new
    types = list(conversation.events.order_by("seq").values_list("type", flat=True))
    assert types == ["message", "owner", "message", "closed", "survey"]


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "language"), [("30 days.", "en"), ("三十天。", "zh"), ("👍", "zh")])
def test_an_answer_has_the_language_of_its_words_or_else_the_conversations(conversation, ben, text, language):
    Conversation.objects.update(language="zh")
    message, _is_new = reply_as_agent(conversation=conversation, agent=ben, written=Written(text=text))
    assert message.language == language


@pytest.mark.django_db
@pytest.mark.parametrize("breaks_at", ["conversations_message", "conversationevent", "citation", "auditevent"])
def test_an_answer_that_dies_takes_nothing(conversation, ben, breaks_at):
    def fail(execute, sql, params, many, context):
        if sql.startswith("INSERT") and breaks_at in sql:
            raise RuntimeError("the process dies here")
        return execute(sql, params, many, context)

    written = Written(text="30 days. [1]", citations=(cited_passage(),))
    with pytest.raises(RuntimeError), connection.execute_wrapper(fail):
        reply_as_agent(conversation=conversation, agent=ben, written=written)
    conversation.refresh_from_db()
    assert (conversation.owner_kind, Message.objects.count(), conversation.last_event_seq) == ("assistant", 0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_page_that_sends_its_answer_many_times_at_once_sends_it_once(ben):
    conversation = ConversationFactory.create()
    written = Written(text="30 days.", client_key="k1")
    send = hanging_up(reply_as_agent)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _n: send(conversation=conversation, agent=ben, written=written)[1], range(8)))
    assert sum(made) == 1
    assert sent(conversation) == ["30 days."]
