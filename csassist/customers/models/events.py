"""
What customers do: events as they came in, who stands behind an anonymous id, and what is known of each event's name.

Events are never changed or moved. Two clocks count: `occurred_at` says when it happened and places an event in a
window; `received_at` says since when it could be known, so that a question about the past never sees what came later.
"""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from csassist.customers.models.people import Customer


class EventType(models.TextChoices):
    IDENTIFY = "identify", _("Identify")
    TRACK = "track", _("Track")
    PAGE = "page", _("Page")
    ALIAS = "alias", _("Alias")


class EventOrigin(models.TextChoices):
    """Where an event was born. What our own outreach causes is marked, so that it can never start outreach again."""

    SITE = "site", _("The company's systems")
    IMPORT = "import", _("Imported file")
    OWN = "own", _("This help desk")
    OUTREACH = "outreach", _("Our own outreach")


class EventSourceQuerySet(models.QuerySet["EventSource"]):
    def in_use(self) -> Self:
        return self.filter(revoked_at=None)


class EventSource(models.Model):
    """
    One place that sends events, known by its key. Only the SHA-256 of a secret key is kept.

    A public key stands in web pages, where everybody can read it: it may track, and it may not say who somebody is.
    """

    class Kind(models.TextChoices):
        PUBLIC = "public", _("Public: for web pages")
        SECRET = "secret", _("Secret: for servers")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    key_digest = models.CharField(max_length=64, unique=True, editable=False)
    key_shown = models.CharField(_("key"), max_length=80, editable=False, help_text=_("A secret key: its beginning."))
    allowed_names = models.JSONField(
        _("allowed event names"), default=list, blank=True, help_text=_("Empty: every name.")
    )
    most_per_minute = models.PositiveIntegerField(_("events a minute, at most"), default=600_000)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=now, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects = EventSourceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("event source")
        verbose_name_plural = _("event sources")

    def __str__(self) -> str:
        return self.name

    @property
    def is_public(self) -> bool:
        return self.kind == self.Kind.PUBLIC


class CustomerEvent(models.Model):
    """
    One thing that happened, as it was received. Nothing of it is ever changed.

    `customer` is who it named by number; an event with an `anonymous_id` alone belongs to whom IdentityLink says.
    `value_milli` is the number in it (an amount, a rating, a share in percent), times 1,000, so that sums are exact.
    `is_backdated`: `received_at` was declared by an import and not observed here.
    """

    message_id = models.CharField(_("message id"), max_length=100, unique=True)
    source = models.ForeignKey(
        EventSource, on_delete=models.SET_NULL, null=True, db_index=False, related_name="+", verbose_name=_("source")
    )
    origin = models.CharField(_("origin"), max_length=8, choices=EventOrigin.choices)
    type = models.CharField(_("type"), max_length=8, choices=EventType.choices)
    name = models.CharField(_("name"), max_length=100)
    customer = models.ForeignKey(
        Customer,
        on_delete=models.CASCADE,
        null=True,
        db_index=False,
        related_name="events",
        verbose_name=_("customer"),
    )
    anonymous_id = models.CharField(_("anonymous id"), max_length=100, blank=True)
    occurred_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"), db_index=True)
    value_milli = models.BigIntegerField(_("value, in thousandths"), null=True)
    properties = models.JSONField(_("properties"), default=dict)
    is_backdated = models.BooleanField(_("received at a declared time"), default=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("customer event")
        verbose_name_plural = _("customer events")
        indexes = [
            models.Index(fields=["customer", "occurred_at"], name="event_of_customer"),
            models.Index(fields=["anonymous_id", "occurred_at"], condition=Q(customer=None), name="event_of_anonymous"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.occurred_at:%Y-%m-%d %H:%M}"


class IdentityLink(models.Model):
    """
    That an anonymous id, or another customer's row, is this customer: known since `received_at`.

    History is read through these rows and never rewritten. Of several for one anonymous id the one that happened first
    counts (then the smaller message id), whatever the order in which they came.
    """

    anonymous_id = models.CharField(_("anonymous id"), max_length=100, blank=True)
    other_customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("the same as")
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="identity_links", verbose_name=_("customer")
    )
    message_id = models.CharField(_("message id"), max_length=100)
    occurred_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("identity link")
        verbose_name_plural = _("identity links")
        constraints = [
            models.UniqueConstraint(
                fields=["anonymous_id", "customer"], condition=~Q(anonymous_id=""), name="anonymous_link_once"
            ),
            models.UniqueConstraint(
                fields=["other_customer", "customer"], condition=Q(anonymous_id=""), name="customer_link_once"
            ),
            models.CheckConstraint(
                condition=Q(anonymous_id="", other_customer__isnull=False)
                | (~Q(anonymous_id="") & Q(other_customer__isnull=True)),
                name="link_of_one_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.anonymous_id or self.other_customer_id} = {self.customer_id}"


class TraitChange(models.Model):
    """What an identify event said of a customer, kept so that a past moment sees what was known then."""

    class Name(models.TextChoices):
        PLAN = "plan", _("Plan")
        LANGUAGE = "language", _("Language")
        COUNTRY = "country", _("Country")

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="trait_changes", verbose_name=_("customer")
    )
    name = models.CharField(_("name"), max_length=8, choices=Name.choices)
    value = models.CharField(_("value"), max_length=40, blank=True)
    message_id = models.CharField(_("message id"), max_length=100)
    occurred_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("change of a trait")
        verbose_name_plural = _("changes of traits")
        constraints = [models.UniqueConstraint(fields=["message_id", "name"], name="trait_of_message_once")]
        indexes = [models.Index(fields=["customer", "name", "occurred_at"], name="trait_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.name}"


class DirtyCustomer(models.Model):
    """A customer of whom something new is known since the last scoring. `version` grows with each time it is noted."""

    customer = models.OneToOneField(
        Customer, on_delete=models.CASCADE, primary_key=True, related_name="+", verbose_name=_("customer")
    )
    version = models.PositiveBigIntegerField(default=1)
    since = models.DateTimeField(_("since"), default=now, db_index=True)

    class Meta:
        ordering = ["since"]
        verbose_name = _("customer to score again")
        verbose_name_plural = _("customers to score again")

    def __str__(self) -> str:
        return str(self.customer_id)


class EventName(models.Model):
    """One name of the schema catalogue. `is_known` is False for one that came in before anybody described it."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.CharField(_("what it says"), max_length=300, blank=True)
    value_means = models.CharField(_("what its value is"), max_length=100, blank=True)
    is_known = models.BooleanField(_("described"), default=False)
    received_count = models.PositiveBigIntegerField(_("received"), default=0, editable=False)
    first_received_at = models.DateTimeField(_("first received"), null=True, editable=False)
    last_received_at = models.DateTimeField(_("last received"), null=True, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("event name")
        verbose_name_plural = _("event names")

    def __str__(self) -> str:
        return self.name


class RefusedEvent(models.Model):
    """An item that was not accepted, for whoever builds the source: why, and which fields it had, not their values."""

    source = models.ForeignKey(
        EventSource, on_delete=models.CASCADE, null=True, related_name="refused", verbose_name=_("source")
    )
    reason = models.CharField(_("reason"), max_length=40)
    type = models.CharField(_("type"), max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    message_id = models.CharField(_("message id"), max_length=100, blank=True)
    fields = models.JSONField(_("fields"), default=list)
    received_at = models.DateTimeField(_("received"), default=now, db_index=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("refused event")
        verbose_name_plural = _("refused events")

    def __str__(self) -> str:
        return f"{self.reason} {self.name}"
