"""Setting a password: every session of the user ends with it, and the act is on record."""

from typing import Literal

from django.db import transaction

from csassist.accounts.models import User
from csassist.audit.context import Actor, acting_as
from csassist.audit.services import record

How = Literal["changed", "reset"]


@transaction.atomic
def set_password(*, user: User, password: str, how: How) -> None:
    """The password is checked by the caller. Sessions end because each carries a hash of the one it began with."""
    user.set_password(password)
    user.save(update_fields=["password"])
    # Whoever resets a password is not signed in, and is this user by the link in their mailbox.
    with acting_as(Actor(kind="staff", identifier=str(user.pk), name=user.get_username())):
        record(f"user.password_{how}", user)


def users_to_reset(email: str) -> list[User]:
    """Who may set a new password by a link sent to this address."""
    found = User.objects.filter(email__iexact=email.strip(), is_active=True) if email.strip() else User.objects.none()
    return [user for user in found if user.has_usable_password()]
