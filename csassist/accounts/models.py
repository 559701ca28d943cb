"""Staff users with a role, and the API keys that programs use in their place."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
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


class ApiKey(models.Model):
    """A program's credential. Only the SHA-256 of the secret is stored; the secret itself is shown once."""

    class Scope(models.TextChoices):
        ASK = "ask", _("Ask questions")
        KNOWLEDGE_READ = "knowledge:read", _("Read and search knowledge")
        KNOWLEDGE_WRITE = "knowledge:write", _("Write knowledge")
        CONVERSATIONS_READ = "conversations:read", _("Read conversations")
        CONVERSATIONS_WRITE = "conversations:write", _("Mark people as helped")
        PROMPTS_READ = "prompts:read", _("Read prompts")
        PROMPTS_WRITE = "prompts:write", _("Write and publish prompts")
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
