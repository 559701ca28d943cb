from datetime import timedelta

import numpy as np
import pytest

from csassist.core.errors import InvalidInput
from csassist.customers.models import EventOrigin
from proactive.labels import happened as label_happened
from proactive.labels import hours_until, label_of
from proactive.models import IssueType
from tests.factories import CustomerFactory
from tests.proactive.happenings import NOW, happened, linked, same_person

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def issue(label, **fields):
    return IssueType(key="x", label=label, **{"gap_hours": 1, "horizon_hours": 24, **fields})


def found(label, *customers, as_of=NOW):
    return label_happened(label, as_of=as_of, customer_ids=[customer.pk for customer in customers]).tolist()


@pytest.fixture
def ana(db):
    return CustomerFactory.create()


def test_only_the_window_counts(ana):
    label = label_of(issue({"any_of": [{"event": "payment_failed"}]}))
    for ago in (HOUR, -HOUR, -26 * HOUR):  # before, in the gap's last instant, after the end
        happened(ana, "payment_failed", ago=ago)
    assert found(label, ana) == [False]
    happened(ana, "payment_failed", ago=-25 * HOUR)
    assert found(label, ana) == [True]
    assert hours_until(label, as_of=NOW, customer_ids=[ana.pk]).tolist() == [25]


def test_conditions_count_and_bound_values(ana):
    twice = label_of(issue({"any_of": [{"event": "device_error", "at_least": 2}]}))
    full = label_of(issue({"any_of": [{"event": "plan_usage", "value_at_least": 100}]}))
    low = label_of(issue({"any_of": [{"event": "csassist.rated", "value_at_most": 2}]}))
    happened(ana, "device_error", ago=-2 * HOUR)
    happened(ana, "plan_usage", ago=-2 * HOUR, value=99.9)
    happened(ana, "csassist.rated", ago=-2 * HOUR, value=3)
    assert [found(label, ana) for label in (twice, full, low)] == [[False]] * 3
    happened(ana, "device_error", ago=-3 * HOUR)
    happened(ana, "plan_usage", ago=-3 * HOUR, value=100)
    happened(ana, "csassist.rated", ago=-3 * HOUR, value=2)
    assert [found(label, ana) for label in (twice, full, low)] == [[True]] * 3


def test_a_behaviour_that_stopped(ana):
    label = label_of(issue({"none_of": ["app_opened"], "any_before": ["app_opened"]}))
    never, goes_on = CustomerFactory.create(), CustomerFactory.create()
    happened(ana, "app_opened", ago=3 * DAY)
    happened(goes_on, "app_opened", ago=3 * DAY)
    happened(goes_on, "app_opened", ago=-5 * HOUR)

    assert found(label, ana, never, goes_on) == [True, False, False]
    assert np.isnan(hours_until(label, as_of=NOW, customer_ids=[ana.pk])).all()


def test_it_counts_for_whoever_it_belongs_to(ana):
    label = label_of(issue({"any_of": [{"event": "payment_failed"}]}))
    second = CustomerFactory.create()
    linked("browser", ana, ago=-2 * HOUR)  # known only later, but before the window ends
    happened("browser", "payment_failed", ago=-3 * HOUR)
    assert found(label, ana, second) == [True, False]

    bo = CustomerFactory.create()
    same_person(second, bo, ago=HOUR)
    happened(second, "payment_failed", ago=-3 * HOUR)
    assert found(label, bo) == [True]


def test_our_own_outreach_is_never_an_issue(ana):
    label = label_of(issue({"any_of": [{"event": "payment_failed"}]}))
    happened(ana, "payment_failed", ago=-3 * HOUR, origin=EventOrigin.OUTREACH)
    assert found(label, ana) == [False]


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({}, "any_of"),
        ({"any_of": []}, "any_of"),
        ({"any_of": [{}]}, "name of an event"),
        ({"any_of": [{"event": "a", "at_least": 0}]}, "at_least"),
        ({"any_of": [{"event": "a", "at_most": 1}]}, "at_most"),
        ({"any_of": [{"event": "a", "value_at_least": "much"}]}, "value_at_least"),
        ({"none_of": ["a"]}, "any_before"),
        ({"none_of": [1], "any_before": ["a"]}, "none_of"),
        ([], "conditions"),
    ],
)
def test_a_definition_that_cannot_be_read_says_what_is_wrong(definition, words):
    with pytest.raises(InvalidInput, match=words):
        label_of(issue(definition))
