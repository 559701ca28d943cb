"""What a customer who was handed over reads: when somebody comes, and how they are reached. Pure."""

from datetime import datetime

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

SHORTEST_SAID_MINUTES = 2


def what_happens_next(*, opens_at: datetime | None, now: datetime, wait_seconds: int | None, has_contact: bool) -> str:
    """
    In the language that is active. `opens_at` is `now` while people answer, later outside hours, None when unknown;
    `wait_seconds` is None when nobody is there or too few waited to say.
    """
    if opens_at is not None and opens_at > now:
        when = _when(opens_at, now)
        if has_contact:
            return _("Our team is back %(when)s and will reply using the contact details you left.") % {"when": when}
        return _("Our team is back %(when)s. Leave an e-mail address or phone number so they can reach you.") % {
            "when": when
        }
    if wait_seconds is not None:
        minutes = max(SHORTEST_SAID_MINUTES, round(wait_seconds / 60))
        if has_contact:
            return _(
                "A colleague takes over here, usually within %(minutes)d minutes. If you have to leave, they will "
                "reply using the contact details you left."
            ) % {"minutes": minutes}
        return _(
            "A colleague takes over here, usually within %(minutes)d minutes. If you have to leave, leave an e-mail "
            "address or phone number so they can reach you."
        ) % {"minutes": minutes}
    if has_contact:
        return _("Our team has your conversation and will reply using the contact details you left.")
    return _("Our team has your conversation. Leave an e-mail address or phone number so they can reach you.")


def _when(opens_at: datetime, now: datetime) -> str:
    time = time_format(opens_at, "TIME_FORMAT")
    if opens_at.date() == now.date():
        return _("today at %(time)s") % {"time": time}
    return _("on %(day)s at %(time)s") % {"day": date_format(opens_at, "MONTH_DAY_FORMAT"), "time": time}
