"""What may be looked up in the company's own systems, and every time it was."""

import uuid
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csassist.assistant.models.runs import AnswerRun
from csassist.customers.models import Customer


class LookUpQuerySet(models.QuerySet["LookUp"]):
    def enabled(self) -> Self:
        return self.filter(is_enabled=True)


class LookUp(models.Model):
    """
    One question about a customer's own account and the system that knows the answer.

    The lists and objects are read by `lookups.definitions`, which says what may stand in them. The secret is not kept
    here but in the environment, as CSASSIST_LOOKUP_SECRET_ and `secret_name`.
    """

    key = models.SlugField(_("key"), max_length=40, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    is_enabled = models.BooleanField(_("in use"), default=False)
    position = models.PositiveSmallIntegerField(
        _("position"), default=10, help_text=_("When two look-ups fit a message equally well, the smaller one is used.")
    )
    description_en = models.TextField(_("what it answers (English)"), max_length=500, blank=True)
    description_zh = models.TextField(_("what it answers (Chinese)"), max_length=500, blank=True)
    questions_en = models.JSONField(_("example questions (English)"), default=list)
    questions_zh = models.JSONField(_("example questions (Chinese)"), default=list)
    intent_key = models.CharField(
        _("intent"), max_length=64, blank=True, help_text=_("Messages that were read as this intent use the look-up.")
    )

    url = models.CharField(
        _("address"),
        max_length=500,
        help_text=_("Asked by GET. Parameters that are not named in it as {{name}} are added as ?name=value."),
    )
    secret_name = models.CharField(
        _("secret"),
        max_length=40,
        validators=[RegexValidator(r"^[A-Z][A-Z0-9_]*\Z", _("Capital letters, digits and _ only."))],
        help_text=_("The variable CSASSIST_LOOKUP_SECRET_ and this name holds the key that signs requests."),
    )
    parameters = models.JSONField(_("parameters"), default=list, blank=True)
    reply = models.JSONField(_("reply"), default=dict)
    deadline_seconds = models.FloatField(
        _("deadline (seconds)"), default=2.0, validators=[MinValueValidator(0.5), MaxValueValidator(5.0)]
    )
    max_bytes = models.PositiveIntegerField(
        _("largest reply (bytes)"), default=20_000, validators=[MinValueValidator(1_000), MaxValueValidator(200_000)]
    )
    requires_verification = models.BooleanField(
        _("only for a proven customer"),
        default=True,
        help_text=_("Switch this off only for what everybody may know: no customer number is sent then."),
    )

    answer_en = models.TextField(_("answer (English)"), help_text=_("For one result. {{name}} stands for a field."))
    answer_zh = models.TextField(_("answer (Chinese)"))
    list_lead_en = models.TextField(_("above a list (English)"), blank=True, help_text=_("For several results."))
    list_lead_zh = models.TextField(_("above a list (Chinese)"), blank=True)
    list_line_en = models.TextField(_("line of a list (English)"), blank=True)
    list_line_zh = models.TextField(_("line of a list (Chinese)"), blank=True)
    empty_en = models.TextField(_("when there is nothing (English)"))
    empty_zh = models.TextField(_("when there is nothing (Chinese)"))

    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = LookUpQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("look-up")
        verbose_name_plural = _("look-ups")

    def __str__(self) -> str:
        return self.name_en


class LookUpCall(models.Model):
    """
    One use of a look-up by a run: stored before anything is asked, so that a process that dies leaves its trace too.

    `parameters` are masked; what was answered is not kept here. `customer` is for whom it was asked.
    """

    class Verdict(models.TextChoices):
        UNFINISHED = "unfinished", _("Not finished: the process ended")
        OK = "ok", _("Answered")
        NOT_FOUND = "not_found", _("Nothing there")
        NOT_YOURS = "not_yours", _("About another customer: nothing of it was shown")
        NOT_VERIFIED = "not_verified", _("Not asked: nobody has proven who they are")
        NUMBER_NEEDED = "number_needed", _("Not asked: a number is missing")
        TIMED_OUT = "timed_out", _("No reply in time")
        FAILED = "failed", _("The system failed or was not there")
        REFUSED = "refused", _("The system refused the request")
        BAD_REPLY = "bad_reply", _("The reply is not what it should be: nothing of it was shown")
        TOO_LARGE = "too_large", _("The reply is too large")
        MISCONFIGURED = "misconfigured", _("Not asked: the secret is missing or the address is not allowed")
        LOST = "lost", _("Answered too late: nobody was proven to ask any more")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(AnswerRun, on_delete=models.CASCADE, related_name="look_up_calls")
    look_up = models.ForeignKey(
        LookUp, on_delete=models.SET_NULL, null=True, related_name="calls", verbose_name=_("look-up")
    )
    look_up_key = models.CharField(_("key"), max_length=40)
    customer = models.ForeignKey(
        Customer, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("customer")
    )
    parameters = models.JSONField(_("parameters"), default=dict)
    verdict = models.CharField(_("verdict"), max_length=16, choices=Verdict.choices, default=Verdict.UNFINISHED)
    detail = models.CharField(_("detail"), max_length=120, blank=True)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"), null=True)
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False, db_index=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("look-up call")
        verbose_name_plural = _("look-up calls")

    def __str__(self) -> str:
        return f"{self.look_up_key} {self.verdict}"
