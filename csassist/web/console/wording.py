"""Words and signs of the console that more than one page needs. Pure."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from csassist.analysis.trajectory import Mood
from csassist.analysis.wording import MOODS as MOOD_WORDS

MINUTE_SECONDS, HOUR_SECONDS, DAY_SECONDS = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign with its name; `tone` colours it, never alone."""

    icon: str
    words: Promise
    tone: str


MOODS: dict[str, Sign] = {
    Mood.ANGRY: Sign("mood-bad", MOOD_WORDS[Mood.ANGRY], "danger"),
    Mood.STRAINED: Sign("mood-low", MOOD_WORDS[Mood.STRAINED], "warning"),
    Mood.CALM: Sign("mood-even", MOOD_WORDS[Mood.CALM], "neutral"),
    Mood.RELIEVED: Sign("mood-good", MOOD_WORDS[Mood.RELIEVED], "good"),
}
# Only moods that ask for something are shown in a list; the others would only be noise there.
MOODS_IN_LISTS = frozenset({Mood.ANGRY, Mood.STRAINED})

# What a hand-off knows of the customer and their matter, as `assistant.packets` names it.
FACT_LABELS: dict[str, Promise] = {
    "name": gettext_lazy("Customer's name"),
    "plan": gettext_lazy("Customer's plan"),
    "customer_number": gettext_lazy("Customer number"),
    "e-mail": gettext_lazy("E-mail"),
    "order_number": gettext_lazy("Order number"),
    "error_code": gettext_lazy("Error code"),
    "phone": gettext_lazy("Phone"),
    "amount": gettext_lazy("Amount"),
}

QUEUE_NAMES: dict[str, Promise] = {
    "mine": gettext_lazy("Mine"),
    "queue": gettext_lazy("Unassigned"),
    "waiting": gettext_lazy("Awaiting reply"),
    "mentioned": gettext_lazy("Mentions of me"),
    "assistant": gettext_lazy("With assistant"),
    "closed": gettext_lazy("Closed"),
    "all": gettext_lazy("All conversations"),
}
QUEUE_ICONS = {
    "mine": "person",
    "queue": "tray",
    "waiting": "clock",
    "mentioned": "at",
    "assistant": "spark",
    "closed": "check",
    "all": "history",
}


def short_age(moment: datetime, now: datetime) -> str:
    """How long ago, as short as a list needs it: "now", "5m", "3h", "2d"."""
    seconds = max(0, int((now - moment).total_seconds()))
    if seconds < MINUTE_SECONDS:
        return _("now")
    if seconds < HOUR_SECONDS:
        return _("{count}m").format(count=seconds // MINUTE_SECONDS)
    if seconds < DAY_SECONDS:
        return _("{count}h").format(count=seconds // HOUR_SECONDS)
    return _("{count}d").format(count=seconds // DAY_SECONDS)


def percent(ratio: float) -> str:
    return f"{round(100 * ratio)} %"


def initial_of(name: str) -> str:
    """The letter on somebody's badge."""
    return next((character.upper() for character in name if character.isalnum()), "?")
