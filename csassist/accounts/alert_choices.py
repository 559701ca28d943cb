"""Which alerts somebody gets: all, except those they switched off."""

from collections.abc import Collection

from django.db import transaction

from csassist.accounts.models import AlertKind, MutedAlert, User
from csassist.core.errors import InvalidInput


def wanted_kinds(user: User) -> frozenset[str]:
    return frozenset(AlertKind.values) - frozenset(user.muted_alerts.values_list("kind", flat=True))


@transaction.atomic
def choose(*, user: User, kinds: Collection[str]) -> None:
    """Be told of exactly these kinds from now on. Raises InvalidInput for an unknown one."""
    if unknown := set(kinds) - set(AlertKind.values):
        raise InvalidInput(f"Unknown kinds: {', '.join(sorted(unknown))}.", field="kinds")
    muted = set(AlertKind.values) - set(kinds)
    user.muted_alerts.exclude(kind__in=muted).delete()
    MutedAlert.objects.bulk_create([MutedAlert(user=user, kind=kind) for kind in muted], ignore_conflicts=True)
