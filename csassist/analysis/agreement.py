"""
How often a reading was right, by the people who looked at it.

People look at what is uncertain first, so this is a floor rather than an average. Only their first word on a value that
no person had set counts: a second thought is about the first one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from csassist.analysis.models import ReadingCorrection
from prompts.experiments import Interval, wilson


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `count` values that people looked at, `right_count` were confirmed; `interval` is of their share, at 95 %."""

    field: ReadingCorrection.Field
    count: int
    right_count: int
    interval: Interval


def agreements() -> list[Agreement]:
    """One for each kind of value that somebody looked at, in the order of the kinds."""
    rows = ReadingCorrection.objects.exclude(source_before="person").order_by("pk")
    return counted(rows.values_list("reading_id", "field", "value_before", "value_after"))


def counted(corrections: Iterable[tuple[int, str, str, str]]) -> list[Agreement]:
    """From (reading, kind, before, after), the oldest first."""
    first: dict[tuple[int, str], bool] = {}
    for reading, field, before, after in corrections:
        first.setdefault((reading, field), before == after)
    by_field: defaultdict[str, list[bool]] = defaultdict(list)
    for (_reading, field), is_right in first.items():
        by_field[field].append(is_right)
    return [
        Agreement(field, len(found), sum(found), wilson(sum(found), len(found)))
        for field in ReadingCorrection.Field
        if (found := by_field[field])
    ]
