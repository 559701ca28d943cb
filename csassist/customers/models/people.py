"""
The people who ask, and what they are recognised by.

Most are anonymous: a browser with a signed cookie. An e-mail address or phone number that somebody merely typed is
contact information, never an identity, so it can join nobody to another person's conversations.
"""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class Customer(models.Model):
    """One person. Blank fields are unknown; `external_id` is the company's own number for the person."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, blank=True)
    plan = models.CharField(_("plan"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("ISO code, such as GB."))
    external_id = models.CharField(_("customer number"), max_length=100, blank=True)
    is_anonymous = models.BooleanField(_("anonymous"), default=True)
    customer_since = models.DateField(_("customer since"), null=True, blank=True)
    created_at = models.DateTimeField(_("first seen"), default=now, editable=False, db_index=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="customer_external_id_once"
            )
        ]

    def __str__(self) -> str:
        return self.name or f"{_('Visitor')} {str(self.public_id)[:8]}"


class Identity(models.Model):
    """
    One proof by which a customer is recognised again.

    A visitor's value is the SHA-256 of the key in the visitor's token, so that the table cannot be used to be someone.
    """

    class Kind(models.TextChoices):
        VISITOR = "visitor", _("Browser")
        EMAIL = "email", _("E-mail")
        EXTERNAL_ID = "external_id", _("Customer number")

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="identities", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    value = models.CharField(_("value"), max_length=254)
    created_at = models.DateTimeField(_("created"), default=now, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="identity_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value[:40]}"


class SignInQuerySet(models.QuerySet["SignIn"]):
    def active(self) -> Self:
        return self.filter(ended_at=None, expires_at__gt=now())


class SignIn(models.Model):
    """
    One browser in which the company's own site signed a customer in.

    Both digests are SHA-256: of the key in the browser's token, and of the customer token that was shown for it. A row
    outlives its use until the shown token has expired, so that an ended sign-in cannot be repeated with it.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="sign_ins", verbose_name=_("customer")
    )
    key_digest = models.CharField(max_length=64, unique=True, editable=False)
    proof_digest = models.CharField(max_length=64, db_index=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=now, editable=False)
    expires_at = models.DateTimeField(_("valid until"), db_index=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)

    objects = SignInQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")

    def __str__(self) -> str:
        return f"{self.customer} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_active(self) -> bool:
        return self.ended_at is None and self.expires_at > now()


class CustomerFactQuerySet(models.QuerySet["CustomerFact"]):
    def in_force(self) -> Self:
        """Neither corrected nor forgotten nor expired, whether or not the customer has agreed."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now()), is_active=True)

    def usable(self) -> Self:
        """In force, and agreed to where that is needed."""
        return self.in_force().filter(consent__in=[CustomerFact.Consent.GIVEN, CustomerFact.Consent.NOT_NEEDED])


class CustomerFact(models.Model):
    """
    One thing remembered of a customer: what, from where, with whose word, for how long.

    `source_id` names the message, agent or look-up it came from. `is_active` is False for one that a later one corrects
    and for one that the customer refused, whose value is gone. The company's own records need no consent.
    """

    class Kind(models.TextChoices):
        PLAN = "plan", _("Plan")
        PRODUCT = "product", _("Product")
        LANGUAGE = "language", _("Language")
        EXPERTISE = "expertise", _("Experience")
        PREFERENCE = "preference", _("Preference")
        NOTE = "note", _("Note")

    class Source(models.TextChoices):
        MESSAGE = "message", _("The customer's words")
        AGENT = "agent", _("An agent")
        IMPORT = "import", _("Imported")
        LOOKUP = "lookup", _("Looked up")

    class Consent(models.TextChoices):
        NEEDED = "needed", _("Not asked yet")
        GIVEN = "given", _("Agreed")
        REFUSED = "refused", _("Refused")
        NOT_NEEDED = "not_needed", _("Not needed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="facts", verbose_name=_("customer"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    value = models.CharField(_("value"), max_length=300, blank=True)
    source = models.CharField(_("source"), max_length=8, choices=Source.choices)
    source_id = models.CharField(_("source id"), max_length=64, blank=True)
    consent = models.CharField(_("consent"), max_length=12, choices=Consent.choices)
    corrected_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="corrections", editable=False
    )
    is_active = models.BooleanField(_("in force"), default=True)
    created_at = models.DateTimeField(_("remembered"), default=now, editable=False)
    expires_at = models.DateTimeField(_("until"), null=True, blank=True, db_index=True)

    objects = CustomerFactQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "id"]
        verbose_name = _("remembered fact")
        verbose_name_plural = _("remembered facts")
        indexes = [models.Index(fields=["customer", "is_active"], name="fact_of_customer")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {str(self.public_id)[:8]}"
