"""Where one matter ends and the next begins; nothing said before a close counts after it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, transaction

from csassist.assistant.models import AnswerRun
from csassist.assistant.turns import read_turn
from csassist.conversations import services
from csassist.conversations.models import Episode
from csassist.conversations.services.episodes import close_episode, last_episode, open_episode
from tests.conversations.conftest import reply
from tests.factories import ConversationFactory
from tests.threads import hanging_up


def say(conversation, text, **options):
    return services.receive_message(conversation=conversation, text=text, **options)[0]


def numbers(conversation):
    return list(conversation.messages.order_by("pk").values_list("episode__number", flat=True))


def turn_of(conversation):
    run = AnswerRun(conversation=conversation, language="en")
    return read_turn(run)


@pytest.mark.django_db
def test_the_first_message_begins_the_first_episode_and_the_next_goes_on_in_it(conversation):
    assert not conversation.episodes.exists()
    say(conversation, "Hello?")
    services.post_reply(conversation=conversation, reply=reply())
    say(conversation, "And the fee?")
    assert numbers(conversation) == [1, 1, 1]
    assert conversation.episodes.get().closed_at is None


@pytest.mark.django_db
def test_after_a_close_the_next_message_begins_another_with_the_assistant(conversation, ben):
    say(conversation, "Hello?")
    services.take(conversation=conversation, agent=ben)
    services.close(conversation=conversation, by=ben)
    say(conversation, "Something else.")
    conversation.refresh_from_db()
    assert numbers(conversation) == [1, 2]
    assert (conversation.status, conversation.owner_kind, conversation.owner_user) == ("open", "assistant", None)
    first, second = conversation.episodes.order_by("number")
    assert (first.closed_by, first.closer, first.closed_at is not None) == ("agent", ben, True)
    assert (second.closed_by, second.closer, second.closed_at) == ("", None, None)


@pytest.mark.django_db
def test_what_was_said_before_a_close_is_neither_history_nor_question_afterwards(conversation, ben):
    say(conversation, "My order AB-12345 is late.")
    services.post_reply(conversation=conversation, reply=reply("It left yesterday."))
    say(conversation, "Is there a phone number?")
    services.close(conversation=conversation, by=ben)
    say(conversation, "How long can I return it?")
    turn = turn_of(conversation)
    assert turn is not None
    assert (turn.text, turn.history) == ("How long can I return it?", ())


@pytest.mark.django_db
def test_within_an_episode_what_was_said_is_history(conversation):
    say(conversation, "My order is late.")
    answer = services.post_reply(conversation=conversation, reply=reply("It left yesterday."))
    AnswerRun.objects.create(
        conversation=conversation,
        state="done",
        answered_through_id=answer.pk - 1,
        lease_until=answer.created_at,
    )
    say(conversation, "And the fee?")
    turn = turn_of(conversation)
    assert turn is not None
    assert [(line.speaker, line.text) for line in turn.history] == [
        ("Customer", "My order is late."),
        ("Assistant", "It left yesterday."),
    ]


@pytest.mark.django_db
def test_a_closed_matter_that_nobody_answered_is_settled(conversation, ben):
    say(conversation, "My order is late.")
    services.close(conversation=conversation, by=ben)
    assert turn_of(conversation) is None


@pytest.mark.django_db
def test_a_thank_you_belongs_to_what_was_closed(conversation, ben):
    say(conversation, "Hello?")
    services.close(conversation=conversation, by=ben)
    thanks = say(conversation, "Thank you!", reopens=False)
    conversation.refresh_from_db()
    assert (thanks.episode.number, conversation.status, conversation.waiting_since) == (1, "closed", None)
    turn = turn_of(conversation)
    assert turn is not None
    assert turn.text == "Thank you!", "it is met, alone"


@pytest.mark.django_db
def test_a_thank_you_in_an_open_conversation_goes_on_in_it(conversation):
    say(conversation, "Hello?")
    thanks = say(conversation, "Thank you!", reopens=False)
    assert thanks.episode.closed_at is None
    conversation.refresh_from_db()
    assert conversation.waiting_since is not None


@pytest.mark.django_db
def test_a_notice_of_the_system_opens_nothing_again(conversation, ben):
    say(conversation, "Hello?")
    services.close(conversation=conversation, by=ben)
    services.post_reply(conversation=conversation, reply=reply("A notice.", author="system", run_id=None))
    conversation.refresh_from_db()
    assert (conversation.status, numbers(conversation)) == ("closed", [1, 1])


@pytest.mark.django_db
def test_asking_for_a_person_after_a_close_begins_another_episode(conversation, ben):
    say(conversation, "Hello?")
    services.close(conversation=conversation, by=ben)
    services.ask_for_person(conversation=conversation)
    conversation.refresh_from_db()
    assert conversation.status == "waiting_for_person"
    assert numbers(conversation) == [1, 2], "the notice stands in the new one"


@pytest.mark.django_db
def test_being_helped_elsewhere_ends_the_episode_without_closing_the_conversation(conversation, ben):
    say(conversation, "Hello?")
    request, _is_new = services.ask_for_person(conversation=conversation)
    services.mark_done(request=request, handled_by=ben)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.waiting_since) == ("open", None)
    say(conversation, "Something else.")
    assert numbers(conversation) == [1, 1, 2]


@pytest.mark.django_db
def test_an_episode_opened_or_closed_twice_is_one(conversation, ben):
    first = open_episode(conversation)
    assert open_episode(conversation) == first == last_episode(conversation)
    assert close_episode(conversation, closed_by="agent", closer=ben) == first
    assert close_episode(conversation, closed_by="agent", closer=ben) is None
    assert last_episode(conversation) == first
    assert open_episode(conversation).number == 2


@pytest.mark.django_db
def test_the_database_keeps_one_open_episode_of_each_number(conversation):
    open_episode(conversation)
    for number in (1, 2):
        with pytest.raises(IntegrityError), transaction.atomic():
            Episode.objects.create(conversation=conversation, number=number)


@pytest.mark.django_db(transaction=True)
def test_messages_at_once_after_a_close_share_one_new_episode():
    conversation = ConversationFactory.create()
    say(conversation, "Hello?")
    services.close(conversation=conversation, closed_by="agent")

    @hanging_up
    def write(number):
        return say(conversation, f"message {number}").episode_id

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(write, range(8)))
    assert len(found) == 1
    assert conversation.episodes.count() == 2
