"""New passwords and notifications: nobody learns who works here, links work once, and sessions end."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from csassist.accounts.alert_choices import wanted_kinds
from csassist.accounts.models import AlertKind, User
from csassist.audit.models import AuditEvent
from csassist.delivery.models import Delivery
from csassist.web.staff_accounts.forms import RESETS_OF_ACCOUNT, RESETS_OF_ADDRESS
from tests.accounts.test_invitations import path_in_mail
from tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NEW_PASSWORD = "another long password"
ASK = "/staff/password/reset"


@pytest.fixture
def ben(ben: User) -> User:
    ben.email = "ben@larkhouse.example"
    ben.save()
    return ben


def ask(email: str, address: str = "198.51.100.1"):
    return Client(REMOTE_ADDR=address).post(ASK, {"email": email}, follow=True)


def choose(path: str, password: str = NEW_PASSWORD):
    """Follow the link in the mail and set a password."""
    browser = Client()
    form = browser.get(path, follow=True)
    if form.status_code == 404:
        return form
    return browser.post(form.request["PATH_INFO"], {"new_password1": password, "new_password2": password})


def signed_in(user: User) -> Client:
    browser = Client()
    assert browser.post(reverse("admin:login"), {"username": user.username, "password": PASSWORD}).status_code == 302
    return browser


def test_the_link_sets_a_new_password_once_ends_every_session_and_tells_the_owner(ben):
    elsewhere = signed_in(ben)
    ask("BEN@larkhouse.example")
    path = path_in_mail()

    assert choose(path).status_code == 302

    ben.refresh_from_db()
    assert ben.check_password(NEW_PASSWORD)
    assert elsewhere.get(reverse("admin:index")).status_code == 302
    assert choose(path).status_code == 404
    assert Delivery.objects.latest("id").subject == "Your password was changed"
    record = AuditEvent.objects.get(action="user.password_reset")
    assert (record.actor_name, record.facts) == ("ben", {})


def test_known_and_unknown_addresses_get_the_same_answer(ben):
    UserFactory.create(username="gone", email="gone@larkhouse.example", is_active=False)
    pages = [ask(address) for address in ("ben@larkhouse.example", "nobody@example.com", "gone@larkhouse.example")]

    assert {(page.status_code, page.redirect_chain[-1]) for page in pages} == {(200, (f"{ASK}/asked", 302))}
    assert len({re.sub(r'value="[^"]{30,}"', "", page.content.decode()) for page in pages}) == 1
    (mail,) = Delivery.objects.all()
    assert mail.recipient == "ben@larkhouse.example"


def test_known_and_unknown_addresses_cost_the_same_work(ben, django_assert_max_num_queries):
    def queries(email: str) -> int:
        with django_assert_max_num_queries(60) as counted:
            ask(email)
        return len([one for one in counted.captured_queries if "SAVEPOINT" not in one["sql"]])

    ask("first@example.com")  # what is only done once is done
    assert queries("nobody@example.com") == queries("ben@larkhouse.example")


def test_two_accounts_with_one_address_get_a_link_each(ben):
    UserFactory.create(username="benjamin", email="ben@larkhouse.example")
    ask("ben@larkhouse.example")

    texts = [mail.text for mail in Delivery.objects.all()]
    assert len(texts) == 2
    assert any("benjamin" in text for text in texts)


@pytest.mark.parametrize("act", ["log in", "change", "too late", "switched off"])
def test_a_link_ends_with_whatever_makes_it_needless(ben, act, settings):
    ask("ben@larkhouse.example")
    path = path_in_mail()
    if act == "log in":
        User.objects.filter(pk=ben.pk).update(last_login=timezone.now())
    if act == "change":
        ben.set_password("something else entirely")
        ben.save()
    if act == "switched off":
        User.objects.filter(pk=ben.pk).update(is_active=False)
    later = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 1) if act == "too late" else timedelta()

    with time_machine.travel(timezone.now() + later):
        assert choose(path).status_code == 404
    assert not User.objects.get(pk=ben.pk).check_password(NEW_PASSWORD)


@pytest.mark.parametrize("path", [f"{ASK}/MQ/set-password", f"{ASK}/MQ/abc-def", f"{ASK}/%00/x", f"{ASK}/zzz/x"])
def test_an_invented_link_is_none(ben, path):
    assert choose(path).status_code == 404


def test_asking_again_and_again_is_stopped_for_known_and_unknown_alike(ben):
    with time_machine.travel(timezone.now().replace(minute=10), tick=False):
        for email in ("ben@larkhouse.example", "nobody@example.com"):
            pages = [ask(email, f"198.51.100.{number}") for number in range(RESETS_OF_ACCOUNT.most_count + 2)]
            assert ["Too many tries" in page.content.decode() for page in pages] == [False] * 3 + [True] * 2
        many = [ask(f"user{number}@example.com") for number in range(RESETS_OF_ADDRESS.most_count + 1)]
        assert "Too many tries" in many[-1].content.decode()
    assert Delivery.objects.count() <= RESETS_OF_ACCOUNT.most_count


def test_the_link_in_the_mail_does_not_follow_the_host_of_the_request(ben, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.CSASSIST_PUBLIC_URL = "https://help.example.com"
    Client().post(ASK, {"email": "ben@larkhouse.example"}, headers={"Host": "evil.example"})

    mail = Delivery.objects.get()
    assert "evil.example" not in mail.text + mail.html
    assert "https://help.example.com/staff/password/reset/" in mail.text


def test_a_link_that_works_leaves_no_trace_in_the_outbox_but_its_words(ben):
    ask("ben@larkhouse.example")
    mail = Delivery.objects.get()

    assert mail.holds_secret
    token = path_in_mail().partition("?")[0].rpartition("/")[2]
    assert token not in f"{mail.effect_key}{mail.subject}{AuditEvent.objects.latest('id').facts}"


def test_changing_ones_password_keeps_this_session_and_ends_the_others(ben):
    here, elsewhere = signed_in(ben), signed_in(ben)
    filled = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}

    wrong = here.post("/staff/password", filled | {"old_password": "wrong"})
    assert "not your present password" in wrong.content.decode()
    assert here.post("/staff/password", filled).status_code == 302

    assert here.get(reverse("admin:index")).status_code == 200
    assert elsewhere.get(reverse("admin:index")).status_code == 302
    assert AuditEvent.objects.get(action="user.password_changed").actor_name == "ben"
    assert Delivery.objects.get().subject == "Your password was changed"


def test_the_present_password_cannot_be_guessed_from_an_open_session(ben):
    here = signed_in(ben)
    filled = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    with time_machine.travel(timezone.now().replace(minute=5), tick=False):
        for _ in range(5):
            here.post("/staff/password", filled | {"old_password": "wrong"})
        page = here.post("/staff/password", filled | {"old_password": PASSWORD})

    assert "Too many tries" in page.content.decode()


def test_notifications_are_chosen_by_each_for_themselves(ben, cleo):
    here = signed_in(ben)
    assert here.get("/staff/notifications").content.decode().count("checked") == len(AlertKind)

    here.post("/staff/notifications", {"kinds": ["mention", "risk"]})

    assert wanted_kinds(ben) == {"mention", "risk"}
    assert len(wanted_kinds(cleo)) == len(AlertKind)
    assert here.get("/staff/notifications").content.decode().count("checked") == 2


@pytest.mark.parametrize("path", ["/staff/password", "/staff/notifications"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_ones_own_needs_a_log_in(path, method):
    answer = getattr(Client(), method)(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("admin:login"))


def test_the_menu_and_the_log_in_page_lead_here(ben):
    menu = signed_in(ben).get(reverse("admin:index")).content.decode()
    assert 'href="/staff/password"' in menu
    assert 'href="/staff/notifications"' in menu
    assert f'href="{ASK}"' in Client().get(reverse("admin:login")).content.decode()
    assert signed_in(ben).get("/admin/password_change/")["Location"] == "/staff/password"


@pytest.mark.parametrize("path", [ASK, f"{ASK}/asked", "/staff/invitation/x"])
def test_pages_of_secrets_are_not_kept_by_browsers_and_need_a_csrf_token(path):
    assert "no-store" in Client().get(path)["Cache-Control"]
    if path != f"{ASK}/asked":
        assert Client(enforce_csrf_checks=True).post(path, {"email": "a@example.com"}).status_code == 403
