"""One owner at a time; whoever acts on an owner that has changed is told who it is now."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from csassist.accounts.models import Team
from csassist.audit.models import AuditEvent
from csassist.conversations import services
from csassist.conversations.models import ConsoleEvent, Conversation
from csassist.conversations.services import Owner, Written, assign, owner_in_words, owner_mark, return_silent, take
from csassist.conversations.services.ownership import give_back_silent
from csassist.core.errors import Conflict, InvalidInput
from tests.conversations.conftest import reply
from tests.factories import ConversationFactory, UserFactory
from tests.threads import hanging_up


def say(conversation, text="Hello?"):
    return services.receive_message(conversation=conversation, text=text)[0]


def owner_events(conversation):
    return [event.payload for event in conversation.events.filter(type="owner").order_by("seq")]


def fresh(conversation):
    return Conversation.objects.get(pk=conversation.pk)


def silent_for_too_long(conversation):
    Conversation.objects.filter(pk=conversation.pk).update(return_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
def test_who_takes_a_conversation_owns_it_and_everybody_is_told(conversation, ben):
    ben.display_name = "Benjamin"
    ben.save()
    taken = take(conversation=conversation, agent=ben, seen_owner=owner_mark(conversation))
    assert (taken.owner_kind, taken.owner_user, taken.status) == ("person", ben, "open")
    assert owner_events(conversation) == [{"kind": "person", "name": "Benjamin"}]
    event = ConsoleEvent.objects.get(kind="owner")
    assert (event.conversation, event.user) == (conversation, ben)
    assert AuditEvent.objects.filter(action="conversation.taken").count() == 1


@pytest.mark.django_db
def test_customers_never_read_a_sign_in_name(conversation, ben):
    take(conversation=conversation, agent=ben)
    assert owner_events(conversation) == [{"kind": "person", "name": ""}]


@pytest.mark.django_db
def test_taking_ones_own_changes_nothing(conversation, ben):
    take(conversation=conversation, agent=ben)
    take(conversation=conversation, agent=ben, seen_owner="assistant:")
    assert len(owner_events(conversation)) == 1


@pytest.mark.django_db
def test_who_acts_on_an_owner_that_has_changed_is_told_the_new_one(conversation, ben, cleo):
    seen = owner_mark(conversation)
    take(conversation=conversation, agent=cleo, seen_owner=seen)
    with pytest.raises(Conflict, match="cleo has taken this conversation"):
        take(conversation=conversation, agent=ben, seen_owner=seen)
    with pytest.raises(Conflict, match="cleo"):
        assign(conversation=conversation, to=Owner(user=ben), by=ben, seen_owner=seen)
    assert fresh(conversation).owner_user == cleo


@pytest.mark.django_db
def test_who_has_seen_the_owner_may_take_it_from_them(conversation, ben, cleo):
    take(conversation=conversation, agent=cleo)
    taken = take(conversation=conversation, agent=ben, seen_owner=owner_mark(fresh(conversation)))
    assert taken.owner_user == ben


@pytest.mark.django_db
def test_a_closed_conversation_has_to_be_opened_first(conversation, ben, cleo):
    say(conversation)
    services.close(conversation=conversation, by=ben)
    for act in (
        lambda: take(conversation=conversation, agent=ben),
        lambda: assign(conversation=conversation, to=Owner(user=cleo), by=ben),
    ):
        with pytest.raises(Conflict, match="closed"):
            act()
    assert fresh(conversation).owner_kind == "assistant"


@pytest.mark.django_db
def test_it_can_be_passed_to_a_colleague_a_team_and_the_assistant(conversation, ben, cleo):
    team = Team.objects.create(name="Refunds", name_zh="退款")
    take(conversation=conversation, agent=ben)
    given = assign(conversation=conversation, to=Owner(user=cleo), by=ben)
    assert (given.owner_kind, given.owner_user, given.status) == ("person", cleo, "open")
    given = assign(conversation=conversation, to=Owner(team=team, is_queue=True), by=cleo)
    assert (given.owner_kind, given.owner_user, given.team, given.status) == (
        "queue",
        None,
        team,
        "waiting_for_person",
    )
    assert owner_in_words(given) == "Refunds"
    given = assign(conversation=conversation, to=Owner(), by=cleo)
    assert (given.owner_kind, given.team, given.status) == ("assistant", team, "open")
    assert [payload["kind"] for payload in owner_events(conversation)] == ["person", "person", "queue", "assistant"]


@pytest.mark.django_db
def test_nobody_passes_work_to_who_is_gone(conversation, ben):
    gone = UserFactory.create(is_active=False, username="gone")
    with pytest.raises(InvalidInput, match="gone no longer works here"):
        assign(conversation=conversation, to=Owner(user=gone), by=ben)
    assert fresh(conversation).owner_kind == "assistant"


@pytest.mark.django_db
def test_the_database_knows_no_person_without_a_name_and_no_name_without_a_person(conversation, ben):
    for fields in ({"owner_kind": "person"}, {"owner_user": ben}, {"owner_kind": "queue", "owner_user": ben}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Conversation.objects.filter(pk=conversation.pk).update(**fields)


# --- Who waits ---


@pytest.mark.django_db
def test_the_oldest_unanswered_message_says_since_when_a_customer_waits(conversation):
    first = say(conversation)
    say(conversation, "Hello??")
    assert fresh(conversation).waiting_since == first.created_at
    services.post_reply(conversation=conversation, reply=reply("A notice.", author="system", run_id=None))
    assert fresh(conversation).waiting_since == first.created_at, "a notice answers nothing"
    services.post_reply(conversation=conversation, reply=reply())
    assert fresh(conversation).waiting_since is None


@pytest.mark.django_db
def test_a_wish_for_a_person_is_settled_by_whoever_takes_it_and_by_whoever_has_it_and_answers(conversation, ben):
    request, _is_new = services.ask_for_person(conversation=conversation)
    take(conversation=conversation, agent=ben)
    request.refresh_from_db()
    assert (request.state, request.handled_by) == ("done", ben)

    again, is_new = services.ask_for_person(conversation=conversation)
    assert is_new
    assert fresh(conversation).owner_user == ben, "who has a person keeps them"
    services.reply_as_agent(conversation=conversation, agent=ben, written=Written(text="I am here."))
    again.refresh_from_db()
    assert again.state == "done"


@pytest.mark.django_db
def test_passing_it_to_a_queue_leaves_the_wish_open(conversation, ben):
    services.ask_for_person(conversation=conversation)
    assign(conversation=conversation, to=Owner(is_queue=True), by=ben)
    assert conversation.person_requests.still_open().count() == 1


# --- A silent assignee ---


@pytest.mark.django_db
def test_an_assignee_who_stays_silent_loses_it_to_the_queue_of_their_team(conversation, ben, settings):
    settings.CSASSIST_ASSIGNEE_SILENCE_SECONDS = 600
    team = Team.objects.create(name="Refunds")
    assign(conversation=conversation, to=Owner(user=ben, team=team), by=ben)
    assert fresh(conversation).return_at is None, "nobody waits yet"
    say(conversation)
    due = fresh(conversation).return_at
    assert due is not None
    assert timedelta(seconds=595) < due - timezone.now() <= timedelta(seconds=600)
    say(conversation, "Hello??")
    assert fresh(conversation).return_at == due, "a customer who repeats it makes nobody wait longer"
    assert return_silent() == 0
    silent_for_too_long(conversation)
    assert return_silent() == 1
    back = fresh(conversation)
    assert (back.owner_kind, back.owner_user, back.team, back.status) == ("queue", None, team, "waiting_for_person")
    assert (back.return_at, back.waiting_since is not None) == (None, True)
    assert "ben did not answer in time" in back.notes.get().text
    assert back.notes.get().author is None
    assert return_silent() == 0


@pytest.mark.django_db
def test_an_answer_stops_the_timer_and_the_next_message_starts_it_anew(conversation, ben):
    take(conversation=conversation, agent=ben)
    say(conversation)
    first = fresh(conversation).return_at
    services.reply_as_agent(conversation=conversation, agent=ben, written=Written(text="One moment."))
    assert fresh(conversation).return_at is None
    say(conversation, "Still there?")
    again = fresh(conversation).return_at
    assert again is not None
    assert again > first


@pytest.mark.django_db
def test_a_new_assignee_has_the_whole_time(conversation, ben, cleo):
    take(conversation=conversation, agent=ben)
    say(conversation)
    Conversation.objects.filter(pk=conversation.pk).update(return_at=timezone.now() + timedelta(seconds=1))
    assign(conversation=conversation, to=Owner(user=cleo), by=ben)
    due = fresh(conversation).return_at
    assert due is not None
    assert due > timezone.now() + timedelta(seconds=10)
    assign(conversation=conversation, to=Owner(), by=cleo)
    assert fresh(conversation).return_at is None, "the assistant is never silent for long"


@pytest.mark.django_db
def test_an_answer_in_the_last_moment_keeps_the_conversation(conversation, ben):
    take(conversation=conversation, agent=ben)
    say(conversation)
    silent_for_too_long(conversation)
    stale = fresh(conversation)
    services.reply_as_agent(conversation=conversation, agent=ben, written=Written(text="Here I am."))
    assert not give_back_silent(conversation=stale)
    assert fresh(conversation).owner_user == ben


@pytest.mark.django_db
def test_closing_stops_the_timer(conversation, ben):
    take(conversation=conversation, agent=ben)
    say(conversation)
    services.close(conversation=conversation, by=ben)
    silent = fresh(conversation)
    assert (silent.return_at, silent.waiting_since, return_silent()) == (None, None, 0)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_take_it_at_once_having_seen_the_same_one_gets_it():
    conversation = ConversationFactory.create()
    agents = [UserFactory.create() for _ in range(6)]
    seen = owner_mark(conversation)

    @hanging_up
    def try_to_take(agent):
        try:
            return take(conversation=conversation, agent=agent, seen_owner=seen).owner_user
        except Conflict:
            return None

    with ThreadPoolExecutor(6) as pool:
        found = [winner for winner in pool.map(try_to_take, agents) if winner]
    assert found == [fresh(conversation).owner_user]


@pytest.mark.django_db(transaction=True)
def test_workers_that_give_back_at_once_do_it_once(ben):
    conversation = ConversationFactory.create()
    take(conversation=conversation, agent=ben)
    say(conversation)
    silent_for_too_long(conversation)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _number: hanging_up(return_silent)(), range(4)))
    assert sum(counts) == 1
    assert conversation.notes.count() == 1
