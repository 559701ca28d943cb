"""
Rate limits that hold across processes.

Each use is one conditional UPDATE in the database, so two web processes can never let one more through than the limit
allows, and the client address is taken only from as many proxies as the settings trust. A key's window moves forward
only: a clock that is set back neither refills a limit nor blocks anybody for longer than two windows.
"""

import hashlib
import ipaddress
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.core.errors import TooManyRequests
from csassist.core.logs import emit
from csassist.rest.models import LimitWindow

# An IPv6 customer is given a whole network of this size, so one address of it proves nothing.
IPV6_NETWORK_BITS = 64


@dataclass(frozen=True)
class Limit:
    """At most `most_count` uses of a key in each window of `window_seconds`, windows aligned to the epoch."""

    name: str
    window_seconds: int
    most_count: int


class _Full(Exception):
    """Rolls back what was counted before the limit that is used up."""

    def __init__(self, limit: Limit, key: str) -> None:
        super().__init__(limit.name)
        self.limit = limit
        self.key = key


def spend(uses: Sequence[tuple[Limit, str]], *, count: int = 1) -> None:
    """
    Count `count` uses against every (limit, subject), or none against any.

    Raises TooManyRequests when one has fewer left.
    """
    now = timezone.now()
    try:
        with transaction.atomic() if len(uses) > 1 else nullcontext():  # one statement needs no transaction
            for limit, subject in uses:
                _take(limit, subject, now, uses, count)
    except _Full as full:
        _pull_back(full.limit, full.key, now)
        emit("limit.refused", limit=full.limit.name)
        raise TooManyRequests(
            _("That was a lot of messages at once. Please wait a moment and try again."),
            retry_after_seconds=_seconds_left(full.limit, now),
        ) from full


def forgive(limit: Limit, subject: str) -> None:
    """Count nothing of what this subject did before, because it proved to be harmless."""
    LimitWindow.objects.filter(key=_key(limit, subject)).delete()


def client_address(request: HttpRequest) -> str:
    """
    The address a request came from, believing exactly CSASSIST_TRUSTED_PROXIES_COUNT proxies.

    An IPv6 address stands for its /64 network. What is no address is not believed.
    """
    trusted_count = settings.CSASSIST_TRUSTED_PROXIES_COUNT
    direct = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if trusted_count and len(forwarded) >= trusted_count:
        return _network_of(forwarded[-trusted_count]) or _network_of(direct) or direct
    return _network_of(direct) or direct


def prune(*, older_than: timedelta = timedelta(days=2)) -> int:
    """Delete windows nobody counts in any more; returns how many. No window may be longer than `older_than`."""
    deleted_count, _per_model = LimitWindow.objects.filter(started_at__lt=timezone.now() - older_than).delete()
    return deleted_count


def _take(limit: Limit, subject: str, now: datetime, uses: Sequence[tuple[Limit, str]], count: int) -> None:
    """Count `count` uses. Raises _Full when fewer are left. The first of `uses` without a row makes one for all."""
    key = _key(limit, subject)
    if _count(limit, key, now, count):
        return
    # Rows that are there are left alone; after it only a full one is not counted, whoever made it.
    unused = [LimitWindow(key=_key(*use), started_at=_window_start(use[0], now), used_count=0) for use in uses]
    LimitWindow.objects.bulk_create(unused, ignore_conflicts=True)
    if not _count(limit, key, now, count):
        raise _Full(limit, key)


def _key(limit: Limit, subject: str) -> str:
    return f"{limit.name}:{hashlib.sha256(subject.encode()).hexdigest()[:32]}"


def _count(limit: Limit, key: str, now: datetime, count: int) -> bool:
    """Count uses in one statement: the first of a new window, or more of the present one. False when full."""
    if count > limit.most_count:
        return False
    start = _window_start(limit, now)
    is_over = Q(started_at__lt=start)
    return bool(
        LimitWindow.objects.filter(is_over | Q(used_count__lte=limit.most_count - count), key=key).update(
            used_count=Case(When(is_over, then=Value(count)), default=F("used_count") + count),
            started_at=Case(
                When(is_over | Q(started_at__gt=_latest_start(limit, now)), then=Value(start)), default=F("started_at")
            ),
        )
    )


def _pull_back(limit: Limit, key: str, now: datetime) -> None:
    """After a clock that was far ahead is set right, let a full window end with the present one, not in the future."""
    LimitWindow.objects.filter(key=key, started_at__gt=_latest_start(limit, now)).update(
        started_at=_window_start(limit, now)
    )


def _latest_start(limit: Limit, now: datetime) -> datetime:
    """The latest beginning to believe: the next window's, because clocks of several machines differ a little."""
    return _window_start(limit, now) + timedelta(seconds=limit.window_seconds)


def _window_start(limit: Limit, now: datetime) -> datetime:
    seconds = int(now.timestamp())
    return datetime.fromtimestamp(seconds - seconds % limit.window_seconds, tz=UTC)


def _seconds_left(limit: Limit, now: datetime) -> int:
    return max(1, int((_window_start(limit, now) + timedelta(seconds=limit.window_seconds) - now).total_seconds()))


def _network_of(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_NETWORK_BITS), strict=False))
