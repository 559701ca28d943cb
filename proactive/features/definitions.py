"""
Every feature that a score may use, in one list: name, unit, window, source, and why it is there.

Pure. A *signal* is a kind of event under one or more names; a company whose systems call it otherwise says so in
`SignalName`. Features are read off signals in windows that end at the moment of the score. The list is compiled to
SQL by `compiling`, and the same list serves training, live scores and backtests.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

LOOKED_BACK_DAYS: Final = 90
WINDOWS_DAYS: Final = (1, 7, 30)


class Kind(StrEnum):
    COUNT = "count"  # events in the window
    DAYS = "days"  # different days of 24 hours, counted back from the moment, with an event in the window
    HOURS_SINCE = "hours_since"  # since the last one; unknown when there is none in LOOKED_BACK_DAYS
    TREND = "trend"  # log((count in 7 days + 1) / (count in 30 days x 7/30 + 1)): 0 is steady, below is falling
    SHARE = "share"  # of this signal among it and the other, in the window; unknown when there was neither
    STREAK = "streak"  # most events within one clock hour of the window
    OPEN_HOURS = "open_hours"  # since the last one that no event of the other signal followed; 0 when none is open
    SUM = "sum"  # of the values in the window
    MEAN = "mean"  # of the values in the window; unknown when there was none
    LAST = "last"  # the last value of the window; unknown when there was none
    SLOPE = "slope"  # of a line through the values of the window, per day; unknown with fewer than three
    TENURE = "tenure"  # days since the customer is one
    TRAIT = "trait"  # what was last said of the customer


class Unit(StrEnum):
    EVENTS = "events"
    DAYS = "days"
    HOURS = "hours"
    RATIO = "ratio"
    LOG_RATIO = "log_ratio"
    MONEY = "money"
    PERCENT = "percent"
    PERCENT_A_DAY = "percent_a_day"
    STARS = "stars"
    MOOD = "mood"  # -2 very negative to 2 very positive
    MOOD_A_DAY = "mood_a_day"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Signal:
    """`names` are the event names that count as it."""

    key: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feature:
    """`window_days` is 0 where the kind has none; `other` is the second signal of a share or of what closes it."""

    name: str
    kind: Kind
    unit: Unit
    signal: str
    why: str
    window_days: int = 0
    other: str = ""

    @property
    def is_text(self) -> bool:
        return self.kind == Kind.TRAIT


SIGNALS: Final[tuple[Signal, ...]] = (
    Signal("failed_payments", ("payment_failed",)),
    Signal("payments", ("payment_succeeded",)),
    Signal("orders", ("order_placed",)),
    Signal("deliveries", ("order_delivered",)),
    Signal("delivery_delays", ("delivery_delayed",)),
    Signal("setups_begun", ("setup_started",)),
    Signal("setups_done", ("setup_completed",)),
    Signal("setup_failures", ("setup_failed",)),
    Signal("errors", ("device_error",)),
    Signal("uses", ("app_opened",)),
    Signal("help_searches", ("help_searched", "csassist.help_searched")),
    Signal("unanswered", ("csassist.unanswered",)),
    Signal("plan_use", ("plan_usage",)),
    Signal("cancel_visits", ("cancel_page_viewed",)),
    Signal("downgrades", ("plan_downgraded",)),
    Signal("cancellations", ("subscription_cancelled",)),
    Signal("conversations", ("csassist.conversation_opened",)),
    Signal("conversations_closed", ("csassist.conversation_closed",)),
    Signal("hand_offs", ("csassist.handed_over",)),
    Signal("moods", ("csassist.message_read",)),
    Signal("ratings", ("csassist.rated",)),
    Signal("outreach", ("csassist.outreach_sent",)),
)


def _counts(signal: str, why: str, windows: Iterable[int] = WINDOWS_DAYS) -> tuple[Feature, ...]:
    return tuple(
        Feature(f"{signal}_{days}d", Kind.COUNT, Unit.EVENTS, signal, why, window_days=days) for days in windows
    )


def _hours_since(name: str, signal: str, why: str) -> Feature:
    return Feature(f"hours_since_{name}", Kind.HOURS_SINCE, Unit.HOURS, signal, why)


FEATURES: Final[tuple[Feature, ...]] = (
    *_counts("failed_payments", "A card that failed once often fails again."),
    _hours_since("failed_payment", "failed_payments", "A recent failure says more than an old one."),
    Feature(
        "failed_payment_share_30d",
        Kind.SHARE,
        Unit.RATIO,
        "failed_payments",
        "One failure among many payments is an accident, among few a pattern.",
        window_days=30,
        other="payments",
    ),
    Feature(
        "failed_payment_streak_7d", Kind.STREAK, Unit.EVENTS, "failed_payments", "Someone tries in vain.", window_days=7
    ),
    *_counts("orders", "Only who ordered can wait for a parcel.", (7, 30)),
    Feature("order_value_30d", Kind.SUM, Unit.MONEY, "orders", "What is at stake.", window_days=30),
    *_counts("delivery_delays", "A delay announced becomes a question.", (1, 7, 30)),
    Feature(
        "open_order_hours",
        Kind.OPEN_HOURS,
        Unit.HOURS,
        "orders",
        "An order that has been on its way for long.",
        other="deliveries",
    ),
    Feature(
        "open_setup_hours",
        Kind.OPEN_HOURS,
        Unit.HOURS,
        "setups_begun",
        "A set-up that was begun and not finished.",
        other="setups_done",
    ),
    *_counts("setup_failures", "A step of the set-up that failed.", (1, 7)),
    *_counts("errors", "Errors that return are reported in the end."),
    _hours_since("error", "errors", "An error just now is on someone's mind."),
    Feature(
        "error_share_7d",
        Kind.SHARE,
        Unit.RATIO,
        "errors",
        "Errors weigh by how much the product is used.",
        window_days=7,
        other="uses",
    ),
    Feature("error_streak_7d", Kind.STREAK, Unit.EVENTS, "errors", "Many errors within an hour.", window_days=7),
    Feature("error_trend", Kind.TREND, Unit.LOG_RATIO, "errors", "Whether errors become more."),
    *_counts("help_searches", "Who searches again did not find it."),
    Feature("help_search_trend", Kind.TREND, Unit.LOG_RATIO, "help_searches", "Whether the need for help grows."),
    *_counts("unanswered", "A question that got no answer comes again.", (7, 30)),
    *_counts("uses", "How much the product is used.", (7, 30)),
    Feature("use_days_7d", Kind.DAYS, Unit.DAYS, "uses", "How often it is used.", window_days=7),
    Feature("use_days_30d", Kind.DAYS, Unit.DAYS, "uses", "How often it is used.", window_days=30),
    Feature("use_trend", Kind.TREND, Unit.LOG_RATIO, "uses", "Whether use falls."),
    _hours_since("last_use", "uses", "Who stays away may be leaving."),
    Feature(
        "plan_used_percent", Kind.LAST, Unit.PERCENT, "plan_use", "How much of the plan is used up.", window_days=30
    ),
    Feature(
        "plan_used_slope_30d",
        Kind.SLOPE,
        Unit.PERCENT_A_DAY,
        "plan_use",
        "How fast the plan is being used up.",
        window_days=30,
    ),
    *_counts("cancel_visits", "Who reads how to cancel thinks of it.", (7, 30)),
    *_counts("downgrades", "A smaller plan often comes before none.", (30,)),
    *_counts("conversations", "How often this customer needed us.", (7, 30)),
    Feature(
        "open_conversation_hours",
        Kind.OPEN_HOURS,
        Unit.HOURS,
        "conversations",
        "What waits to be solved.",
        other="conversations_closed",
    ),
    *_counts("hand_offs", "What the assistant could not settle.", (7, 30)),
    Feature("last_mood", Kind.LAST, Unit.MOOD, "moods", "The mood of the last message.", window_days=30),
    Feature("mean_mood_30d", Kind.MEAN, Unit.MOOD, "moods", "The mood of the month.", window_days=30),
    Feature("mood_slope_30d", Kind.SLOPE, Unit.MOOD_A_DAY, "moods", "Whether the mood gets worse.", window_days=30),
    Feature("last_rating", Kind.LAST, Unit.STARS, "ratings", "What the customer said of our help.", window_days=30),
    *_counts("outreach", "What we already sent.", (30,)),
    Feature("tenure_days", Kind.TENURE, Unit.DAYS, "", "New customers have other troubles than old ones."),
    Feature("plan", Kind.TRAIT, Unit.TEXT, "plan", "Plans differ in what can go wrong."),
    Feature("language", Kind.TRAIT, Unit.TEXT, "language", "Shows whether a model serves one language worse."),
)

BY_NAME: Final[Mapping[str, Feature]] = {feature.name: feature for feature in FEATURES}
SIGNAL_CODES: Final[Mapping[str, int]] = {signal.key: code for code, signal in enumerate(SIGNALS)}
SIGNAL_KEYS: Final = frozenset(signal.key for signal in SIGNALS)


def signal_names(counts_as: Mapping[str, str] | None = None) -> dict[str, str]:
    """Event name -> key of its signal. `counts_as` says so of a company's own names, and wins."""
    names = {name: signal.key for signal in SIGNALS for name in signal.names}
    return names | {name: key for name, key in (counts_as or {}).items() if key in SIGNAL_KEYS}


def feature_set_of(names: Mapping[str, str]) -> str:
    """A short digest of this list and of what counts as which signal: two scores with the same one may be compared."""
    parts = [repr(asdict(feature)) for feature in FEATURES] + [f"{name}={names[name]}" for name in sorted(names)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
