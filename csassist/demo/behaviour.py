"""
What the demo company's customers did in the last months, so that there is something to predict from the first minute.

Far more people are simulated than the demo has, and those whose hidden states are the most telling at the end lend
their events to the demo's customers. What belongs to conversations is left out: those the demo's visitors have
themselves.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db import transaction
from django.utils import timezone

from csassist.customers.models import Customer, CustomerEvent, EventName, EventOrigin, EventType, TraitChange
from csassist.demo.year.causes import People
from csassist.demo.year.days import Batch, Year
from csassist.demo.year.writing import RECEIVED_AFTER
from proactive.models import IssueState
from proactive.services.shipped import link_articles, load_shipped_issues

SIMULATED: Final = 600
DAYS: Final = 120
SEED: Final = 11
PREFIX: Final = "demo-year-"
# How many of the demo's customers have which hidden state at the end; the others have none.
WANTED: Final = {"bad_card": 4, "flaky": 4, "setting_up": 3, "leaving": 4, "late_order": 3, "full_plan": 2}

NAMES: Final = {
    "app_opened": ("The app was opened.", ""),
    "payment_failed": ("A payment did not go through.", ""),
    "payment_succeeded": ("A payment went through.", "amount in pounds"),
    "order_placed": ("An order was placed.", "amount in pounds"),
    "order_delivered": ("An order arrived.", ""),
    "delivery_delayed": ("The courier announced a delay.", ""),
    "setup_started": ("A device is being set up.", ""),
    "setup_completed": ("A device was set up.", ""),
    "setup_failed": ("A step of the set-up failed.", ""),
    "setup_abandoned": ("A set-up was given up.", ""),
    "device_error": ("A device reported an error.", ""),
    "help_searched": ("Help was searched in the app.", ""),
    "plan_usage": ("How much of the plan is used up.", "percent"),
    "cancel_page_viewed": ("The page about cancelling was opened.", ""),
    "plan_downgraded": ("A smaller plan was chosen.", ""),
    "subscription_cancelled": ("The subscription was cancelled.", ""),
}


def load_behaviour() -> int:
    """Write what is missing; returns how many events were written. A second call writes nothing."""
    load_shipped_issues(state=IssueState.LIVE)
    link_articles()
    if CustomerEvent.objects.filter(message_id__startswith=PREFIX).exists():
        return 0
    customers = list(Customer.objects.exclude(external_id="").order_by("external_id"))
    year = Year(customers_count=SIMULATED, days_count=DAYS, seed=SEED)
    days = list(year.days())
    lender = dict(zip(_chosen(year.people, len(customers)), customers, strict=True))
    now = timezone.now()
    begins_at = now - timedelta(days=DAYS)
    events = [
        event
        for day, batches in enumerate(days)
        for batch in batches
        for event in _events(batch, lender, begins_at, f"{PREFIX}{day}-{batch.name}")
        if event.received_at <= now
    ]
    with transaction.atomic():
        _describe_names()
        _note_traits(customers, begins_at)
        CustomerEvent.objects.bulk_create(events, batch_size=2_000)
    return len(events)


def _chosen(people: People, count: int) -> list[int]:
    """Numbers of the simulated: some of each hidden state, then some of none."""
    late = (people.order_age >= 4) & people.active
    states = {
        "bad_card": people.bad_card & people.active & (people.plan > 0),
        "flaky": people.flaky & people.active,
        "setting_up": people.setting_up & people.active,
        "leaving": people.leaving & people.active,
        "late_order": late,
        "full_plan": (people.plan_used > 75) & people.active,
    }
    chosen: list[int] = []
    for state, wanted in WANTED.items():
        found = [int(number) for number in np.flatnonzero(states[state]) if number not in chosen]
        chosen += found[:wanted]
    quiet = ~np.logical_or.reduce(list(states.values()))
    others = [int(number) for number in np.flatnonzero(quiet & people.active)]
    return (chosen + others)[:count]


def _events(batch: Batch, lender: dict[int, Customer], begins_at: datetime, key: str) -> Iterator[CustomerEvent]:
    if batch.name.startswith("csassist."):
        return
    rows = zip(batch.customers.tolist(), batch.seconds.tolist(), batch.values.tolist(), strict=True)
    for place, (number, second, value) in enumerate(rows):
        customer = lender.get(number)
        if customer is None:
            continue
        at = begins_at + timedelta(seconds=second)
        yield CustomerEvent(
            message_id=f"{key}-{place}",
            origin=EventOrigin.SITE,
            type=EventType.TRACK,
            name=batch.name,
            customer=customer,
            occurred_at=at,
            received_at=at + RECEIVED_AFTER,
            value_milli=None if np.isnan(value) else round(value * 1_000),
        )


def _describe_names() -> None:
    for name, (description, value_means) in NAMES.items():
        EventName.objects.get_or_create(
            name=name, defaults={"description": description, "value_means": value_means, "is_known": True}
        )


def _note_traits(customers: list[Customer], at: datetime) -> None:
    TraitChange.objects.bulk_create(
        TraitChange(
            customer=customer,
            name=name,
            value=getattr(customer, name),
            message_id=f"{PREFIX}{customer.external_id}",
            occurred_at=at,
            received_at=at,
        )
        for customer in customers
        for name in ("plan", "language", "country")
        if getattr(customer, name)
    )
