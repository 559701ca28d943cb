"""Telling the admins that work in the background fails or is done by nobody."""

import logging

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from csassist.accounts.models import AlertKind, User
from csassist.accounts.roles import Role
from csassist.core.logs import emit
from csassist.delivery.alerts import Alert, alert_staff
from csassist.scheduling.selectors import AbsenceWatch
from csassist.scheduling.slots import Failure

# Written out, because asking the route map would load every page of the web process.
JOBS_PATH = "/admin/scheduling/jobstate/"


def tell_of_failing_job(failure: Failure) -> int:
    """A job has failed three times in a row and is left alone for a while; returns how many admins were told."""
    words = format_lazy(_("A scheduled job keeps failing: {job}."), job=failure.job)
    return _tell_admins(words, occasion=f"job:{failure.job}:{failure.scheduled_for:%Y%m%d%H%M%S}")


class SchedulerAbsence:
    """Watches that somebody leads, from a process that is not a scheduler, and tells once for each absence."""

    def __init__(self, watch: AbsenceWatch) -> None:
        self._watch = watch
        self._told_of: tuple[int, int] | None = None

    def look(self) -> int:
        """1 when an absence was found that was not told yet, else 0."""
        if not self._watch.is_absent():
            self._told_of = None
            return 0
        if self._told_of == self._watch.last_sign:
            return 0
        self._told_of = self._watch.last_sign
        emit("scheduler.nobody_leads", level=logging.ERROR, seconds=self._watch.silent_seconds())
        epoch, beats = self._watch.last_sign
        _tell_admins(_("No scheduler runs: periodic work is not done."), occasion=f"scheduler:{epoch}:{beats}")
        return 1


def _tell_admins(words: str | Promise, *, occasion: str) -> int:
    alert = Alert(AlertKind.OPERATIONS, words, JOBS_PATH, occasion)
    admins = User.objects.filter(is_active=True, role=Role.ADMIN)
    return sum(alert_staff(user=admin, alert=alert) in {"mailed", "gathered", "held"} for admin in admins)
