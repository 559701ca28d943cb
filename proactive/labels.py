"""
Whether an issue happened to a customer after a moment: what a model learns from and a backtest is held against.

The window is (as_of + gap, as_of + gap + horizon]. A label is ripe when that window is over; what arrives later is no
longer waited for. Our own outreach never counts as an issue.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from csassist.core.errors import InvalidInput
from csassist.customers.models import CustomerEvent, EventOrigin, IdentityLink
from proactive.learning.table import Numbers
from proactive.models import IssueType

STOPPED_BEFORE: Final = timedelta(days=30)
CONDITION_KEYS: Final = frozenset({"event", "at_least", "value_at_least", "value_at_most"})


@dataclass(frozen=True, slots=True)
class Condition:
    """At least so many events of a name, whose value lies within the bounds (in thousandths; None: any or none)."""

    event: str
    at_least: int = 1
    least_milli: int | None = None
    most_milli: int | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """
    `any_of`: it happened when one condition is met. Otherwise it is that a behaviour stopped: none of `none_of` in the
    window, and one of `any_before` in STOPPED_BEFORE before the moment.
    """

    gap: timedelta
    horizon: timedelta
    any_of: tuple[Condition, ...] = ()
    none_of: tuple[str, ...] = ()
    any_before: tuple[str, ...] = ()

    def window(self, as_of: datetime) -> tuple[datetime, datetime]:
        return as_of + self.gap, as_of + self.gap + self.horizon

    @property
    def ripens_after(self) -> timedelta:
        return self.gap + self.horizon


def label_of(issue: IssueType) -> Label:
    """Raises InvalidInput naming what is wrong with its definition."""
    spans = timedelta(hours=issue.gap_hours), timedelta(hours=issue.horizon_hours)
    definition = issue.label
    if not isinstance(definition, dict):
        raise InvalidInput(_("What counts as the issue must be a list of conditions. See the help beside the field."))
    if "any_of" in definition:
        return Label(*spans, any_of=tuple(_condition(one) for one in _filled(definition, "any_of")))
    if "none_of" in definition:
        return Label(*spans, none_of=_texts(definition, "none_of"), any_before=_texts(definition, "any_before"))
    raise InvalidInput(_("What counts as the issue needs “any_of”, or “none_of” and “any_before”."))


def happened(label: Label, *, as_of: datetime, customer_ids: Iterable[int]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """One for each of `customer_ids`, in their order."""
    ids = list(customer_ids)
    if not label.any_of:
        return _stopped(label, as_of, ids)
    met = _met(label, as_of, {})
    return np.array([pk in met for pk in ids], dtype=bool)


def hours_until(label: Label, *, as_of: datetime, customer_ids: Iterable[int]) -> Numbers:
    """From the moment to the first event that counts; unknown where it did not happen, or where something stopped."""
    ids = list(customer_ids)
    first: dict[int, datetime] = {}
    met = _met(label, as_of, first) if label.any_of else set()
    hours = [(first[pk] - as_of).total_seconds() / 3_600 if pk in met else np.nan for pk in ids]
    return np.array(hours, dtype=np.float64)


def _met(label: Label, as_of: datetime, first: dict[int, datetime]) -> set[int]:
    """Customers to whom it happened; `first` is told when an event of theirs first counted."""
    opens, closes = label.window(as_of)
    owners = _Owners(closes)
    met: set[int] = set()
    for condition in label.any_of:
        counts: dict[int, int] = defaultdict(int)
        rows = (
            _events([condition.event], opens, closes).filter(_bounds(condition)).order_by("occurred_at", "message_id")
        )
        for customer_id, anonymous_id, at in rows.values_list("customer_id", "anonymous_id", "occurred_at"):
            owner = owners.of(customer_id, anonymous_id)
            if owner is None:
                continue
            counts[owner] += 1
            if counts[owner] == condition.at_least:
                met.add(owner)
                first[owner] = min(at, first.get(owner, at))
    return met


def _stopped(label: Label, as_of: datetime, ids: list[int]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    opens, closes = label.window(as_of)
    owners = _Owners(closes)
    went_on = owners.of_all(_events(label.none_of, opens, closes))
    before = owners.of_all(_events(label.any_before, as_of - STOPPED_BEFORE, as_of))
    return np.array([pk in before and pk not in went_on for pk in ids], dtype=bool)


def _events(names: Iterable[str], after: datetime, until: datetime) -> QuerySet[CustomerEvent]:
    return CustomerEvent.objects.filter(name__in=list(names), occurred_at__gt=after, occurred_at__lte=until).exclude(
        origin=EventOrigin.OUTREACH
    )


def _bounds(condition: Condition) -> Q:
    bounds = Q()
    if condition.least_milli is not None:
        bounds &= Q(value_milli__gte=condition.least_milli)
    if condition.most_milli is not None:
        bounds &= Q(value_milli__lte=condition.most_milli)
    return bounds


class _Owners:
    """To whom an event belongs, by the links known at a moment."""

    def __init__(self, known_at: datetime) -> None:
        links = IdentityLink.objects.filter(received_at__lte=known_at).order_by("-occurred_at", "-message_id")
        self._of_browser: dict[str, int] = {}
        self._same_as: dict[int, int] = {}
        for link in links:
            if link.anonymous_id:
                self._of_browser[link.anonymous_id] = link.customer_id  # the earliest comes last and stays
            elif link.other_customer_id is not None:
                self._same_as[link.other_customer_id] = link.customer_id

    def of(self, customer_id: int | None, anonymous_id: str) -> int | None:
        owner = customer_id if customer_id is not None else self._of_browser.get(anonymous_id)
        return owner if owner is None else self._same_as.get(owner, owner)

    def of_all(self, events: QuerySet[CustomerEvent]) -> set[int]:
        pairs = events.values_list("customer_id", "anonymous_id").distinct()
        return {owner for pair in pairs if (owner := self.of(*pair)) is not None}


def _condition(one: object) -> Condition:
    if not isinstance(one, dict) or not isinstance(one.get("event"), str) or not one["event"]:
        raise InvalidInput(_("Each condition needs the name of an event, such as {“event”: “payment_failed”}."))
    unknown = sorted(set(one) - CONDITION_KEYS)
    if unknown:
        raise InvalidInput(_("A condition has no “%(key)s”.") % {"key": unknown[0]})
    at_least = one.get("at_least", 1)
    if not isinstance(at_least, int) or isinstance(at_least, bool) or at_least < 1:
        raise InvalidInput(_("“at_least” must be a whole number from 1."))
    return Condition(one["event"], at_least, _milli(one, "value_at_least"), _milli(one, "value_at_most"))


def _milli(one: dict[str, Any], key: str) -> int | None:
    value = one.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(_("“%(key)s” must be a number.") % {"key": key})
    return round(value * 1_000)


def _filled(definition: dict[str, Any], key: str) -> list[Any]:
    values = definition.get(key)
    if not isinstance(values, list) or not values:
        raise InvalidInput(_("“%(key)s” must name at least one event.") % {"key": key})
    return values


def _texts(definition: dict[str, Any], key: str) -> tuple[str, ...]:
    values = _filled(definition, key)
    if not all(isinstance(value, str) and value for value in values):
        raise InvalidInput(_("“%(key)s” must be a list of event names.") % {"key": key})
    return tuple(values)
