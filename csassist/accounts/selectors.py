"""Who is there to answer, in which team, and when."""

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from csassist.accounts.models import Availability, Holiday, OpeningHours, Team, User
from csassist.accounts.opening_hours import Hours, Span

# An open console says so every 30 seconds.
PRESENT_FOR = timedelta(seconds=75)


def present(now: datetime | None = None) -> QuerySet[User]:
    """Active staff with a console open who call themselves available."""
    since = (now or timezone.now()) - PRESENT_FOR
    return User.objects.filter(is_active=True, availability=Availability.AVAILABLE, last_seen_at__gte=since)


def is_present(user: User, now: datetime | None = None) -> bool:
    return has_console_open(user, now) and user.availability == Availability.AVAILABLE


def has_console_open(user: User, now: datetime | None = None) -> bool:
    """Whether a console of theirs is open, whatever they say of themselves: what it shows reaches them."""
    since = (now or timezone.now()) - PRESENT_FOR
    return user.is_active and user.last_seen_at is not None and user.last_seen_at >= since


def team_for(language: str) -> Team | None:
    """The team that a hand-off in this language goes to; None when no team has members."""
    counted = Team.objects.annotate(people=Count("members", filter=Q(members__is_active=True)))
    teams = list(counted.filter(people__gt=0).order_by("order", "id"))  # counting drops the order of the model
    return next((team for team in teams if not team.languages or language in team.languages), None) or next(
        iter(teams), None
    )


def opening_hours() -> Hours:
    spans = tuple(Span(row.weekday, row.opens_at, row.closes_at) for row in OpeningHours.objects.all())
    today = timezone.localdate()
    holidays = Holiday.objects.filter(day__gte=today).values_list("day", flat=True)
    return Hours(spans, frozenset(holidays))
