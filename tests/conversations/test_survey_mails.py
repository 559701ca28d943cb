"""The question how it went, by e-mail: once, after the last answer has arrived, and to nobody who said no."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine

from csassist.accounts.models import User
from csassist.audit.models import AuditEvent
from csassist.conversations.mail_gate import still_wanted
from csassist.conversations.models import Conversation, Survey, SurveyRefusal
from csassist.conversations.presence import note_here
from csassist.conversations.services import (
    Written,
    answer_survey,
    mail_replies,
    mail_surveys,
    mark_read,
    receive_message,
    refuse_surveys,
    reply_as_agent,
    start_conversation,
)
from csassist.customers.models import Customer
from csassist.delivery.channels.fake import FakeChannel
from csassist.delivery.dispatching import send_next
from csassist.delivery.models import Delivery
from tests.conversations.conftest import ADDRESS
from tests.threads import hanging_up

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def closed_by(agent: User, customer: Customer, clock: time_machine.Traveller, language: str = "en") -> Conversation:
    """She asked and left; five minutes later the answer came and the matter was closed."""
    conversation = start_conversation(customer=customer, language=language)
    receive_message(conversation=conversation, text="How long can I return a lamp?")
    clock.shift(timedelta(minutes=5))
    reply_as_agent(conversation=conversation, agent=agent, written=Written(text="30 days.", closes=True))
    conversation.refresh_from_db()
    return conversation


@pytest.fixture
def closed(ben: User, amelia: Customer, clock: time_machine.Traveller) -> Conversation:
    return closed_by(ben, amelia, clock)


def surveys() -> list[Delivery]:
    return list(Delivery.objects.filter(effect_key__startswith="survey:"))


def after_an_hour(clock: time_machine.Traveller, fake: FakeChannel) -> None:
    """The mail with the answer leaves on the way there."""
    clock.shift(timedelta(seconds=61))
    mail_replies()
    while send_next(fake, gate=still_wanted):
        pass
    clock.shift(timedelta(hours=1))
    mail_surveys()


@pytest.mark.parametrize(("language", "subject"), [("en", "How did we do?"), ("zh", "我们的服务如何？")])
def test_who_left_is_asked_after_the_answer_has_arrived(
    ben: User, amelia: Customer, clock: time_machine.Traveller, fake: FakeChannel, language: str, subject: str
):
    closed_by(ben, amelia, clock, language)
    mail_surveys()
    assert not surveys()
    after_an_hour(clock, fake)

    [mail] = surveys()
    assert (mail.recipient, mail.subject, mail.language) == (ADDRESS, subject, language)
    assert "/mail/survey/" in mail.text
    assert "/mail/no-surveys/" in mail.headers["List-Unsubscribe"]
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert fake.accepted()[0].startswith("reply:")


def test_once_for_an_episode(closed: Conversation, clock: time_machine.Traveller, fake: FakeChannel):
    after_an_hour(clock, fake)
    Survey.objects.update(mail_at=None)
    mail_surveys()
    assert send_next(fake, gate=still_wanted)

    assert len(surveys()) == 1
    assert [key.partition(":")[0] for key in fake.accepted()] == ["reply", "survey"]


def test_while_the_answer_is_on_its_way_the_survey_waits(closed: Conversation, clock: time_machine.Traveller):
    clock.shift(timedelta(hours=1, minutes=1))
    mail_replies()
    mail_surveys()

    assert not surveys()
    assert Survey.objects.get().mail_at is not None


def test_an_answer_that_could_not_be_mailed_is_not_asked_about(
    closed: Conversation, clock: time_machine.Traveller, fake: FakeChannel
):
    Customer.objects.update(email="refused@example.com")
    after_an_hour(clock, fake)

    assert not surveys()
    assert Survey.objects.get().mail_at is None


def test_who_was_asked_in_the_chat_is_not_asked_again(
    closed: Conversation, clock: time_machine.Traveller, fake: FakeChannel
):
    note_here(closed.pk)
    newest = closed.messages.latest("pk")
    mark_read(conversation=closed, message=newest)
    after_an_hour(clock, fake)

    assert not surveys()


def test_who_has_rated_is_not_asked(closed: Conversation, clock: time_machine.Traveller, fake: FakeChannel):
    answer_survey(survey=Survey.objects.get(), score=5)
    after_an_hour(clock, fake)

    assert not surveys()


def test_who_came_back_is_not_asked_about_the_old_matter(
    closed: Conversation, clock: time_machine.Traveller, fake: FakeChannel
):
    clock.shift(timedelta(minutes=10))
    receive_message(conversation=closed, text="And another question.")
    after_an_hour(clock, fake)

    assert not surveys()


@pytest.mark.parametrize("when", ["before", "while it waits"])
def test_who_wants_no_surveys_gets_none(
    closed: Conversation, clock: time_machine.Traveller, fake: FakeChannel, when: str
):
    from csassist.conversations.identity import digest_of_address

    digest = digest_of_address("Amelia@Example.com")
    if when == "before":
        refuse_surveys(address_digest=digest)
    after_an_hour(clock, fake)
    refuse_surveys(address_digest=digest)
    assert send_next(fake, gate=still_wanted) is None

    assert [mail.state for mail in surveys()] == ([] if when == "before" else ["suppressed"])
    assert SurveyRefusal.objects.count() == AuditEvent.objects.filter(action="surveys.refused").count() == 1


def test_a_rating_that_comes_while_the_mail_waits_stops_it(
    closed: Conversation, clock: time_machine.Traveller, fake: FakeChannel
):
    after_an_hour(clock, fake)
    answer_survey(survey=Survey.objects.get(), resolved=True)

    assert send_next(fake, gate=still_wanted) is None
    assert [(mail.state, mail.problem) for mail in surveys()] == [("cancelled", "answered")]


@pytest.mark.django_db(transaction=True)
def test_many_who_decide_at_once_write_one_mail(closed: Conversation, clock: time_machine.Traveller, fake: FakeChannel):
    clock.shift(timedelta(seconds=61))
    mail_replies()
    assert send_next(fake, gate=still_wanted)
    clock.shift(timedelta(hours=1))
    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(hanging_up(mail_surveys)) for _ in range(6)]:
            done.result()

    assert len(surveys()) == 1


def test_the_link_names_the_survey_and_nothing_else(
    closed: Conversation, clock: time_machine.Traveller, fake: FakeChannel
):
    after_an_hour(clock, fake)
    text = surveys()[0].text

    assert re.search(r"/mail/survey/[\w:.-]+\?lang=en", text)
    assert ADDRESS not in text
