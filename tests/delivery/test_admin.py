"""The outbox in the admin: read by those who may, decided about with a button, and no secret shown to anybody."""

import pytest
from django.test import Client
from django.urls import reverse

from csassist.accounts.models import User
from csassist.audit.models import AuditEvent
from csassist.delivery.contents import Content
from csassist.delivery.models import Delivery, StoredMail
from csassist.delivery.states import State
from tests.delivery.conftest import waiting
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST = "admin:delivery_delivery_changelist"


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def decide(browser: Client, row: Delivery, name: str, method: str = "post"):
    return getattr(browser, method)(reverse("admin:delivery_delivery_decide", args=[row.pk, name]), follow=True)


def page_of(browser: Client, row: Delivery) -> str:
    return browser.get(reverse("admin:delivery_delivery_change", args=[row.pk])).content.decode()


def unknown(key: str = "k1", **more) -> Delivery:
    row = waiting(key=key, **more)
    Delivery.objects.filter(pk=row.pk).update(state=State.UNKNOWN, problem="no_answer")
    row.refresh_from_db()
    return row


def test_the_list_counts_each_state_and_shows_one(cleo):
    unknown("a")
    waiting(key="b", content=Content("About b", "Text"))
    browser = browser_of(cleo)

    page = browser.get(reverse(LIST)).content.decode()
    assert "Waiting (1)" in page
    assert "Outcome unknown (1)" in page
    one = browser.get(reverse(LIST), {"state": "unknown"}).content.decode()
    assert "About b" not in one


def test_a_page_tells_the_words_and_the_history(cleo):
    row = waiting(content=Content("Hello", "<b>How</b> are you?"))

    page = page_of(browser_of(cleo), row)

    assert "&lt;b&gt;How&lt;/b&gt; are you?" in page
    assert "Waiting" in page


def test_words_that_let_somebody_in_are_shown_to_nobody(dora):
    row = waiting(holds_secret=True, content=Content("Your link", "https://secret/", "<a>https://secret/</a>"))

    page = page_of(browser_of(dora), row)

    assert "secret/" not in page
    assert "shown to nobody else" in page


@pytest.mark.parametrize(
    ("name", "state", "action"),
    [
        ("arrived", "sent", "delivery.confirmed"),
        ("again", "ready", "delivery.sent_again"),
        ("give-up", "failed", "delivery.given_up"),
    ],
)
def test_a_person_settles_what_is_unknown(cleo, name, state, action):
    row = unknown()
    browser = browser_of(cleo)
    assert f"/decide/{name}/" in page_of(browser, row)

    decide(browser, row, name)

    row.refresh_from_db()
    assert row.state == state
    assert AuditEvent.objects.get(action=action).actor_name == "cleo"
    assert "cleo" in page_of(browser, row)
    again = decide(browser, row, "arrived").content.decode()
    assert "changed meanwhile" in again


def test_only_a_post_of_somebody_who_may_decides(cleo):
    row = unknown()
    agent = browser_of(UserFactory.create(role="agent"))

    assert decide(browser_of(cleo), row, "again", method="get").status_code == 403
    assert decide(browser_of(cleo), row, "explode").status_code == 403
    assert decide(agent, row, "again").status_code == 403
    assert agent.get(reverse(LIST)).status_code == 403
    row.refresh_from_db()
    assert row.state == "unknown"


def test_nothing_is_added_changed_or_deleted_by_hand(dora):
    row = waiting()
    browser = browser_of(dora)
    assert browser.get(reverse("admin:delivery_delivery_add")).status_code == 403
    assert browser.post(reverse("admin:delivery_delivery_change", args=[row.pk]), {"text": "x"}).status_code == 403
    assert browser.post(reverse("admin:delivery_delivery_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_the_first_page_asks_for_a_decision_only_when_there_is_one(cleo):
    browser = browser_of(cleo)
    assert "Perhaps not sent" not in browser.get(reverse("admin:index")).content.decode()
    unknown()
    assert "Perhaps not sent" in browser.get(reverse("admin:index")).content.decode()


def test_stored_mails_are_read_by_admins_of_an_installation_without_a_mail_server(dora, cleo, settings):
    mail = StoredMail.objects.create(
        message_id="<1@x>", sender="a@x", recipient="b@x", subject="Hi", text="<i>Open</i> http://localhost/x?a=1&b=2"
    )
    address = reverse("admin:delivery_storedmail_change", args=[mail.pk])

    page = browser_of(dora).get(address).content.decode()
    assert 'href="http://localhost/x?a=1&amp;b=2"' in page
    assert "<i>" not in page
    assert browser_of(cleo).get(address).status_code == 403
    settings.CSASSIST_EMAIL = "smtp"
    assert browser_of(dora).get(address).status_code == 403
