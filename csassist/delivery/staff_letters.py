"""
Mails about staff accounts: invitations, links for a new password, and the notice that a password was set.

Each is written in the transaction of what it tells of. Those that let somebody in hold a secret, and their words are
erased when they are over.
"""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from csassist.accounts import invitations
from csassist.accounts.invitations import Invitee, IssuedInvitation
from csassist.accounts.models import Invitation, User
from csassist.accounts.passwords import users_to_reset
from csassist.accounts.services import digest_of
from csassist.audit.services import record
from csassist.delivery import signed_links
from csassist.delivery.letters import DJANGO_LANGUAGES, Letter, Link, in_language_of, written
from csassist.delivery.models import Delivery, Purpose
from csassist.delivery.services import NewDelivery, cancel, enqueue

INVITATION = "staff_invitation"  # the purpose of its token
NOBODY = User(pk=0, username="nobody", language="en")


@transaction.atomic
def invite(*, invitee: Invitee, invited_by: User) -> Invitation:
    """Invite an address and mail it the link. Raises InvalidInput and Conflict as `invitations.invite`."""
    issued = invitations.invite(invitee=invitee, invited_by=invited_by)
    _mail_invitation(issued)
    return issued.invitation


@transaction.atomic
def invite_again(*, invitation: Invitation) -> None:
    """Mail a new link; the older one ends. Raises Conflict when it was answered or revoked."""
    _take_back_mail(invitation)
    _mail_invitation(invitations.renew(invitation=invitation))


@transaction.atomic
def revoke_invitation(*, invitation: Invitation) -> None:
    """End the link, and the mail if it has not left yet. Raises Conflict when it was answered or revoked."""
    invitations.revoke(invitation=invitation)
    _take_back_mail(invitation)


def send_password_reset(*, email: str) -> None:
    """
    Mail a link for a new password to whoever on the staff has this address.

    For an unknown one the same is written and then dropped, so that neither answer nor time tells who works here.
    """
    users = users_to_reset(email)
    with transaction.atomic():
        for user in users or [NOBODY]:
            _mail_reset(user, recipient=user.email or "nobody@example.com")
        if not users:
            transaction.set_rollback(True)


def tell_password_was_set(*, user: User) -> None:
    """A notice to whoever owns the account, who may not be the one who did it."""
    if not user.email:
        return
    with in_language_of(user.language):
        letter = Letter(
            subject=_("Your password was changed"),
            paragraphs=(
                _("The password of your account %(username)s was changed just now.") % {"username": user.username},
                _("If that was not you, ask an administrator to switch the account off at once."),
            ),
        )
        content = written(letter, language=user.language)
    key = f"password-set:{user.public_id}:{digest_of(user.password)[:16]}"
    enqueue(NewDelivery("email", Purpose.STAFF, user.email, content, key, language=user.language[:2]))


def _mail_invitation(issued: IssuedInvitation) -> None:
    invitation = issued.invitation
    token = signed_links.issue(purpose=INVITATION, subject=issued.secret, valid_for=invitations.VALID_FOR)
    with in_language_of(invitation.language):
        names = {"name": str(invitation.invited_by), "company": _company()}
        letter = Letter(
            subject=_("Your invitation to %(company)s") % names,
            paragraphs=(
                _("%(name)s invites you to the customer service of %(company)s.") % names,
                _("Choose a user name and a password to begin. The link works once, for %(days)d days.")
                % {"days": invitations.VALID_FOR.days},
            ),
            links=(Link(_("Accept the invitation"), _link("staff_invitation", [token], invitation.language)),),
            small_print=_("If you do not know what this is about, you need not do anything."),
        )
        content = written(letter, language=invitation.language)
    enqueue(
        NewDelivery(
            channel="email",
            purpose=Purpose.STAFF,
            recipient=invitation.email,
            content=content,
            effect_key=f"invitation:{invitation.public_id}:{invitation.mails_count}",
            language=invitation.language,
            expires_at=invitation.expires_at,
            holds_secret=True,
        )
    )


def _take_back_mail(invitation: Invitation) -> None:
    for delivery in Delivery.objects.filter(effect_key__startswith=f"invitation:{invitation.public_id}:"):
        cancel(delivery=delivery)


def _mail_reset(user: User, *, recipient: str) -> None:
    token = default_token_generator.make_token(user)
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    valid_for = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    with in_language_of(user.language):
        letter = Letter(
            subject=_("A new password"),
            paragraphs=(
                _("Somebody asked for a new password for the account %(username)s.") % {"username": user.username},
                _("If that was you, follow the link within %(minutes)d minutes. It works once.")
                % {"minutes": valid_for.total_seconds() // 60},
            ),
            links=(Link(_("Choose a new password"), _link("password_reset_confirm", [uid, token], user.language)),),
            small_print=_("If it was not you, ignore this mail: the password stays as it is."),
        )
        content = written(letter, language=user.language)
    delivery = enqueue(
        NewDelivery(
            channel="email",
            purpose=Purpose.STAFF,
            recipient=recipient,
            content=content,
            effect_key=f"password-reset:{user.public_id}:{digest_of(token)[:16]}",
            language=user.language[:2],
            holds_secret=True,
        )
    )
    record("user.password_reset_asked", user, delivery=str(delivery.public_id))


def _link(name: str, arguments: list[str], language: str) -> str:
    """The public address of a page, in the reader's language."""
    query = urlencode({"lang": DJANGO_LANGUAGES.get(language[:2], "en")})
    return f"{signed_links.public_address(reverse(name, args=arguments))}?{query}"


def _company() -> str:
    return _(settings.CSASSIST_COMPANY_NAME) if settings.CSASSIST_COMPANY_NAME else "csassist"
