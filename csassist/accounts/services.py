"""Issuing, checking and revoking API keys; creating staff users and noting that they are there."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import ApiKey, Availability, User
from csassist.audit.services import record
from csassist.core.errors import InvalidInput

KEY_PREFIX = "csk_"
# Writing `last_used_at` on every call would make each read a write.
USE_NOTED_EVERY = timedelta(minutes=5)
SEEN_NOTED_EVERY = timedelta(seconds=20)


@dataclass(frozen=True)
class IssuedKey:
    key: ApiKey
    secret: str  # shown once, never stored


@transaction.atomic
def create_user(
    *, username: str, password: str, role: str, display_name: str = "", language: str = "en", email: str = ""
) -> User:
    user = User.objects.create_user(
        username, password, role=role, display_name=display_name, language=language, email=email
    )
    record("user.created", user, role=role)
    return user


def note_seen(*, user: User) -> None:
    """The user's console is open now. Written at most every 20 seconds, however many tabs say so."""
    now = timezone.now()
    due = User.objects.filter(pk=user.pk).exclude(last_seen_at__gt=now - SEEN_NOTED_EVERY)
    due.update(last_seen_at=now)


def set_availability(*, user: User, availability: str) -> None:
    """What the user says of themselves. Raises InvalidInput."""
    if availability not in Availability.values:
        raise InvalidInput(_("Unknown availability."), field="availability", choices=Availability.values)
    User.objects.filter(pk=user.pk).update(availability=availability)


@transaction.atomic
def issue_api_key(*, name: str, scopes: list[str], created_by: User) -> IssuedKey:
    """Create a key of 256 random bits. Raises InvalidInput for an unknown scope."""
    if unknown := set(scopes) - set(ApiKey.Scope.values):
        raise InvalidInput(
            f"Unknown scope: {', '.join(sorted(unknown))}. Choose from {', '.join(ApiKey.Scope.values)}."
        )
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=name, prefix=secret[:10], digest=digest_of(secret), scopes=sorted(set(scopes)), created_by=created_by
    )
    record("api_key.issued", key, scopes=list(key.scopes))
    return IssuedKey(key=key, secret=secret)


@transaction.atomic
def revoke_api_key(*, key: ApiKey) -> None:
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        record("api_key.revoked", key)


def api_key_for(secret: str) -> ApiKey | None:
    """The live key with this secret, or None. The look-up is by digest, so it leaks nothing through its timing."""
    key = ApiKey.objects.select_related("created_by").filter(digest=digest_of(secret), revoked_at=None).first()
    if key is None or not key.is_active:
        return None
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
