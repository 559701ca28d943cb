"""Whoever has the mailed link becomes a member of staff, once, in time, and with the role the inviter chose."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from csassist.accounts import invitations
from csassist.accounts.invitations import VALID_FOR, Invitee
from csassist.accounts.models import Invitation, User
from csassist.audit.models import AuditEvent
from csassist.core.errors import Conflict, InvalidInput, NotFound
from csassist.delivery import signed_links, staff_letters
from csassist.delivery.models import Delivery
from tests.accounts.test_services import everything_stored

pytestmark = pytest.mark.django_db
EVA = Invitee("eva@larkhouse.example", role="agent")
PASSWORD = "another long password"


def invited(dora: User, invitee: Invitee = EVA) -> tuple[Invitation, str]:
    """An invitation and the path in its mail."""
    invitation = staff_letters.invite(invitee=invitee, invited_by=dora)
    return invitation, path_in_mail()


def path_in_mail() -> str:
    found = re.search(r"https?://\S+", Delivery.objects.latest("id").text)
    assert found is not None
    parts = urlsplit(found.group())
    return f"{parts.path}?{parts.query}"


def accepting(path: str, **more: str) -> tuple[Client, object]:
    browser = Client()
    filled = {"username": "eva", "display_name": "Eva", "new_password1": PASSWORD, "new_password2": PASSWORD} | more
    return browser, browser.post(path, filled)


def test_the_link_makes_a_member_of_staff_who_is_signed_in_and_known_by_the_address(dora):
    invitation, path = invited(dora, Invitee("Eva@larkhouse.example", "supervisor", "Eva", "zh"))

    browser, answer = accepting(path)

    assert answer.status_code == 302  # type: ignore[attr-defined]
    assert browser.get(reverse("admin:index")).status_code == 200
    eva = User.objects.get(username="eva")
    assert (eva.role, eva.language, eva.email) == ("supervisor", "zh", "eva@larkhouse.example")
    assert eva.check_password(PASSWORD)
    invitation.refresh_from_db()
    assert invitation.user == eva
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {
        "invitation.sent",
        "user.created",
        "invitation.accepted",
    }


def test_looking_at_the_link_changes_nothing(dora):
    _, path = invited(dora)

    assert [Client().get(path).status_code for _ in range(3)] == [200, 200, 200]
    assert Client().head(path).status_code == 200
    assert not User.objects.filter(username="eva").exists()
    assert accepting(path)[1].status_code == 302  # type: ignore[attr-defined]


def test_the_mail_is_in_the_language_of_the_invited_and_the_page_too(dora):
    _, path = invited(dora, Invitee("eva@larkhouse.example", "agent", "", "zh"))

    assert path.endswith("?lang=zh-hans")
    assert 'lang="zh-hans"' in Client().get(path).content.decode()


def test_a_link_is_used_once_revoked_at_once_and_replaced_by_a_newer(dora):
    invitation, first = invited(dora)
    staff_letters.invite_again(invitation=invitation)
    second = path_in_mail()
    assert Client().get(first).status_code == 404
    staff_letters.revoke_invitation(invitation=invitation)
    assert Client().get(second).status_code == 404

    _, third = invited(dora)
    accepting(third)
    pages = [Client().get(path) for path in (first, second, third, "/staff/invitation/invented")]
    assert {page.status_code for page in pages} == {404}
    assert len({re.sub(r'"[^"]{60,}"|value="[^"]*"', "", page.content.decode()) for page in pages}) == 1
    assert accepting(third, username="mallory")[1].status_code == 404  # type: ignore[attr-defined]
    assert not User.objects.filter(username="mallory").exists()


def test_a_link_ends_with_its_time(dora):
    _, path = invited(dora)

    with time_machine.travel(timezone.now() + VALID_FOR + timedelta(minutes=1)):
        assert accepting(path)[1].status_code == 404  # type: ignore[attr-defined]


def test_the_secret_is_stored_nowhere_once_its_mail_is_over(dora):
    _, path = invited(dora)
    token = urlsplit(path).path.rpartition("/")[2]
    secret = signed_links.read(token, purpose=staff_letters.INVITATION)
    stored = everything_stored()
    assert token in stored  # in the mail that waits, and nowhere else
    Delivery.objects.all().delete()

    stored = everything_stored()
    assert token not in stored
    assert secret not in stored


def test_a_mail_that_waits_is_taken_back_with_its_link(dora):
    invitation, _ = invited(dora)
    staff_letters.invite_again(invitation=invitation)
    staff_letters.revoke_invitation(invitation=invitation)

    assert set(Delivery.objects.values_list("state", "text")) == {("cancelled", "")}


@pytest.mark.parametrize(
    "invitee",
    [
        Invitee("nobody", "agent"),
        Invitee("eva@larkhouse.example", "boss"),
        Invitee("eva@larkhouse.example", "agent", language="fr"),
        Invitee("eva@larkhouse.example\r\nBcc: x@example.com", "agent"),
    ],
    ids=["address", "role", "language", "header"],
)
def test_what_cannot_be_invited_is_refused(dora, invitee):
    with pytest.raises(InvalidInput):
        staff_letters.invite(invitee=invitee, invited_by=dora)
    assert not Delivery.objects.exists()


def test_an_address_is_invited_once_and_colleagues_are_not(dora, ben):
    ben.email = "ben@larkhouse.example"
    ben.save()
    invited(dora)
    for address in ("EVA@larkhouse.example", "Ben@larkhouse.example"):
        with pytest.raises(Conflict):
            staff_letters.invite(invitee=Invitee(address, "agent"), invited_by=dora)
    with pytest.raises(IntegrityError):
        Invitation.objects.create(
            email="eva@larkhouse.example", digest="x", invited_by=dora, expires_at=timezone.now(), language="en"
        )


def test_what_was_answered_can_neither_be_sent_again_nor_revoked(dora):
    invitation, path = invited(dora)
    accepting(path)
    for act in (staff_letters.invite_again, staff_letters.revoke_invitation):
        with pytest.raises(Conflict):
            act(invitation=invitation)


def test_two_who_accept_at_once_make_one_member_of_staff(dora):
    issued = invitations.invite(invitee=EVA, invited_by=dora)
    invitations.accept(secret=issued.secret, username="eva", display_name="Eva", password=PASSWORD)

    with pytest.raises(NotFound):
        invitations.accept(secret=issued.secret, username="eva2", display_name="Eva", password=PASSWORD)


def test_a_taken_user_name_costs_the_link_nothing(dora, ben):
    _, path = invited(dora)

    for taken in ("ben", "BEN"):
        page = accepting(path, username=taken)[1]
        assert "taken" in page.content.decode()  # type: ignore[attr-defined]
    issued_secret = signed_links.read(urlsplit(path).path.rpartition("/")[2], purpose=staff_letters.INVITATION)
    with pytest.raises(Conflict):
        invitations.accept(secret=issued_secret, username="ben", display_name="", password=PASSWORD)
    assert accepting(path)[1].status_code == 302  # type: ignore[attr-defined]


@pytest.mark.parametrize("password", ["", "short", "password1234"])
def test_a_bad_password_is_explained_and_costs_nothing(dora, password):
    _, path = invited(dora)

    page = accepting(path, new_password1=password, new_password2=password)[1]

    assert page.status_code == 200  # type: ignore[attr-defined]
    assert page.context["form"].errors  # type: ignore[attr-defined]
    assert not User.objects.filter(username="eva").exists()


@pytest.fixture
def dora_browser(dora) -> Client:
    browser = Client()
    browser.force_login(dora)
    return browser


def test_admins_invite_send_again_and_revoke_in_the_admin(dora_browser):
    page = reverse("admin:accounts_invitation_changelist")
    form = {"email": "eva@larkhouse.example", "role": "agent", "display_name": "", "language": "en"}
    assert dora_browser.post(reverse("admin:accounts_invitation_add"), form).status_code == 302
    again = dora_browser.post(reverse("admin:accounts_invitation_add"), form)
    assert "Send that invitation again." in again.content.decode()
    (invitation,) = Invitation.objects.all()
    for action in ("send_again", "revoke", "revoke"):
        answer = dora_browser.post(page, {"action": action, "_selected_action": [invitation.pk]}, follow=True)
        assert answer.status_code == 200
    assert "answered or revoked already" in answer.content.decode()
    assert AuditEvent.objects.filter(actor_name="dora").count() == 3
    assert Invitation.objects.get().revoked_at is not None


@pytest.mark.parametrize("role", ["supervisor", "agent"])
def test_only_admins_invite(role, ben):
    ben.role = role
    ben.save()
    browser = Client()
    browser.force_login(ben)
    for page in ("add", "changelist"):
        assert browser.get(reverse(f"admin:accounts_invitation_{page}")).status_code == 403
