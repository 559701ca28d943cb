"""Staff users with a role, invitations to become one, teams and hours, and the API keys that programs use instead."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from csassist.accounts.roles import Role


class UserAccounts(BaseUserManager["User"]):
    """What Django's `createsuperuser` needs; everything else goes through `services`."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(username, password, **{**fields, "role": Role.ADMIN})


class Availability(models.TextChoices):
    """What a member of staff says of themselves; whether they are there, `last_seen_at` tells."""

    AVAILABLE = "available", _("Available")
    BUSY = "busy", _("Busy")
    AWAY = "away", _("Away")


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff. The role alone decides every permission: the fields that could say otherwise do not exist."""

    is_superuser = None
    groups = None  # type: ignore[assignment]  # None is how Django leaves an inherited field out
    user_permissions = None  # type: ignore[assignment]

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField(_("user name"), max_length=150, unique=True)
    display_name = models.CharField(_("name shown to customers"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.AGENT)
    language = models.CharField(_("language"), max_length=8, default="en")
    is_active = models.BooleanField(_("active"), default=True)
    availability = models.CharField(
        _("availability"), max_length=12, choices=Availability.choices, default=Availability.AVAILABLE
    )
    last_seen_at = models.DateTimeField(_("last seen"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = UserAccounts()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["username"]
        verbose_name = _("staff user")
        verbose_name_plural = _("staff users")

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def is_staff(self) -> bool:
        return bool(self.role)


class Team(models.Model):
    """
    People who answer together. A hand-off goes to the first team, by `order`, that speaks the customer's language.

    `languages` empty means every language. A team without members is never chosen.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    members = models.ManyToManyField(User, related_name="teams", blank=True, verbose_name=_("members"))
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name_in(get_language() or "en")

    def name_in(self, language: str) -> str:
        return self.name_zh if language.startswith("zh") and self.name_zh else self.name


class OpeningHours(models.Model):
    """One span of a weekday in which people answer, in the company's time zone. No rows at all means always."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens_at = models.TimeField(_("opens"))
    closes_at = models.TimeField(_("closes"))

    class Meta:
        ordering = ["weekday", "opens_at"]
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")),
                name="opening_hours_open_before_they_close",
                violation_error_message=_("Opening comes before closing. Past midnight takes two rows."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}-{self.closes_at:%H:%M}"


class Holiday(models.Model):
    """A day on which nobody answers, whatever the opening hours say."""

    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        ordering = ["day"]
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class ApiKey(models.Model):
    """A program's credential. Only the SHA-256 of the secret is stored; the secret itself is shown once."""

    class Scope(models.TextChoices):
        ASK = "ask", _("Ask questions")
        KNOWLEDGE_READ = "knowledge:read", _("Read and search knowledge")
        KNOWLEDGE_WRITE = "knowledge:write", _("Write knowledge")
        CONVERSATIONS_READ = "conversations:read", _("Read conversations")
        CONVERSATIONS_WRITE = "conversations:write", _("Mark people as helped, correct readings")
        PROMPTS_READ = "prompts:read", _("Read prompts")
        PROMPTS_WRITE = "prompts:write", _("Write and publish prompts")
        RISKS_READ = "risks:read", _("Read risks of customers, issues and models")
        ANSWERS_TRY = "answers:try", _("Try questions in the playground")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("prefix"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_keys")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_active(self) -> bool:
        return self.revoked_at is None and self.created_by.is_active


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def unanswered(self) -> Self:
        return self.filter(accepted_at=None, revoked_at=None)

    def usable(self, now: datetime) -> Self:
        return self.unanswered().filter(expires_at__gt=now)


class Invitation(models.Model):
    """
    Somebody who may make themselves a member of staff. Only the SHA-256 of the secret in the mailed link is stored.

    Sending it again makes a new secret, so the older link ends. An address has at most one that is unanswered.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"))
    display_name = models.CharField(_("name shown to customers"), max_length=100, blank=True)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.AGENT)
    language = models.CharField(
        _("language"), max_length=8, choices=[("en", _("English")), ("zh", _("Chinese"))], default="en"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    mails_count = models.PositiveSmallIntegerField(_("mails"), default=0, editable=False)
    invited_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("invited by"), editable=False
    )
    created_at = models.DateTimeField(_("invited"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"), editable=False)
    accepted_at = models.DateTimeField(_("accepted"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    user = models.OneToOneField(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("staff user"), editable=False
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["email"], condition=Q(accepted_at=None, revoked_at=None), name="invitation_one_unanswered"
            )
        ]

    def __str__(self) -> str:
        return self.email


class AlertKind(models.TextChoices):
    """What staff are told of, by the console and by e-mail."""

    ASSIGNED = "assigned", _("A conversation is assigned to me")
    MENTION = "mention", _("A colleague mentions me")
    QUEUE = "queue", _("A conversation waits for my team")
    RISK = "risk", _("A conversation is marked as a risk, or its mood falls")
    WAITING = "waiting", _("Somebody waits too long for a person")
    OPERATIONS = "operations", _("Work in the background fails (told to admins)")


class MutedAlert(models.Model):
    """A kind of alert that somebody does not want to be told of. Without a row they are."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="muted_alerts")
    kind = models.CharField(max_length=16, choices=AlertKind.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="muted_alert_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"
