"""When something happened, by the clock of whoever sent it and by ours."""

from datetime import UTC, datetime, timedelta
from typing import Final

from csassist.customers.intake.reasons import Reason, Unfit

TRUSTED_SKEW: Final = timedelta(minutes=5)
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
# What a clock may say that was never set; it is corrected before it counts.
READABLE: Final = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


def read_time(value: object, field: str) -> datetime | None:
    """An ISO 8601 time, in UTC when it names no zone; None for nothing. Raises Unfit."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Unfit(Reason.BAD_TIMESTAMP, field)
    try:
        when = datetime.fromisoformat(value)
    except ValueError as error:
        raise Unfit(Reason.BAD_TIMESTAMP, field) from error
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    if not READABLE[0] <= when <= READABLE[1]:
        raise Unfit(Reason.BAD_TIMESTAMP, field)
    return when


def happened_at(timestamp: datetime | None, *, sent_at: datetime | None, received_at: datetime) -> datetime:
    """
    The time of the event by our clock; `received_at` without a timestamp.

    A sender's clock that is more than TRUSTED_SKEW off is corrected as Segment does it: received - (sent - timestamp).
    A time that lies ahead of us by no more than that is now; one further ahead, and one before EARLIEST, is refused.
    Raises Unfit.
    """
    if timestamp is None:
        return received_at
    if sent_at is not None and abs(received_at - sent_at) > TRUSTED_SKEW:
        timestamp = received_at - (sent_at - timestamp)
    if timestamp > received_at:
        if timestamp - received_at > TRUSTED_SKEW:
            raise Unfit(Reason.IN_FUTURE, "timestamp")
        return received_at
    if timestamp < EARLIEST:
        raise Unfit(Reason.TOO_OLD, "timestamp")
    return timestamp
