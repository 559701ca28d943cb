"""
What a reason says, in the reader's language: a sentence for each feature, with its number and its window.

A count over a window is named SIGNAL_DAYSd (`failed_payments_7d`), so one sentence serves every window of a signal; any
other feature has a sentence of its own name. A feature that has none is told as it is: "name: value".
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

HOURS_A_DAY: Final = 24
# Below this a trend, a log ratio, is called steady: one twelfth more or less.
STEADY_BELOW: Final = 0.08

_WINDOW = re.compile(r"(?P<signal>.+)_(?P<days>\d+)d")


class Sentence(Protocol):
    def __call__(self, value: object, days: int) -> str:
        """`value` as a reason holds it, `days` the window, 0 for none. Blank when it cannot be said in this way."""
        ...


@dataclass(frozen=True, slots=True)
class Counted:
    """Takes %(count)s and, unless `is_timeless`, %(window)s; `words` is from ngettext_lazy, counted by "number"."""

    words: Promise
    is_timeless: bool = False

    def __call__(self, value: object, days: int) -> str:
        number = _number(value)
        return (
            ""
            if number is None or not (days or self.is_timeless)
            else _filled(self.words, number, window=in_days(days))
        )


@dataclass(frozen=True, slots=True)
class Lasting:
    """Takes %(time)s: how long, given in hours. `never` is what None says, `none` what zero says."""

    words: Promise
    never: Promise | None = None
    none: Promise | None = None

    def __call__(self, value: object, days: int) -> str:
        number = _number(value)
        if number is None:
            return str(self.never or "") if value is None else ""
        if number == 0 and self.none is not None:
            return str(self.none)
        return str(self.words) % {"time": in_hours(number)}


@dataclass(frozen=True, slots=True)
class Share:
    """Takes %(percent)s and %(window)s. `whole` is what stands for all of it: 1 for a ratio, 100 for a percentage."""

    words: Promise
    whole: float = 1.0

    def __call__(self, value: object, days: int) -> str:
        number = _number(value)
        if number is None:
            return ""
        return str(self.words) % {"percent": f"{round(100 * number / self.whole)} %", "window": in_days(days)}


@dataclass(frozen=True, slots=True)
class Trend:
    """A log ratio of the last week to the month: `falling` and `rising` take %(percent)s."""

    falling: Promise
    rising: Promise
    steady: Promise

    def __call__(self, value: object, days: int) -> str:
        number = _number(value)
        if number is None:
            return ""
        if abs(number) < STEADY_BELOW:
            return str(self.steady)
        change = f"{round(100 * abs(math.expm1(min(number, 7.0))))} %"
        return str(self.falling if number < 0 else self.rising) % {"percent": change}


@dataclass(frozen=True, slots=True)
class Sided:
    """What is said of a number below, at and above zero."""

    below: Promise
    zero: Promise
    above: Promise

    def __call__(self, value: object, days: int) -> str:
        number = _number(value)
        if number is None:
            return ""
        return str(self.zero if number == 0 else self.below if number < 0 else self.above)


@dataclass(frozen=True, slots=True)
class Stated:
    """Takes %(value)s: a word, or a number that needs no plural."""

    words: Promise

    def __call__(self, value: object, days: int) -> str:
        number = _number(value)
        shown = _shown(number) if number is not None else str(value or "")
        return str(self.words) % {"value": shown} if shown else ""


# By the name of a feature, or by that of its signal for a count over a window.
SENTENCES: Final[Mapping[str, Sentence]] = {
    "failed_payments": Counted(
        ngettext_lazy("%(count)s failed payment in %(window)s", "%(count)s failed payments in %(window)s", "number")
    ),
    "hours_since_failed_payment": Lasting(gettext_lazy("last failed payment %(time)s ago")),
    "failed_payment_share_30d": Share(gettext_lazy("%(percent)s of payments failed in %(window)s")),
    "failed_payment_streak_7d": Counted(
        ngettext_lazy(
            "%(count)s failed payment within an hour", "%(count)s failed payments within an hour", "number"
        )
    ),
    "orders": Counted(ngettext_lazy("%(count)s order in %(window)s", "%(count)s orders in %(window)s", "number")),
    "order_value_30d": Stated(gettext_lazy("orders worth %(value)s in 30 days")),
    "days_since_last_order": Counted(
        ngettext_lazy("last order %(count)s day ago", "last order %(count)s days ago", "number"), is_timeless=True
    ),
    "delivery_delays": Counted(
        ngettext_lazy("%(count)s late delivery in %(window)s", "%(count)s late deliveries in %(window)s", "number")
    ),
    "open_order_hours": Lasting(
        gettext_lazy("an order has been on its way for %(time)s"), none=gettext_lazy("no order is on its way")
    ),
    "open_setup_hours": Lasting(
        gettext_lazy("a set-up was begun %(time)s ago and not finished"), none=gettext_lazy("no set-up is unfinished")
    ),
    "setup_failures": Counted(
        ngettext_lazy("%(count)s failed set-up in %(window)s", "%(count)s failed set-ups in %(window)s", "number")
    ),
    "errors": Counted(ngettext_lazy("%(count)s error in %(window)s", "%(count)s errors in %(window)s", "number")),
    "hours_since_error": Lasting(gettext_lazy("last error %(time)s ago")),
    "error_ratio_7d": Share(gettext_lazy("errors in %(percent)s of sessions in %(window)s")),
    "error_share_7d": Share(gettext_lazy("%(percent)s of what happened in %(window)s were errors")),
    "error_streak_7d": Counted(
        ngettext_lazy("%(count)s error within an hour", "%(count)s errors within an hour", "number")
    ),
    "error_trend": Trend(
        gettext_lazy("errors: %(percent)s fewer than usual"),
        gettext_lazy("errors: %(percent)s more than usual"),
        gettext_lazy("errors as often as usual"),
    ),
    "help_searches": Counted(
        ngettext_lazy("%(count)s search for help in %(window)s", "%(count)s searches for help in %(window)s", "number")
    ),
    "help_search_trend": Trend(
        gettext_lazy("searches for help: %(percent)s fewer than usual"),
        gettext_lazy("searches for help: %(percent)s more than usual"),
        gettext_lazy("searches for help as often as usual"),
    ),
    "unanswered": Counted(
        ngettext_lazy(
            "%(count)s question without an answer in %(window)s",
            "%(count)s questions without an answer in %(window)s",
            "number",
        )
    ),
    "uses": Counted(ngettext_lazy("used %(count)s time in %(window)s", "used %(count)s times in %(window)s", "number")),
    "use_days": Counted(
        ngettext_lazy("used on %(count)s day of %(window)s", "used on %(count)s days of %(window)s", "number")
    ),
    "use_trend": Trend(
        gettext_lazy("use: %(percent)s less than usual"),
        gettext_lazy("use: %(percent)s more than usual"),
        gettext_lazy("use as usual"),
    ),
    "logins_trend": Trend(
        gettext_lazy("log-ins: %(percent)s fewer than usual"),
        gettext_lazy("log-ins: %(percent)s more than usual"),
        gettext_lazy("log-ins as often as usual"),
    ),
    "hours_since_last_use": Lasting(
        gettext_lazy("last used %(time)s ago"), never=gettext_lazy("not used in the last 90 days")
    ),
    "plan_used_percent": Share(gettext_lazy("%(percent)s of the plan is used up"), whole=100.0),
    "plan_used_slope_30d": Sided(
        gettext_lazy("use of the plan is falling"),
        gettext_lazy("use of the plan is steady"),
        gettext_lazy("the plan is being used up"),
    ),
    "cancel_visits": Counted(
        ngettext_lazy(
            "%(count)s visit to the page for cancelling in %(window)s",
            "%(count)s visits to the page for cancelling in %(window)s",
            "number",
        )
    ),
    "downgrades": Counted(
        ngettext_lazy(
            "%(count)s change to a smaller plan in %(window)s",
            "%(count)s changes to a smaller plan in %(window)s",
            "number",
        )
    ),
    "conversations": Counted(
        ngettext_lazy("%(count)s conversation in %(window)s", "%(count)s conversations in %(window)s", "number")
    ),
    "open_conversation_hours": Lasting(
        gettext_lazy("a conversation has been open for %(time)s"), none=gettext_lazy("no conversation is open")
    ),
    "hand_offs": Counted(
        ngettext_lazy(
            "passed to a person %(count)s time in %(window)s",
            "passed to a person %(count)s times in %(window)s",
            "number",
        )
    ),
    "last_mood": Sided(
        gettext_lazy("the last message sounded unhappy"),
        gettext_lazy("the last message sounded neutral"),
        gettext_lazy("the last message sounded pleased"),
    ),
    "last_sentiment": Sided(
        gettext_lazy("the last message sounded unhappy"),
        gettext_lazy("the last message sounded neutral"),
        gettext_lazy("the last message sounded pleased"),
    ),
    "mean_mood_30d": Sided(
        gettext_lazy("messages of 30 days sounded unhappy"),
        gettext_lazy("messages of 30 days sounded neutral"),
        gettext_lazy("messages of 30 days sounded pleased"),
    ),
    "mood_slope_30d": Sided(
        gettext_lazy("mood getting worse over 30 days"),
        gettext_lazy("mood steady over 30 days"),
        gettext_lazy("mood getting better over 30 days"),
    ),
    "sentiment_slope_30d": Sided(
        gettext_lazy("mood getting worse over 30 days"),
        gettext_lazy("mood steady over 30 days"),
        gettext_lazy("mood getting better over 30 days"),
    ),
    "last_rating": Stated(gettext_lazy("last rating: %(value)s of 5")),
    "outreach": Counted(
        ngettext_lazy("%(count)s message of ours in %(window)s", "%(count)s messages of ours in %(window)s", "number")
    ),
    "tenure_days": Counted(
        ngettext_lazy("customer for %(count)s day", "customer for %(count)s days", "number"), is_timeless=True
    ),
    "plan": Stated(gettext_lazy("plan: %(value)s")),
    "language": Stated(gettext_lazy("language: %(value)s")),
}  # fmt: skip

# Why a scorecard scores in place of what is in force; why something was frozen.
STAND_INS: Final[Mapping[str, Promise]] = {
    "drifted": gettext_lazy("customers no longer look like those it was trained on"),
    "frozen": gettext_lazy("a person froze it"),
    "unreadable": gettext_lazy("its file is not the one that was stored"),
    "other_features": gettext_lazy("it was trained on other features"),
}
# The verdict of the gate on a trained version.
VERDICTS: Final[Mapping[str, Promise]] = {
    "first": gettext_lazy("the first version of this issue"),
    "better": gettext_lazy("it is better than what is in force, beyond chance"),
    "not_better": gettext_lazy("it is not better than what is in force, beyond chance"),
    "too_few_positives": gettext_lazy("too few customers had this trouble to learn from"),
    "one_outcome_only": gettext_lazy("all customers had this trouble, or none"),
    "too_short_a_time": gettext_lazy("the history is too short to learn from one part and ask about a later one"),
    "badly_calibrated": gettext_lazy("its probabilities are too far from what happened"),
    "brier_not_lower": gettext_lazy("its probabilities are worse than those of what is in force"),
    "slice_worse": gettext_lazy("it is much worse for some group of customers"),
}


def in_words(reason: Mapping[str, Any]) -> str:
    """What `{"feature": NAME, "value": …}` says, such as "3 failed payments in 7 days"."""
    return feature_in_words(str(reason.get("feature", "")), reason.get("value"))


def feature_in_words(name: str, value: object) -> str:
    signal, days = parts_of(name)
    sentence = SENTENCES.get(name) or (SENTENCES.get(signal) if days else None)
    words = sentence(value, days) if sentence else ""
    return words or f"{name}: {_plain(value)}"


def parts_of(name: str) -> tuple[str, int]:
    """`failed_payments_7d` is `failed_payments` over 7 days; a name without a window is itself over 0."""
    found = _WINDOW.fullmatch(name)
    return (found["signal"], int(found["days"])) if found else (name, 0)


def code_in_words(code: str, words: Mapping[str, Promise]) -> str:
    """A code that nobody has written a sentence for is shown as its own words."""
    return str(words[code]) if code in words else code.replace("_", " ")


def in_days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def in_hours(hours: float) -> str:
    """A length of time: in hours up to two days, then in days."""
    if hours < 2 * HOURS_A_DAY:
        count = round(hours)
        return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}
    return in_days(round(hours / HOURS_A_DAY))


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None  # type: ignore[arg-type]


def _filled(words: Promise, number: float, **places: str) -> str:
    """A lazy plural is filled with the number that chooses the form and the number as it is read."""
    chosen = int(number) if number == int(number) else 2
    filled = words % {"number": chosen, "count": _shown(number), **places}
    return str(filled)


def _shown(number: float) -> str:
    return f"{number:.0f}" if number == int(number) else f"{number:.1f}"


def _plain(value: object) -> str:
    number = _number(value)
    return _shown(number) if number is not None else _("unknown") if value is None else str(value)
