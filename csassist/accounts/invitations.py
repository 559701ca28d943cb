"""
Inviting colleagues: an address is invited, a secret goes there, and whoever has it becomes a member of staff once.

The mail is sent by `csassist.delivery.staff_letters`, which calls this.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import Invitation, User
from csassist.accounts.roles import Role
from csassist.accounts.services import create_user, digest_of
from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput, NotFound

VALID_FOR = timedelta(days=7)
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Invitee:
    email: str
    role: str
    display_name: str = ""
    language: str = "en"


@dataclass(frozen=True)
class IssuedInvitation:
    invitation: Invitation
    secret: str  # goes into the mail, never stored


def check_invitable(invitee: Invitee) -> None:
    """
    Raise InvalidInput for what is no address, role or language, Conflict for somebody who works here or is invited.
    """
    try:
        validate_email(invitee.email)
    except ValidationError as error:
        raise InvalidInput(_("This is not an e-mail address."), field="email") from error
    if invitee.role not in Role.values or invitee.language not in LANGUAGES:
        raise InvalidInput(f"Roles: {', '.join(Role.values)}. Languages: {', '.join(LANGUAGES)}.", field="role")
    if User.objects.filter(email__iexact=invitee.email, is_active=True).exists():
        raise Conflict(_("Somebody with this address is on the staff already."), field="email")
    if Invitation.objects.unanswered().filter(email__iexact=invitee.email).exists():
        raise _invited_already()


@transaction.atomic
def invite(*, invitee: Invitee, invited_by: User) -> IssuedInvitation:
    """Make an invitation for an address. Raises as `check_invitable`."""
    check_invitable(invitee)
    secret = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                email=invitee.email.lower(),
                display_name=invitee.display_name,
                role=invitee.role,
                language=invitee.language,
                digest=digest_of(secret),
                mails_count=1,
                invited_by=invited_by,
                expires_at=timezone.now() + VALID_FOR,
            )
    except IntegrityError as error:  # somebody else was quicker
        raise _invited_already() from error
    record("invitation.sent", invitation, role=invitation.role)
    return IssuedInvitation(invitation, secret)


@transaction.atomic
def renew(*, invitation: Invitation) -> IssuedInvitation:
    """A new secret for an unanswered invitation, valid from now; the older one ends. Raises Conflict."""
    fresh = _unanswered(invitation)
    secret = secrets.token_urlsafe(32)
    fresh.digest, fresh.mails_count, fresh.expires_at = (
        digest_of(secret),
        fresh.mails_count + 1,
        timezone.now() + VALID_FOR,
    )
    fresh.save(update_fields=["digest", "mails_count", "expires_at"])
    record("invitation.sent_again", fresh, mails_count=fresh.mails_count)
    return IssuedInvitation(fresh, secret)


@transaction.atomic
def revoke(*, invitation: Invitation) -> None:
    """Take an unanswered invitation back. Raises Conflict."""
    fresh = _unanswered(invitation)
    fresh.revoked_at = timezone.now()
    fresh.save(update_fields=["revoked_at"])
    record("invitation.revoked", fresh)


def invitation_of(secret: str) -> Invitation:
    """The usable invitation with this secret. NotFound says the same of an old, answered, revoked and invented one."""
    found = Invitation.objects.usable(timezone.now()).filter(digest=digest_of(secret)).first()
    if found is None:
        raise NotFound(_("This link does not work any more."))
    return found


@transaction.atomic
def accept(*, secret: str, username: str, display_name: str, password: str) -> User:
    """
    Make the invited person a member of staff, once. The password is checked by the caller.

    Raises NotFound for an unusable secret, Conflict when the user name is taken.
    """
    invitation = invitation_of(secret)
    now = timezone.now()
    if not Invitation.objects.usable(now).filter(pk=invitation.pk).update(accepted_at=now):
        raise NotFound(_("This link does not work any more."))
    try:
        with transaction.atomic():
            user = create_user(
                username=username,
                password=password,
                role=invitation.role,
                display_name=display_name,
                language=invitation.language,
                email=invitation.email,
            )
    except IntegrityError as error:
        raise Conflict(_("This user name is taken. Please choose another."), field="username") from error
    Invitation.objects.filter(pk=invitation.pk).update(user=user)
    record("invitation.accepted", invitation, user=str(user.public_id))
    return user


def _invited_already() -> Conflict:
    return Conflict(_("This address is invited already. Send that invitation again."), field="email")


def _unanswered(invitation: Invitation) -> Invitation:
    fresh = Invitation.objects.select_for_update().filter(pk=invitation.pk).unanswered().first()
    if fresh is None:
        raise Conflict(_("This invitation was answered or revoked already."))
    return fresh
