"""Who leads the schedulers, what every job is at, and what became of each of its slots."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SchedulerLease(models.Model):
    """
    One row for each kind of leadership. Whether it is alive is told by `beats` changing, never by a clock.

    `epoch` grows with every change of leader; whoever writes under an older one is refused. The times are for people.
    """

    name = models.CharField(max_length=32, unique=True)
    owner = models.CharField(_("leader"), max_length=80, blank=True, help_text=_("Empty: given up."))
    epoch = models.PositiveBigIntegerField(_("epoch"), default=0)
    beats = models.PositiveBigIntegerField(_("beats"), default=0)
    led_since = models.DateTimeField(_("leads since"), null=True)
    beat_at = models.DateTimeField(_("last sign of life"), null=True)

    class Meta:
        verbose_name = _("scheduler lease")
        verbose_name_plural = _("scheduler leases")

    def __str__(self) -> str:
        return f"{self.name} {self.epoch}"


class ScheduleSlot(models.Model):
    """A time at which a job was due, written in the transaction that did its work. `scheduled_for` is in UTC."""

    class State(models.TextChoices):
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("Skipped")

    job = models.CharField(_("job"), max_length=64)
    scheduled_for = models.DateTimeField(_("slot"))
    epoch = models.PositiveBigIntegerField(_("epoch"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    covers_count = models.PositiveBigIntegerField(
        _("stands for"), default=1, help_text=_("Slots since the one before, itself included.")
    )
    changed_count = models.PositiveIntegerField(_("changed rows"), default=0)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"))
    error = models.CharField(_("why not"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["-scheduled_for"]
        constraints = [models.UniqueConstraint(fields=["job", "scheduled_for"], name="schedule_slot_once")]
        indexes = [models.Index(fields=["-scheduled_for"], name="schedule_slot_newest")]

    def __str__(self) -> str:
        return f"{self.job} {self.scheduled_for:%Y-%m-%d %H:%M:%S}"


class JobState(models.Model):
    """
    How far a job's slots are accounted for, and how it has fared. Counts are since the job is known.

    `last_slot_at` only ever moves forward, in the transaction of the slot; `next_slot_at` is empty for a job that is in
    no table any more.
    """

    job = models.CharField(_("job"), max_length=64, unique=True)
    rule = models.CharField(_("when"), max_length=64)
    last_slot_at = models.DateTimeField(_("last slot"))
    next_slot_at = models.DateTimeField(_("next slot"), null=True)
    failures_count = models.PositiveIntegerField(_("failures in a row"), default=0)
    back_off_until = models.DateTimeField(_("left alone until"), null=True)
    last_error = models.CharField(_("last failure"), max_length=64, blank=True)
    done_count = models.PositiveBigIntegerField(_("done"), default=0)
    late_count = models.PositiveBigIntegerField(_("late"), default=0, help_text=_("Run later than its grace."))
    missed_count = models.PositiveBigIntegerField(
        _("missed"), default=0, help_text=_("Slots that a later one stood for, or that came too late.")
    )
    failed_count = models.PositiveBigIntegerField(_("failed"), default=0)
    skipped_count = models.PositiveBigIntegerField(_("left alone"), default=0, help_text=_("Slots while backing off."))
    overlapped_count = models.PositiveBigIntegerField(
        _("overlapped"), default=0, help_text=_("Turns at which the one before was not over.")
    )

    class Meta:
        verbose_name = _("scheduled job")
        verbose_name_plural = _("scheduled jobs")
        ordering = ["job"]

    def __str__(self) -> str:
        return self.job
