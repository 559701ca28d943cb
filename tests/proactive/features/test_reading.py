import math
import random
from datetime import timedelta

import pytest
from django.utils import timezone

from csassist.customers.models import Customer, CustomerEvent, IdentityLink, TraitChange
from proactive.features.definitions import FEATURES
from proactive.features.reading import read_features
from tests.factories import CustomerFactory
from tests.proactive.happenings import NOW, happened, linked, same_person

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def features_of(customer, as_of=NOW):
    frame = read_features(as_of=as_of, customer_ids=[customer.pk])
    return {name: values[0] for name, values in frame.table.values.items()}


def everything(as_of=NOW):
    """All of it, in a form that compares bit for bit."""
    frame = read_features(as_of=as_of)
    return frame.customer_ids.tolist(), {
        name: values.tobytes() if values.dtype.kind == "f" else values.tolist()
        for name, values in frame.table.values.items()
    }


@pytest.fixture
def ana():
    return CustomerFactory.create(customer_since=(NOW - 100 * DAY).date())


def test_counts_lie_in_windows_that_end_now(ana):
    for ago in (HOUR, 2 * DAY, 20 * DAY, 40 * DAY):
        happened(ana, "payment_failed", ago=ago)
    happened(ana, "payment_failed", ago=DAY)  # exactly a day ago is no longer within a day
    happened(ana, "payment_failed", ago=timedelta(0))

    found = features_of(ana)

    assert [found[f"failed_payments_{days}d"] for days in (1, 7, 30)] == [2, 4, 5]
    assert found["hours_since_failed_payment"] == 0
    assert found["tenure_days"] == 100


def test_what_never_happened_is_none_or_unknown(ana):
    found = features_of(ana)

    assert found["failed_payments_30d"] == 0
    assert math.isnan(found["hours_since_failed_payment"])
    assert math.isnan(found["failed_payment_share_30d"])
    assert math.isnan(found["last_mood"])
    assert found["use_trend"] == 0
    assert found["open_order_hours"] == 0
    assert found["plan"] == ""


def test_shares_streaks_and_trends(ana):
    for minutes in (1, 2, 3):
        happened(ana, "device_error", ago=3 * HOUR - timedelta(minutes=minutes))
    happened(ana, "app_opened", ago=2 * DAY)
    for day in range(8, 28):
        happened(ana, "app_opened", ago=day * DAY)

    found = features_of(ana)

    assert found["error_share_7d"] == 3 / 4
    assert found["error_streak_7d"] == 3
    assert found["use_trend"] == math.log(2 / (21 * 7 / 30 + 1))
    assert found["hours_since_last_use"] == 48


def test_days_are_counted_once_however_much_happened_on_them(ana):
    for hours in (1, 2, 3, 30, 31, 29 * 24, 31 * 24):
        happened(ana, "app_opened", ago=hours * HOUR)

    found = features_of(ana)

    assert found["use_days_7d"] == 2
    assert found["use_days_30d"] == 3


def test_what_was_opened_is_open_until_it_is_closed(ana):
    happened(ana, "setup_started", ago=50 * HOUR)
    assert features_of(ana)["open_setup_hours"] == 50
    happened(ana, "setup_completed", ago=5 * HOUR)
    assert features_of(ana)["open_setup_hours"] == 0
    assert features_of(ana, as_of=NOW - 10 * HOUR)["open_setup_hours"] == 40


def test_values_have_a_last_a_mean_and_a_slope(ana):
    for days, value in ((6, 2.0), (4, 1.0), (2, 0.0)):
        happened(ana, "csassist.message_read", ago=days * DAY, value=value)
    happened(ana, "csassist.rated", ago=DAY, value=4)

    found = features_of(ana)

    assert found["last_mood"] == 0
    assert found["mean_mood_30d"] == 1
    assert found["mood_slope_30d"] == -0.5
    assert found["last_rating"] == 4


def test_of_two_values_of_one_moment_the_greater_message_id_is_the_last(ana):
    happened(ana, "plan_usage", ago=DAY, value=80, message_id="b")
    happened(ana, "plan_usage", ago=DAY, value=70, message_id="a")

    assert features_of(ana)["plan_used_percent"] == 80


def test_traits_are_those_that_were_known_then(ana):
    for days, plan in ((10, "free"), (3, "plus")):
        at = NOW - days * DAY
        TraitChange.objects.create(
            customer=ana, name="plan", value=plan, message_id=f"t{days}", occurred_at=at, received_at=at
        )

    assert features_of(ana)["plan"] == "plus"
    assert features_of(ana, as_of=NOW - 5 * DAY)["plan"] == "free"


def test_an_anonymous_id_belongs_to_a_customer_once_that_is_known(ana):
    happened("browser", "help_searched", ago=3 * DAY)
    assert features_of(ana)["help_searches_7d"] == 0

    linked("browser", ana, ago=2 * DAY)

    assert features_of(ana)["help_searches_7d"] == 1
    assert features_of(ana, as_of=NOW - 2 * DAY - HOUR)["help_searches_7d"] == 0


def test_of_two_links_of_a_shared_browser_the_earlier_counts_whichever_came_first(ana):
    other = CustomerFactory.create()
    happened("browser", "help_searched", ago=HOUR)
    linked("browser", other, ago=2 * DAY, received_ago=2 * DAY)
    linked("browser", ana, ago=3 * DAY, received_ago=DAY)

    assert features_of(ana)["help_searches_7d"] == 1
    assert features_of(other)["help_searches_7d"] == 0


def test_what_a_second_number_of_the_same_person_did_counts_for_the_first(ana):
    second = CustomerFactory.create()
    happened(second, "device_error", ago=HOUR)
    happened(ana, "device_error", ago=HOUR)
    same_person(second, ana, ago=HOUR)

    assert features_of(ana)["errors_1d"] == 2
    assert second.pk not in read_features(as_of=NOW).customer_ids


def test_what_is_received_later_changes_nothing_of_the_past(ana):
    happened(ana, "device_error", ago=3 * DAY)
    then = NOW - 2 * DAY
    before = everything(then)

    happened(ana, "device_error", ago=4 * DAY, received_ago=DAY)
    happened(CustomerFactory.create(), "device_error", ago=4 * DAY, received_ago=DAY)
    happened("browser", "device_error", ago=4 * DAY)
    linked("browser", ana, ago=4 * DAY, received_ago=DAY)
    TraitChange.objects.create(
        customer=ana, name="plan", value="late", message_id="t", occurred_at=NOW - 5 * DAY, received_at=NOW
    )

    assert everything(then) == before
    assert features_of(ana)["errors_7d"] == 3


def anew(rows, seed):
    """Rows as if they came for the first time, in another order."""
    shuffled = random.Random(seed).sample(rows, len(rows))
    for row in shuffled:
        row.pk = None
    return shuffled


def a_month_of_events(seed):
    chance = random.Random(seed)
    customers = CustomerFactory.create_batch(6)
    names = ["device_error", "app_opened", "plan_usage", "csassist.message_read", "order_placed", "order_delivered"]
    for number in range(300):
        people: list[Customer | str] = [*customers, "browser", "phone"]
        who = chance.choice(people)
        value = chance.choice([None, chance.uniform(-2, 100)])
        ago = timedelta(seconds=chance.uniform(0, 40 * 86_400))
        happened(who, chance.choice(names), ago=ago, value=value, message_id=f"x{number}")
    linked("browser", customers[0], ago=20 * DAY)
    linked("phone", customers[1], ago=10 * DAY)
    return customers


def test_the_order_in_which_events_came_changes_not_a_bit():
    a_month_of_events(1)
    before = everything()
    events, links = list(CustomerEvent.objects.all()), list(IdentityLink.objects.all())

    for seed in range(3):
        CustomerEvent.objects.all().delete()
        IdentityLink.objects.all().delete()
        CustomerEvent.objects.bulk_create(anew(events, seed))
        IdentityLink.objects.bulk_create(anew(links, seed))
        assert everything() == before


def test_a_customer_alone_has_the_same_bits_as_among_all():
    customers = a_month_of_events(2)
    ids, columns = everything()
    whole = read_features(as_of=NOW).table

    for customer in customers:
        place = ids.index(customer.pk)
        alone = read_features(as_of=NOW, customer_ids=[customer.pk]).table
        for name in columns:
            expected = whole.values[name][place : place + 1]
            if expected.dtype.kind == "f":
                assert alone.values[name].tobytes() == expected.tobytes(), name
            else:
                assert alone.values[name].tolist() == expected.tolist()


def test_every_feature_has_a_column():
    table = read_features(as_of=timezone.now()).table
    assert [column.name for column in table.columns] == [feature.name for feature in FEATURES]
    assert all(len(table.values[feature.name]) == 0 for feature in FEATURES)
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)
    assert not Customer.objects.exists()
