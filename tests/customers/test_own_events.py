"""What happens in the help desk stands among the customer's events, once, and never starts outreach by itself."""

import pytest
from django.utils import timezone

from csassist.analysis.services import read_message
from csassist.conversations.models import Survey
from csassist.conversations.services import (
    answer_survey,
    ask_for_person,
    close,
    receive_message,
    start_conversation,
)
from csassist.customers import own_events
from csassist.customers.models import Customer, CustomerEvent, DirtyCustomer, EventOrigin, IdentityLink
from csassist.customers.signed_identity import ProvenCustomer

pytestmark = pytest.mark.django_db


def names(customer: Customer) -> list[str]:
    return list(customer.events.order_by("pk").values_list("name", flat=True))


def test_a_conversation_leaves_its_events(ana, ben, settings):
    settings.CSASSIST_EMBEDDINGS = "hashed"  # no embedding is loaded, which takes seconds
    conversation = start_conversation(customer=ana)
    message, _new = receive_message(conversation=conversation, text="I am furious, my lamp is broken again!")
    ask_for_person(conversation=conversation)
    ask_for_person(conversation=conversation)
    read_message(message=message)
    read_message(message=message)
    close(conversation=conversation, by=ben)
    survey = Survey.objects.create(episode=conversation.episodes.get())
    answer_survey(survey=survey, score=2)
    answer_survey(survey=survey, score=2)

    assert names(ana) == [
        "csassist.conversation_opened",
        "csassist.handed_over",
        "csassist.message_read",
        "csassist.conversation_closed",
        "csassist.rated",
    ]
    read = ana.events.get(name="csassist.message_read")
    assert (read.origin, read.message_id) == (EventOrigin.OWN, f"csassist.message_read:{message.public_id}")
    assert read.value_milli is not None
    assert read.value_milli < 0
    assert ana.events.get(name="csassist.rated").value_milli == 2_000
    assert ana.events.get(name="csassist.handed_over").properties == {"reason": "asked"}
    assert DirtyCustomer.objects.get(customer=ana).version == 5


def test_a_note_is_stored_once(ana):
    assert own_events.note(customer=ana, name=own_events.RATED, key="1", value_milli=1_000)
    assert not own_events.note(customer=ana.pk, name=own_events.RATED, key="1", value_milli=5_000)

    assert CustomerEvent.objects.get().message_id == "csassist.rated:1"


def test_a_name_that_is_not_ours_is_a_mistake(ana):
    with pytest.raises(own_events.UnknownOwnEvent):
        own_events.note(customer=ana, name="order_placed", key="1")


def test_what_our_outreach_caused_may_start_nothing(ana):
    own_events.note(customer=ana, name=own_events.OUTREACH_SENT, key="1", is_outreach=True)
    own_events.note(customer=ana, name=own_events.RATED, key="1")

    may = {event.name: own_events.may_trigger(event) for event in CustomerEvent.objects.all()}
    assert may == {"csassist.outreach_sent": False, "csassist.rated": True}


def test_a_browser_that_signs_in_brings_its_events_along(ana, dan):
    from csassist.conversations.services import sign_customer_in

    visitor = Customer.objects.create()
    receive_message(conversation=start_conversation(customer=visitor), text="Hello")
    proven = ProvenCustomer("c-9", "", "", "en", "d" * 64, timezone.now())

    signed_in = sign_customer_in(proven=proven, key_digest="k" * 64, visitor=visitor)

    link = IdentityLink.objects.get()
    assert (link.other_customer, link.customer) == (visitor, signed_in.sign_in.customer)
    assert set(DirtyCustomer.objects.values_list("customer", flat=True)) == {visitor.pk, link.customer_id}
