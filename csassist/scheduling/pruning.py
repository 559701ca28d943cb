"""Which slots are kept: those of rare jobs for a month, those of fast ones for two days."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from csassist.scheduling.jobs import ScheduledJob
from csassist.scheduling.models import ScheduleSlot

FAST_JOBS_WAIT_SECONDS = 3_600  # a job that is due more often is a fast one
FAST_KEPT_FOR = timedelta(days=2)
KEPT_FOR = timedelta(days=30)


def prune_slots(jobs: Iterable[ScheduledJob], *, now: datetime) -> int:
    """Delete old slots; returns how many. `JobState` remembers how far each job is, so none is run again."""
    fast = [job.name for job in jobs if job.trigger.longest_wait_seconds < FAST_JOBS_WAIT_SECONDS]
    old = Q(scheduled_for__lt=now - KEPT_FOR) | Q(job__in=fast, scheduled_for__lt=now - FAST_KEPT_FOR)
    deleted_count, _per_model = ScheduleSlot.objects.filter(old).delete()
    return deleted_count
