"""A hand-off carries owner, reason, packet, team, the customer's notice and the record, or nothing of them."""

import pytest
from django.db import connection

from csassist.accounts.models import Team
from csassist.analysis.services import read_message
from csassist.assistant import runs
from csassist.assistant.answering import answer
from csassist.assistant.decision import HANDED_OVER, Reason
from csassist.assistant.handing_over import customer_asks_for_person, hand_off_for, packet_of
from csassist.assistant.models import AnswerRun, AnswerTrace, AutonomyRule, Draft
from csassist.audit.models import AuditEvent
from csassist.conversations.models import Author, ConsoleEvent, HandOffReason, PersonRequest
from csassist.conversations.services import close, take
from csassist.customers.models import Customer, SignIn
from tests.assistant.scripted import QUESTION, SENTENCES, ask, work
from tests.conversations.conftest import visitor_client
from tests.rest.routes import API

WISH = "Order AB-12345 is late. Let me talk to a human."


class Died(BaseException):
    """The process ends here: nothing catches this, and the transaction is never committed."""


def dies_at(table):
    def wrapper(execute, sql, params, many, context):
        if sql.startswith("INSERT") and f'"{table}"' in sql:
            raise Died
        return execute(sql, params, many, context)

    return wrapper


def event_types(conversation):
    return list(conversation.events.order_by("seq").values_list("type", flat=True))


@pytest.mark.django_db
def test_a_wish_for_a_person_hands_over_with_all_that_is_known(script, talk, ana, ben):
    ana.plan = "Plus"
    ana.save()
    team = Team.objects.create(name="First line")
    team.members.add(ben)
    ask(talk)
    work(talk)
    asked = ask(talk, WISH)
    work(talk)

    talk.refresh_from_db()
    request = talk.person_requests.get()
    assert (talk.status, talk.owner_kind, talk.team, talk.owner_user) == ("waiting_for_person", "queue", team, None)
    assert (request.reason, request.team, request.state) == ("asked", team, "open")
    packet = request.packet
    assert packet["goal"] == f"{QUESTION}\n{WISH}"
    assert packet["facts"] == [
        {"label": "name", "value": "Ana"},
        {"label": "plan", "value": "Plus"},
        {"label": "order_number", "value": "AB-12345"},
    ]
    assert [(one["outcome"], one["sources"]) for one in packet["tried"]] == [("send", ["Returns"])]
    assert SENTENCES[0] in packet["tried"][0]["said"]
    assert packet["sources"] == [{"title": "Returns", "document": str(script.document.public_id)}]
    assert (packet["next_step"], packet["read_through"]) == ("answer_goal", asked.pk)


@pytest.mark.django_db
def test_the_packet_tells_how_the_mood_went(script, talk):
    for words in ("Hello, where is my parcel?", "This is the third time I write, I am furious! You are useless!!!"):
        read_message(message=ask(talk, words))
    mood = packet_of(talk, HandOffReason.ASKED).mood
    assert len(mood) == 2
    assert mood[-1] == -2


@pytest.mark.django_db
def test_the_customer_is_told_at_once_and_in_this_order(script, talk):
    ask(talk, WISH)
    work(talk)
    said = talk.messages.exclude(author=Author.CUSTOMER).order_by("pk")
    assert [(message.author, message.outcome) for message in said] == [("assistant", "hand_off"), ("system", "")]
    assert "I am passing this on" in said[0].text
    assert "Our team has your conversation" in said[1].text
    types = event_types(talk)
    assert types[-4:] == ["message", "person_requested", "message", "done"]
    assert ConsoleEvent.objects.about(talk).filter(kind="owner").exists()
    assert AuditEvent.objects.get(action="person.requested").facts["reason"] == "asked"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "table",
    [
        "conversations_personrequest",
        "conversations_message",
        "conversations_conversationevent",
        "conversations_consoleevent",
        "audit_auditevent",
        "assistant_answertrace",
        "assistant_answerrun",
    ],
)
def test_a_process_that_dies_in_a_hand_off_leaves_none_of_it(script, talk, table):
    """The last statement is the run that drafts beside it; whoever takes the run over hands over whole."""
    ask(talk, WISH)
    run = AnswerRun.objects.get()
    with connection.execute_wrapper(dies_at(table)), pytest.raises(Died):
        answer(run.public_id)

    talk.refresh_from_db()
    assert (talk.status, talk.owner_kind, talk.team) == ("open", "assistant", None)
    assert not PersonRequest.objects.exists()
    assert not AnswerTrace.objects.exists()
    assert [message.author for message in talk.messages.all()] == ["customer"]
    assert event_types(talk) == ["message"]

    AnswerRun.objects.update(lease_until="2020-01-01T00:00Z")
    runs.resume_expired()
    talk.refresh_from_db()
    assert (talk.owner_kind, talk.person_requests.count()) == ("queue", 1)
    assert talk.messages.filter(author=Author.ASSISTANT).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reason", "handed"),
    [
        (Reason.ASKED_FOR_PERSON, HandOffReason.ASKED),
        (Reason.ANGRY, HandOffReason.ANGRY),
        (Reason.RISK, HandOffReason.RISK),
        (Reason.REPEATED, HandOffReason.REPEATED),
        (Reason.LEFT_TO_PEOPLE, HandOffReason.POLICY),
    ],
)
def test_each_reason_that_hands_over_has_one_of_the_counted_reasons(talk, reason, handed):
    found = hand_off_for(talk, reason)
    assert found is not None
    assert found.reason == handed
    assert reason in HANDED_OVER


@pytest.mark.django_db
@pytest.mark.parametrize("reason", sorted(set(Reason) - HANDED_OVER))
def test_every_other_reason_only_offers_a_person(talk, reason):
    assert hand_off_for(talk, reason) is None


@pytest.mark.django_db
def test_a_refusal_leaves_the_conversation_with_the_assistant(script, talk):
    script.support = 0.0
    ask(talk)
    work(talk)
    talk.refresh_from_db()
    assert (talk.owner_kind, talk.waiting_since, PersonRequest.objects.count()) == ("assistant", None, 0)


@pytest.mark.django_db
def test_the_button_for_a_person_carries_the_same_packet_as_the_words(script, talk, ana):
    ask(talk)
    work(talk)
    body = {"contact": "ana@example.com"}
    response = visitor_client(ana).post(f"/{API}conversations/{talk.public_id}/person", body, format="json")
    assert response.status_code == 201
    request = talk.person_requests.get()
    assert request.packet["goal"] == QUESTION
    assert [one["sources"] for one in request.packet["tried"]] == [["Returns"]]
    assert (request.contact, request.reason, request.is_verified) == ("ana@example.com", "asked", False)


@pytest.mark.django_db
def test_the_button_in_the_middle_of_an_answer_ends_it_and_a_draft_is_made_instead(script, talk):
    script.before = lambda place: customer_asks_for_person(talk) if place == 1 and len(script.turns) == 1 else None
    ask(talk)
    dropped, suggestion = work(talk)
    assert (dropped.state, suggestion.purpose) == ("dropped", "suggestion")
    assert not talk.messages.filter(author=Author.ASSISTANT).exists()
    assert Draft.objects.waiting().get().run == suggestion
    talk.refresh_from_db()
    assert talk.owner_kind == "queue"


@pytest.mark.django_db
def test_pressing_the_button_again_changes_neither_owner_nor_packet(script, talk, ben):
    ask(talk)
    customer_asks_for_person(talk)
    packet = talk.person_requests.get().packet
    ask(talk, "Is somebody there?")
    _request, is_new = customer_asks_for_person(talk, contact="ana@example.com")
    assert not is_new
    assert talk.person_requests.get().packet == packet


@pytest.mark.django_db
def test_a_packet_holds_nothing_of_what_was_closed(script, talk, ben):
    ask(talk, "My order AB-12345 is late.")
    work(talk)
    close(conversation=talk, by=ben)
    customer_asks_for_person(talk)
    packet = talk.person_requests.get().packet
    assert (packet["goal"], packet["tried"], packet["read_through"]) == ("", [], 0)
    assert "AB-12345" not in str(packet)
    talk.refresh_from_db()
    assert (talk.status, talk.episodes.count()) == ("waiting_for_person", 2)


@pytest.mark.django_db
def test_a_draft_that_was_never_sent_was_not_tried(script, talk):
    AutonomyRule.objects.create(level="approve")
    ask(talk)
    work(talk)
    customer_asks_for_person(talk)
    assert talk.person_requests.get().packet["tried"] == []


@pytest.mark.django_db
def test_who_is_signed_in_is_handed_over_as_verified(script, talk, ana):
    Customer.objects.filter(pk=ana.pk).update(external_id="C-1")
    SignIn.objects.create(customer=ana, key_digest="x" * 64, expires_at="2999-01-01T00:00Z")
    ask(talk, WISH)
    work(talk)
    assert talk.person_requests.get().is_verified


@pytest.mark.django_db
def test_a_customer_whom_a_person_has_keeps_them(script, talk, ben):
    take(conversation=talk, agent=ben)
    customer_asks_for_person(talk)
    talk.refresh_from_db()
    assert (talk.owner_user, talk.status) == (ben, "open")


@pytest.mark.django_db
def test_messages_to_a_queue_are_drafted_and_never_answered_by_the_assistant(script, talk):
    ask(talk, WISH)
    work(talk)
    ask(talk)
    work(talk)
    assert [message.outcome for message in talk.messages.filter(author=Author.ASSISTANT)] == ["hand_off"]
    assert Draft.objects.waiting().count() == 1
    assert PersonRequest.objects.count() == 1
