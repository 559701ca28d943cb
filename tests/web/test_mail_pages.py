"""Links in mails to customers: opening one shows what it will do; a forwarded one lets nobody in."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from csassist.conversations import access, mail_links
from csassist.conversations.mail_address import mail_address_of
from csassist.conversations.models import BrowserGrant, Conversation, Survey, SurveyRefusal
from csassist.conversations.services import (
    Written,
    ask_for_person,
    prune_grants,
    receive_message,
    reply_as_agent,
    start_conversation,
)
from csassist.customers.models import Customer, Identity
from csassist.customers.services import anonymous_customer
from csassist.delivery.models import Delivery

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ADDRESS = "amelia@example.com"


@pytest.fixture
def amelia(db: None) -> Customer:
    return Customer.objects.create(external_id="LH-1001", name="Amelia", email=ADDRESS, is_anonymous=False)


@pytest.fixture
def hers(amelia: Customer) -> Conversation:
    conversation = start_conversation(customer=amelia)
    receive_message(conversation=conversation, text="Where is my lamp?")
    return conversation


@pytest.fixture
def closed(hers: Conversation, ben) -> Conversation:
    reply_as_agent(conversation=hers, agent=ben, written=Written(text="On its way.", closes=True))
    return hers


def link_to(conversation: Conversation) -> str:
    address = mail_address_of(conversation)
    assert address is not None
    return path_of(mail_links.to_conversation(conversation, address))


def path_of(link: str) -> str:
    return link.removeprefix("http://localhost:8000").partition("?")[0]


def codes() -> list[str]:
    """Those that wait in the outbox, the newest last."""
    texts = Delivery.objects.filter(effect_key__startswith="opening-code:", state="ready").order_by("id")
    return [re.findall(r"\d{6}", mail.text)[0] for mail in texts]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def browser_of(customer: Customer) -> Client:
    visitor = access.new_visitor()
    Identity.objects.create(customer=customer, kind=Identity.Kind.VISITOR, value=visitor.key_digest)
    client = Client()
    client.cookies[access.COOKIE_NAME] = access.token_of(visitor) or ""
    return client


def test_her_own_browser_goes_straight_in(hers: Conversation, amelia: Customer):
    answer = browser_of(amelia).get(link_to(hers))

    assert (answer.status_code, answer["Location"]) == (302, f"/c/{hers.public_id}")


@pytest.mark.parametrize(("language", "words"), [("en", "You asked in another browser."), ("zh-hans", "另一个浏览器")])
def test_any_other_browser_is_asked_for_a_code_and_told_nothing(
    client: Client, hers: Conversation, language: str, words: str
):
    page = client.get(f"{link_to(hers)}?lang={language}")

    assert page.status_code == 200
    assert words in page.text
    assert "a…@example.com" in page.text
    assert ADDRESS not in page.text
    assert "lamp" not in page.text
    assert not codes()
    assert access.COOKIE_NAME not in client.cookies


def test_a_code_opens_this_one_conversation_in_this_browser(client: Client, hers: Conversation, amelia: Customer):
    other = start_conversation(customer=amelia)
    assert "Enter it here" in client.post(link_to(hers)).text
    answer = client.post(link_to(hers), {"code": codes()[0]})
    assert (answer.status_code, answer["Location"]) == (302, f"/c/{hers.public_id}")

    assert client.get(f"/c/{hers.public_id}").status_code == 200
    assert client.get(f"/c/{other.public_id}").status_code == 404
    listed = client.get("/api/v1/conversations").json()
    assert [one["id"] for one in listed["results"]] == [str(hers.public_id)]
    assert client.get(f"/api/v1/conversations/{hers.public_id}/messages").status_code == 200
    assert client.get("/api/v1/conversations/unread").json()["unread"] == 0


def test_a_browser_keeps_what_it_had(hers: Conversation):
    dan = anonymous_customer()
    own = start_conversation(customer=dan)
    client = browser_of(dan)
    client.post(link_to(hers))
    client.post(link_to(hers), {"code": codes()[0]})

    assert client.get(f"/c/{own.public_id}").status_code == 200
    assert client.get(f"/c/{hers.public_id}").status_code == 200


def test_a_new_conversation_of_the_browser_is_not_the_customers(client: Client, hers: Conversation, amelia: Customer):
    client.post(link_to(hers))
    client.post(link_to(hers), {"code": codes()[0]})
    started = client.post("/api/v1/conversations", {}, content_type="application/json").json()

    assert Conversation.objects.get(public_id=started["id"]).customer != amelia


def test_the_code_of_one_browser_opens_nothing_in_another(client: Client, hers: Conversation):
    client.post(link_to(hers))
    code = codes()[0]
    thief = Client()
    refused = thief.post(link_to(hers), {"code": code})

    assert refused.status_code == 400
    assert thief.get(f"/c/{hers.public_id}").status_code == 404


def test_three_tries_and_no_more(client: Client, hers: Conversation):
    client.post(link_to(hers))
    code = codes()[0]
    for _ in range(3):
        assert client.post(link_to(hers), {"code": wrong(code)}).status_code == 400
    assert client.post(link_to(hers), {"code": code}).status_code == 400

    assert client.get(f"/c/{hers.public_id}").status_code == 404


def test_only_the_newest_code_counts_and_for_ten_minutes(client: Client, hers: Conversation):
    client.post(link_to(hers))
    client.post(link_to(hers))
    [code] = codes()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert client.post(link_to(hers), {"code": code}).status_code == 400


def test_codes_are_limited(client: Client, hers: Conversation):
    answers = [client.post(link_to(hers)).status_code for _ in range(4)]

    assert answers == [200, 200, 200, 429]


def test_what_was_opened_closes_again(client: Client, hers: Conversation):
    client.post(link_to(hers))
    client.post(link_to(hers), {"code": codes()[0]})
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        assert client.get(f"/c/{hers.public_id}").status_code == 404
        assert prune_grants() == 1
    assert not BrowserGrant.objects.exists()


def test_a_changed_old_or_foreign_link_opens_nothing(client: Client, hers: Conversation, amelia: Customer):
    link = link_to(hers)
    for spoiled in (link[:-3] + "abc", "/mail/conversation/x", link.replace("/conversation/", "/survey/")):
        assert client.get(spoiled).status_code == 404
        assert client.post(spoiled).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert client.get(link).status_code == 404
    Customer.objects.filter(pk=amelia.pk).update(email="new@example.com")
    assert client.get(link).status_code == 404
    assert not codes()


def test_a_visitor_who_left_an_address_can_go_on_elsewhere(client: Client):
    conversation = start_conversation(customer=anonymous_customer())
    ask_for_person(conversation=conversation, contact="ana@example.com")
    client.post(link_to(conversation))
    client.post(link_to(conversation), {"code": codes()[0]})

    assert client.get(f"/c/{conversation.public_id}").status_code == 200


def test_an_address_that_was_merely_typed_opens_nothing_of_a_known_customer(client: Client, amelia: Customer):
    Customer.objects.filter(pk=amelia.pk).update(email="")
    amelia.refresh_from_db()
    conversation = start_conversation(customer=amelia)
    ask_for_person(conversation=conversation, contact="typo@example.com")
    for answer in (client.get(link_to(conversation)), client.post(link_to(conversation))):
        assert answer.status_code == 404
        assert "browser you asked in" in answer.text

    assert not codes()


def survey_link(conversation: Conversation) -> str:
    return path_of(mail_links.to_survey(Survey.objects.get(episode__conversation=conversation), language="en"))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_opening_the_survey_records_nothing_and_sending_it_does(client: Client, closed: Conversation, language: str):
    link = f"{survey_link(closed)}?lang={language}"
    page = client.get(f"{link}&score=5")
    with translation.override(language):
        assert gettext("How satisfied are you with the help you got?") in page.text
    assert Survey.objects.get().answered_at is None
    assert "lamp" not in page.text

    thanks = client.post(link, {"score": "4", "resolved": "no", "comment": "Slow <b>lamp</b>"})
    survey = Survey.objects.get()
    assert thanks.status_code == 200
    assert (survey.score, survey.resolved, survey.comment) == (4, False, "Slow <b>lamp</b>")
    assert survey.answered_at is not None


def test_the_latest_answer_counts(client: Client, closed: Conversation):
    for score in ("1", "5"):
        client.post(survey_link(closed), {"score": score})

    assert (Survey.objects.get().score, Survey.objects.get().resolved) == (5, None)


@pytest.mark.parametrize("given", [{}, {"score": "6"}, {"score": "x"}, {"score": "5", "comment": "x" * 2_001}])
def test_an_answer_that_cannot_be_meant_is_not_recorded(client: Client, closed: Conversation, given: dict[str, str]):
    page = client.post(survey_link(closed), given)

    assert "field-problem" in page.text
    assert Survey.objects.get().answered_at is None


def test_a_survey_link_opens_no_conversation(client: Client, closed: Conversation):
    client.post(survey_link(closed), {"score": "5"})

    assert client.get(f"/c/{closed.public_id}").status_code == 404


def refusal_link(conversation: Conversation) -> str:
    address = mail_address_of(conversation)
    assert address is not None
    return path_of(mail_links.to_refusal(address, language="en"))


def test_a_scanner_that_opens_the_refusal_refuses_nothing(client: Client, hers: Conversation):
    assert client.get(refusal_link(hers)).status_code == 200
    assert not SurveyRefusal.objects.exists()


def test_one_click_in_a_mail_program_is_enough():
    conversation = start_conversation(
        customer=Customer.objects.create(external_id="LH-7", email=ADDRESS, is_anonymous=False)
    )
    mail_program = Client(enforce_csrf_checks=True)
    done = mail_program.post(refusal_link(conversation), {"List-Unsubscribe": "One-Click"})

    assert done.status_code == 200
    assert SurveyRefusal.objects.count() == 1


def test_the_other_forms_want_proof_that_the_page_was_seen(hers: Conversation, closed: Conversation):
    client = Client(enforce_csrf_checks=True)

    assert client.post(link_to(hers)).status_code == 403
    assert client.post(survey_link(closed), {"score": "5"}).status_code == 403
