"""Which team a customer is handed to, and who is there to answer."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from csassist.accounts.models import Team, User
from csassist.accounts.selectors import PRESENT_FOR, is_present, present, team_for
from csassist.accounts.services import SEEN_NOTED_EVERY, note_seen, set_availability
from csassist.core.errors import InvalidInput
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def team(name, *members, languages=(), order=100):
    made = Team.objects.create(name=name, languages=list(languages), order=order)
    made.members.set(members)
    return made


def seen(user, *, ago=timedelta()):
    User.objects.filter(pk=user.pk).update(last_seen_at=timezone.now() - ago)
    user.refresh_from_db()
    return user


# --- Teams ---


def test_a_hand_off_goes_to_the_first_team_that_speaks_the_language(ben):
    team("Last", ben, order=300)
    chinese = team("Chinese", ben, languages=["zh"], order=100)
    english = team("English", ben, languages=["en"], order=200)
    assert team_for("zh") == chinese
    assert team_for("en") == english


def test_a_team_of_no_named_language_speaks_all(ben):
    everybody = team("Everybody", ben, order=1)
    team("Chinese", ben, languages=["zh"], order=2)
    assert team_for("zh") == everybody


def test_where_nobody_speaks_the_language_the_first_team_has_it(ben):
    first = team("English", ben, languages=["en"])
    team("Also English", ben, languages=["en"], order=200)
    assert team_for("zh") == first


def test_a_team_without_active_members_is_never_chosen(ben):
    team("Nobody", order=1)
    team("Gone", UserFactory.create(is_active=False), order=2)
    staffed = team("Staffed", ben, UserFactory.create(is_active=False), order=3)
    assert team_for("en") == staffed
    staffed.members.clear()
    assert team_for("en") is None


def test_a_team_is_called_by_its_name_in_the_readers_language():
    refunds = Team.objects.create(name="Refunds", name_zh="退款")
    plain = Team.objects.create(name="Sales")
    with translation.override("zh-hans"):
        assert (str(refunds), str(plain)) == ("退款", "Sales")
    with translation.override("en"):
        assert str(refunds) == "Refunds"


# --- Presence ---


def test_who_has_a_console_open_and_is_available_is_there(ben, cleo, dora):
    seen(ben)
    seen(cleo)
    set_availability(user=cleo, availability="busy")
    assert list(present()) == [ben]
    cleo.refresh_from_db()
    assert [is_present(user) for user in (ben, cleo, dora)] == [True, False, False]


def test_who_has_not_been_seen_for_a_while_is_gone(ben):
    seen(ben, ago=PRESENT_FOR - timedelta(seconds=5))
    assert is_present(ben)
    seen(ben, ago=PRESENT_FOR + timedelta(seconds=1))
    assert not is_present(ben)
    assert not present().exists()


def test_who_may_no_longer_sign_in_is_not_there(ben):
    seen(ben)
    User.objects.filter(pk=ben.pk).update(is_active=False)
    ben.refresh_from_db()
    assert not is_present(ben)
    assert not present().exists()


def test_being_seen_is_noted_at_once_and_then_only_now_and_then(ben, django_assert_num_queries):
    note_seen(user=ben)
    ben.refresh_from_db()
    first = ben.last_seen_at
    assert first is not None
    with django_assert_num_queries(1):
        note_seen(user=ben)
    ben.refresh_from_db()
    assert ben.last_seen_at == first
    seen(ben, ago=SEEN_NOTED_EVERY + timedelta(seconds=1))
    note_seen(user=ben)
    ben.refresh_from_db()
    assert timezone.now() - ben.last_seen_at < timedelta(seconds=5)


def test_a_console_says_so_well_before_its_reader_counts_as_gone():
    """An open console is noted at most every 20 seconds and beats every 30: one lost beat loses nobody."""
    assert SEEN_NOTED_EVERY + timedelta(seconds=30) < PRESENT_FOR


def test_an_unknown_availability_is_refused(ben):
    with pytest.raises(InvalidInput) as refused:
        set_availability(user=ben, availability="asleep")
    assert refused.value.extra["choices"] == ["available", "busy", "away"]
    ben.refresh_from_db()
    assert ben.availability == "available"
