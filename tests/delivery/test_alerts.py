"""Staff are told what they want to be told, once, and never more mails than they can read."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils.translation import gettext_lazy

from csassist.accounts import alert_choices
from csassist.accounts.models import AlertKind, User
from csassist.core.errors import InvalidInput
from csassist.delivery.alerts import (
    MOST_IN_DIGEST,
    SINGLY,
    TIME_TO_LOOK,
    Alert,
    alert_any_of,
    alert_staff,
    note_looked_at,
    send_digests,
    take_back,
)
from csassist.delivery.models import Delivery, StaffAlert

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def alert(occasion: str = "c1", kind: AlertKind = AlertKind.RISK, **more) -> Alert:
    return Alert(kind, more.get("words", "A conversation is at risk"), more.get("path", "/admin/"), occasion)


@pytest.fixture
def ben(ben: User) -> User:
    ben.email = "ben@larkhouse.example"
    ben.save()
    return ben


def test_an_alert_is_one_mail_with_a_link_in_the_language_of_its_reader(ben: User, settings):
    settings.CSASSIST_PUBLIC_URL = "https://help.example.com"
    ben.language = "zh"

    assert alert_staff(user=ben, alert=alert(words=gettext_lazy("Not allowed"))) == "mailed"

    mail = Delivery.objects.get()
    assert (mail.recipient, mail.purpose, mail.language) == ("ben@larkhouse.example", "staff", "zh")
    assert mail.subject != "Not allowed"
    assert "https://help.example.com/admin/" in mail.text
    assert 'href="https://help.example.com/admin/"' in mail.html


def test_telling_twice_is_telling_once(ben: User):
    assert [alert_staff(user=ben, alert=alert()) for _ in range(3)] == ["mailed", "known", "known"]
    assert Delivery.objects.count() == 1


def test_words_cannot_become_markup_or_headers(ben: User):
    alert_staff(user=ben, alert=alert(words="<b>Hi</b>\r\nBcc: x@example.com"))

    mail = Delivery.objects.get()
    assert mail.subject == "<b>Hi</b> Bcc: x@example.com"
    assert "<b>" not in mail.html


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "admin/", "javascript:alert(1)"])
def test_an_alert_leads_nowhere_else(ben: User, path: str):
    with pytest.raises(InvalidInput):
        alert_staff(user=ben, alert=alert(path=path))


def test_nobody_is_told_who_cannot_or_does_not_want_to_be(ben: User, cleo: User, dora: User):
    alert_choices.choose(user=ben, kinds=[AlertKind.MENTION])
    dora.email, dora.is_active = "dora@larkhouse.example", False
    dora.save()

    told = [alert_staff(user=user, alert=alert()) for user in (ben, cleo, dora)]

    assert told == ["muted", "no_address", "inactive"]
    assert alert_staff(user=ben, alert=alert(kind=AlertKind.MENTION)) == "mailed"


def test_choices_are_kept_exactly(ben: User):
    assert alert_choices.wanted_kinds(ben) == set(AlertKind.values)
    for kinds in (["risk"], ["risk", "mention"], [], list(AlertKind.values)):
        alert_choices.choose(user=ben, kinds=kinds)
        assert alert_choices.wanted_kinds(ben) == set(kinds)
    with pytest.raises(InvalidInput):
        alert_choices.choose(user=ben, kinds=["gossip"])


def test_what_comes_on_top_is_gathered_into_few_mails_and_nothing_is_lost(ben: User):
    with time_machine.travel(NOON, tick=False) as clock:
        told = [alert_staff(user=ben, alert=alert(f"c{number}")) for number in range(40)]
        assert told == ["mailed"] * SINGLY.most_count + ["gathered"] * (40 - SINGLY.most_count)
        gathered = 40 - SINGLY.most_count
        assert [send_digests(), send_digests()] == [gathered, 0]
        alert_staff(user=ben, alert=alert("late"))
        assert send_digests() == 0  # one such mail in half an hour
        clock.shift(timedelta(minutes=31))
        assert send_digests() == 1

    mails = list(Delivery.objects.order_by("id"))
    assert len(mails) == SINGLY.most_count + 2
    assert mails[SINGLY.most_count].subject == f"{gathered} things need you"
    assert f"{gathered - MOST_IN_DIGEST} more are on the pages." in mails[SINGLY.most_count].text


def test_one_persons_flood_is_not_anothers(ben: User, cleo: User):
    cleo.email = "cleo@larkhouse.example"
    cleo.save()
    with time_machine.travel(NOON, tick=False):
        for number in range(10):
            alert_staff(user=ben, alert=alert(f"c{number}"))
        assert alert_staff(user=cleo, alert=alert()) == "mailed"


def test_what_is_old_or_no_longer_wanted_is_not_mailed(ben: User):
    with time_machine.travel(NOON, tick=False) as clock:
        for number in range(SINGLY.most_count + 2):
            alert_staff(user=ben, alert=alert(f"c{number}"))
        alert_choices.choose(user=ben, kinds=[])
        assert send_digests() == 2
        alert_choices.choose(user=ben, kinds=list(AlertKind.values))
        alert_staff(user=ben, alert=alert("old"))
        clock.shift(timedelta(hours=13))
        assert send_digests() == 1
    assert Delivery.objects.count() == SINGLY.most_count


# --- an open console ---


@pytest.fixture
def looking(ben: User) -> User:
    ben.last_seen_at = NOON
    ben.save()
    return ben


def test_whoever_has_the_console_open_is_mailed_only_what_nobody_looked_at(looking: User):
    with time_machine.travel(NOON, tick=False) as clock:
        assert [alert_staff(user=looking, alert=alert(f"c{number}")) for number in range(3)] == ["held"] * 3
        seen = StaffAlert.objects.get(occasion="c1")
        assert note_looked_at(user=looking, alert_ids=[seen.pk]) == 1
        assert send_digests() == 0
        clock.shift(TIME_TO_LOOK)
        assert send_digests() == 2

    assert Delivery.objects.get().subject == "2 things need you"


def test_what_was_held_and_is_done_is_not_mailed(looking: User):
    with time_machine.travel(NOON, tick=False) as clock:
        alert_staff(user=looking, alert=alert("c1", path="/console/c/1"))
        alert_staff(user=looking, alert=alert("c2", path="/console/c/2"))
        alert_staff(user=looking, alert=alert("c3", path="/console/c/1", kind=AlertKind.MENTION))
        assert take_back(path="/console/c/1", kinds=[AlertKind.RISK]) == 1
        clock.shift(TIME_TO_LOOK)
        assert send_digests() == 2


def test_a_held_alert_needs_no_digest_while_single_mails_are_left(looking: User):
    with time_machine.travel(NOON, tick=False) as clock:
        for number in range(3):
            looking.last_seen_at = clock_now = NOON + number * TIME_TO_LOOK
            looking.save()
            alert_staff(user=looking, alert=alert(f"c{number}"))
            clock.move_to(clock_now + TIME_TO_LOOK)
            assert send_digests() == 1


def test_one_of_several_is_enough_when_somebody_looks(looking: User, cleo: User):
    cleo.email = "cleo@larkhouse.example"
    cleo.save()
    with time_machine.travel(NOON, tick=False) as clock:
        assert [alert_any_of(users=[looking, cleo], alert=alert()) for _ in range(2)] == [1, 1]
        assert StaffAlert.objects.get().user == looking
        clock.shift(timedelta(minutes=10))
        assert alert_any_of(users=[looking, cleo], alert=alert("later")) == 2
    assert [row.user for row in StaffAlert.objects.filter(occasion="later").order_by("user")] == [looking, cleo]


def test_without_an_address_an_alert_is_for_pages_alone(cleo: User):
    cleo.last_seen_at = NOON
    cleo.save()
    with time_machine.travel(NOON, tick=False) as clock:
        alert_any_of(users=[cleo], alert=alert("c1"))
        alert_staff(user=cleo, alert=alert("c2"))
        clock.shift(timedelta(hours=1))
        assert send_digests() == 0
    assert StaffAlert.objects.filter(user=cleo).exclude(settled_at=None).count() == 2


def test_words_for_pages_are_kept_in_both_languages_and_a_mark_is_for_mails(ben: User):
    alert_staff(user=ben, alert=Alert(AlertKind.RISK, gettext_lazy("Not allowed"), "/admin/", "c1", about="1a2b3c4d"))

    row = StaffAlert.objects.get()
    assert row.words == "Not allowed (1a2b3c4d)"
    assert row.words_of_pages["en"] == "Not allowed"
    assert row.words_of_pages["zh"] not in {"", "Not allowed"}
