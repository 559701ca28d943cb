"""Keys of event sources: made, recognised, revoked. Of a secret one only its SHA-256 is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.customers.models import EventSource

PREFIXES = {EventSource.Kind.PUBLIC: "csp_", EventSource.Kind.SECRET: "css_"}
SHOWN_CHARACTERS = 10
USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class IssuedSource:
    """A new source with its key; a secret one is not to be had again."""

    source: EventSource
    key: str


@transaction.atomic
def issue_source(
    *,
    name: str,
    kind: EventSource.Kind,
    created_by: User | None = None,
    allowed_names: Sequence[str] = (),
    most_per_minute: int = 600_000,
) -> IssuedSource:
    key = new_key(kind)
    source = EventSource.objects.create(
        name=name,
        kind=kind,
        key_digest=digest_of(key),
        key_shown=key if kind == EventSource.Kind.PUBLIC else key[:SHOWN_CHARACTERS],
        allowed_names=sorted(set(allowed_names)),
        most_per_minute=most_per_minute,
        created_by=created_by,
    )
    record("event_source.created", source, kind=str(kind))
    return IssuedSource(source, key)


@transaction.atomic
def revoke_source(*, source: EventSource) -> None:
    """From now on its key opens nothing. What it sent stays."""
    if EventSource.objects.in_use().filter(pk=source.pk).update(revoked_at=timezone.now()):
        record("event_source.revoked", source)


def source_of(key: str) -> EventSource | None:
    """The source with this key, unless it was revoked. By digest, so that its timing tells nothing."""
    if not key.startswith(tuple(PREFIXES.values())):
        return None
    source = EventSource.objects.in_use().filter(key_digest=digest_of(key)).first()
    if source is None:
        return None
    now = timezone.now()
    if source.last_used_at is None or now - source.last_used_at > USE_NOTED_EVERY:
        EventSource.objects.filter(pk=source.pk).update(last_used_at=now)
    return source


def new_key(kind: EventSource.Kind) -> str:
    """256 random bits behind the beginning that tells what it may do."""
    return PREFIXES[kind] + secrets.token_urlsafe(32)


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
