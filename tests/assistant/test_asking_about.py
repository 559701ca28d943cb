"""A conversation about an article searches with the article's title, as if it had been said first."""

from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from csassist.assistant import services
from csassist.assistant.models import AnswerRun, AnswerTrace
from csassist.assistant.turns import HISTORY_MESSAGES, Line, Turn, read_turn
from csassist.conversations.services import receive_message, start_conversation
from csassist.customers.models import Customer
from csassist.customers.services import anonymous_customer
from knowledge.models import Audience, Collection, Document

VAGUE = "And what about that?"


def trace_of(question: str, about: UUID | None) -> AnswerTrace:
    conversation = start_conversation(
        customer=anonymous_customer(language="en"), language="en", about_document_id=about
    )
    asked = services.ask(conversation=conversation, text=question)
    assert asked.run is not None
    services.wait_for_reply(asked.run)
    return AnswerTrace.objects.get(run=asked.run)


@pytest.mark.django_db(transaction=True)
def test_a_vague_question_is_searched_for_in_what_it_is_about(knowledge: None):
    lock = Document.objects.get(title="Lock batteries")

    about_it, about_nothing = trace_of(VAGUE, lock.public_id), trace_of(VAGUE, None)

    assert about_it.searched_text == f"Lock batteries\n{VAGUE}"
    assert about_it.passages[0]["document"] == str(lock.public_id)
    assert about_nothing.searched_text == VAGUE


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hidden", ["staff only", "withdrawn", "never there"])
def test_what_the_customer_may_not_see_changes_nothing(knowledge: None, hidden: str):
    lock = Document.objects.get(title="Lock batteries")
    if hidden == "staff only":
        Collection.objects.filter(pk=lock.collection_id).update(audience=Audience.AGENTS)
    elif hidden == "withdrawn":
        Document.objects.filter(pk=lock.pk).update(live_version=None)
    about = uuid4() if hidden == "never there" else lock.public_id

    assert trace_of(VAGUE, about).searched_text == VAGUE


def test_the_title_leads_what_was_said_before():
    turn = Turn("And then?", "en", (Line("Customer", "First"), Line("Assistant", "Answer")), 1, uuid4())

    assert turn.searchable_history("Lock") == ("user: Lock", "user: First", "agent: Answer")
    assert turn.searchable_history() == ("user: First", "agent: Answer")


@pytest.mark.parametrize(
    ("earlier_count", "is_about"), [(0, True), (HISTORY_MESSAGES - 1, True), (HISTORY_MESSAGES, False)]
)
def test_a_long_conversation_is_about_what_was_said_last(ana: Customer, earlier_count: int, is_about: bool):
    conversation = start_conversation(customer=ana, about_document_id=uuid4())
    earlier = [receive_message(conversation=conversation, text="Earlier")[0] for _number in range(earlier_count)]
    if earlier:
        AnswerRun.objects.create(
            conversation=conversation,
            state=AnswerRun.State.DONE,
            answered_through_id=earlier[-1].pk,
            lease_until=timezone.now(),
        )
    receive_message(conversation=conversation, text="Now")
    run = AnswerRun.objects.create(conversation=conversation, lease_until=timezone.now())

    turn = read_turn(run)

    assert turn is not None
    assert (turn.text, len(turn.history)) == ("Now", earlier_count)
    assert (turn.about is not None) is is_about
