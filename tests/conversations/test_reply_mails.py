"""A colleague's reply reaches a customer who has left: one mail, only while it is unseen, only where it may go."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction

from csassist.accounts.models import User
from csassist.conversations.mail_gate import still_wanted
from csassist.conversations.mail_links import conversation_of
from csassist.conversations.models import ConsoleEvent, Conversation, Message, ReplyMail
from csassist.conversations.presence import note_here
from csassist.conversations.services import (
    Written,
    ask_for_person,
    mail_replies,
    mark_read,
    post_reply,
    receive_message,
    reply_as_agent,
    reply_mails,
    start_conversation,
    write_note,
)
from csassist.conversations.thread import thread_of
from csassist.core.errors import NotFound
from csassist.customers.models import Customer
from csassist.customers.services import anonymous_customer
from csassist.delivery.channels.fake import FakeChannel
from csassist.delivery.dispatching import send_next
from csassist.delivery.models import Delivery
from tests.conversations.conftest import ADDRESS, reply
from tests.threads import hanging_up

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def asked(clock: time_machine.Traveller, amelia: Customer) -> Conversation:
    """Amelia asked, and has been away for five minutes."""
    return asked_by(amelia, clock)


def asked_by(customer: Customer, clock: time_machine.Traveller, language: str = "en") -> Conversation:
    conversation = start_conversation(customer=customer, language=language)
    receive_message(conversation=conversation, text="How long can I return a lamp?", language=language)
    clock.shift(timedelta(minutes=5))
    return conversation


def answer(conversation: Conversation, agent: User, text: str = "You have **30 days**.") -> Message:
    message, _is_new = reply_as_agent(conversation=conversation, agent=agent, written=Written(text=text))
    return message


def mails() -> list[Delivery]:
    return list(Delivery.objects.filter(effect_key__startswith="reply:").order_by("id"))


def test_a_reply_is_mailed_to_who_has_left(asked: Conversation, ben: User, clock: time_machine.Traveller):
    message = answer(asked, ben)
    mail_replies()
    assert not mails()
    clock.shift(timedelta(seconds=61))
    mail_replies()

    [mail] = mails()
    assert (mail.recipient, mail.subject) == (ADDRESS, "Re: How long can I return a lamp?")
    assert mail.effect_key == f"reply:{asked.public_id}:{message.public_id}"
    assert "You have **30 days**." in mail.text
    assert "You have <strong>30 days</strong>." in mail.html
    assert "/mail/conversation/" in mail.text


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("en", "Re: How long can I return a lamp?", "had left"),
        ("zh", "回复：How long can I return a lamp?", "您已离开"),
    ],
)
def test_the_mail_is_in_the_customers_language(
    amelia: Customer, ben: User, clock: time_machine.Traveller, language: str, subject: str, words: str
):
    conversation = asked_by(amelia, clock, language)
    answer(conversation, ben)
    clock.shift(timedelta(seconds=61))
    mail_replies()

    [mail] = mails()
    assert (mail.subject, mail.language) == (subject, language)
    assert words in mail.text
    assert f'lang="{"zh-Hans" if language == "zh" else "en"}"' in mail.html


def test_several_replies_in_a_short_time_are_one_mail(asked: Conversation, ben: User, clock: time_machine.Traveller):
    for text in ("First.", "Second.", "Third."):
        answer(asked, ben, text)
        clock.shift(timedelta(seconds=40))
        mail_replies()
    assert not mails()
    clock.shift(timedelta(seconds=30))
    mail_replies()
    mail_replies()

    [mail] = mails()
    assert [mail.text.index(word) for word in ("First.", "Second.", "Third.")] == sorted(
        mail.text.index(word) for word in ("First.", "Second.", "Third.")
    )


def test_a_later_reply_is_a_mail_of_its_own(asked: Conversation, ben: User, clock: time_machine.Traveller):
    for text in ("First.", "Second."):
        answer(asked, ben, text)
        clock.shift(timedelta(seconds=61))
        mail_replies()

    first, second = mails()
    assert "First." in first.text
    assert "First." not in second.text


def test_who_has_seen_the_reply_gets_no_mail(asked: Conversation, ben: User, clock: time_machine.Traveller):
    message = answer(asked, ben)
    mark_read(conversation=asked, message=message)
    clock.shift(timedelta(seconds=61))
    mail_replies()

    assert not mails()
    asked.refresh_from_db()
    assert asked.reply_mail_at is None


def test_who_has_written_since_has_seen_the_reply(asked: Conversation, ben: User, clock: time_machine.Traveller):
    answer(asked, ben)
    receive_message(conversation=asked, text="Thank you, and how do I send it?")
    clock.shift(timedelta(seconds=61))
    mail_replies()

    assert not mails()


def test_while_the_page_is_open_nothing_is_mailed_and_then_it_is(
    asked: Conversation, ben: User, clock: time_machine.Traveller
):
    answer(asked, ben)
    for _ in range(6):
        clock.shift(timedelta(seconds=20))
        note_here(asked.pk)
        mail_replies()
    assert not mails()
    clock.shift(timedelta(seconds=61))
    mail_replies()

    assert len(mails()) == 1


def test_who_comes_back_before_the_mail_leaves_does_not_get_it(
    asked: Conversation, ben: User, clock: time_machine.Traveller, fake: FakeChannel
):
    message = answer(asked, ben)
    clock.shift(timedelta(seconds=61))
    mail_replies()
    mark_read(conversation=asked, message=message)

    assert send_next(fake, gate=still_wanted) is None
    assert fake.accepted() == []
    assert [(mail.state, mail.problem) for mail in mails()] == [("cancelled", "seen")]


def test_what_waits_is_sent_once(asked: Conversation, ben: User, clock: time_machine.Traveller, fake: FakeChannel):
    answer(asked, ben)
    clock.shift(timedelta(seconds=61))
    mail_replies()
    assert send_next(fake, gate=still_wanted)
    mail_replies()

    assert send_next(fake, gate=still_wanted) is None
    assert fake.accepted() == [mails()[0].effect_key]


def test_only_what_a_person_wrote_or_let_go_out_is_mailed(
    asked: Conversation, ben: User, clock: time_machine.Traveller
):
    post_reply(conversation=asked, reply=reply("The assistant's own."))
    clock.shift(timedelta(seconds=61))
    mail_replies()
    assert not mails()
    post_reply(conversation=asked, reply=reply("Approved [1].", author_user=ben))
    clock.shift(timedelta(seconds=61))
    mail_replies()

    [mail] = mails()
    assert "AI assistant" in mail.text
    assert "Approved." in mail.text
    assert "own" not in mail.text.split("Approved")[1]


def test_a_note_is_never_mailed(asked: Conversation, ben: User, clock: time_machine.Traveller):
    write_note(conversation=asked, author=ben, text="The customer is difficult.")
    clock.shift(timedelta(seconds=61))
    mail_replies()
    assert not mails()
    answer(asked, ben)
    write_note(conversation=asked, author=ben, text="The customer is difficult.")
    clock.shift(timedelta(seconds=61))
    mail_replies()

    [mail] = mails()
    assert "difficult" not in mail.text + mail.html


def test_the_last_words_before_a_close_are_mailed(asked: Conversation, ben: User, clock: time_machine.Traveller):
    reply_as_agent(conversation=asked, agent=ben, written=Written(text="Done.", closes=True))
    clock.shift(timedelta(seconds=61))
    mail_replies()

    assert "Done." in mails()[0].text


@pytest.mark.parametrize(("contact", "count"), [("ana@example.com", 1), ("+44 20 7946 0000", 0), ("", 0)])
def test_a_visitor_is_reached_at_the_address_they_left(
    ben: User, clock: time_machine.Traveller, contact: str, count: int
):
    conversation = asked_by(anonymous_customer(), clock)
    ask_for_person(conversation=conversation, contact=contact)
    answer(conversation, ben)
    clock.shift(timedelta(seconds=61))
    mail_replies()

    assert [mail.recipient for mail in mails()] == [contact] * count


def test_a_known_customers_own_address_goes_before_one_that_was_typed(
    asked: Conversation, ben: User, clock: time_machine.Traveller
):
    ask_for_person(conversation=asked, contact="somebody@example.com")
    answer(asked, ben)
    clock.shift(timedelta(seconds=61))
    mail_replies()

    assert [mail.recipient for mail in mails()] == [ADDRESS]


def test_nobody_can_have_a_stranger_flooded(ben: User, clock: time_machine.Traveller):
    for _ in range(7):
        conversation = asked_by(anonymous_customer(), clock)
        ask_for_person(conversation=conversation, contact="Victim@example.com")
        answer(conversation, ben)
        clock.shift(timedelta(seconds=61))
        mail_replies()

    assert len(mails()) == 5


def test_an_advertisement_is_no_subject(ben: User, clock: time_machine.Traveller):
    conversation = start_conversation(customer=anonymous_customer())
    receive_message(conversation=conversation, text="WIN at https://evil.example/now")
    ask_for_person(conversation=conversation, contact="victim@example.com")
    clock.shift(timedelta(minutes=5))
    answer(conversation, ben)
    clock.shift(timedelta(seconds=61))
    mail_replies()

    assert mails()[0].subject == "An answer to your question"
    assert "evil" not in mails()[0].text + mails()[0].html


def test_hostile_words_are_harmless_in_the_mail(asked: Conversation, ben: User, clock: time_machine.Traveller):
    answer(asked, ben, "<script>alert(1)</script> ![x](https://evil.example/x.png) [go](javascript:alert(1))")
    clock.shift(timedelta(seconds=61))
    mail_replies()

    html = mails()[0].html
    assert not re.search(r"<script|<img|javascript:", html)


def test_a_reply_of_days_ago_is_no_news(asked: Conversation, ben: User, clock: time_machine.Traveller):
    answer(asked, ben)
    clock.shift(timedelta(days=3))
    mail_replies()

    assert not mails()


def test_who_dies_before_the_commit_has_decided_nothing(asked: Conversation, ben: User, clock: time_machine.Traveller):
    answer(asked, ben)
    clock.shift(timedelta(seconds=61))
    with transaction.atomic():
        reply_mails.decide_one(conversation=asked)
        transaction.set_rollback(True)
    assert not mails()
    mail_replies()

    assert len(mails()) == ReplyMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_who_decide_at_once_write_one_mail(asked: Conversation, ben: User, clock: time_machine.Traveller):
    answer(asked, ben)
    clock.shift(timedelta(seconds=61))
    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(hanging_up(mail_replies)) for _ in range(6)]:
            done.result()

    assert len(mails()) == ReplyMail.objects.count() == 1


def test_an_erased_conversation_takes_its_waiting_mail_with_it(
    asked: Conversation, ben: User, clock: time_machine.Traveller, fake: FakeChannel
):
    answer(asked, ben)
    clock.shift(timedelta(seconds=61))
    mail_replies()
    Conversation.objects.filter(pk=asked.pk).delete()

    assert send_next(fake, gate=still_wanted) is None
    assert [(mail.state, mail.problem) for mail in mails()] == [("cancelled", "erased")]


def test_the_agent_sees_beside_the_reply_that_it_was_mailed(
    asked: Conversation, ben: User, clock: time_machine.Traveller, fake: FakeChannel
):
    message = answer(asked, ben)
    clock.shift(timedelta(seconds=61))
    mail_replies()
    shown = {entry.what.pk: entry.mail for entry in thread_of(asked).entries if entry.kind == "message"}
    mail = shown[message.pk]
    assert mail is not None
    assert (mail.masked_address, mail.delivery.state) == ("a…@example.com", "ready")
    send_next(fake, gate=still_wanted)
    before = ConsoleEvent.objects.count()

    assert mail_replies() == 1
    assert ConsoleEvent.objects.count() == before + 1
    assert mail_replies() == 0


def test_the_link_leads_to_the_conversation_until_the_address_changes(
    asked: Conversation, amelia: Customer, ben: User, clock: time_machine.Traveller
):
    answer(asked, ben)
    clock.shift(timedelta(seconds=61))
    mail_replies()
    found = re.search(r"/mail/conversation/([^?\s]+)", mails()[0].text)
    assert found
    assert conversation_of(found[1])[0] == asked
    Customer.objects.filter(pk=amelia.pk).update(email="new@example.com")

    with pytest.raises(NotFound):
        conversation_of(found[1])
