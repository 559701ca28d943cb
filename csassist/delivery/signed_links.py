"""
Tokens for links in messages: signed, for one purpose, for a time.

A link is opened by its reader and by every scanner on the way, so GET only shows what a POST will do. A token says what
it is for and about whom, never that somebody is signed in; what must work once only is checked by its owner.
"""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.core.errors import NotFound

LONGEST_TOKEN_CHARACTERS = 1_000


def issue(*, purpose: str, subject: str, valid_for: timedelta) -> str:
    """A token that `read` turns into the subject again, until its time is over. Whoever has it can see what it says."""
    expires_at = int((timezone.now() + valid_for).timestamp())
    return signing.dumps([subject, expires_at], salt=_salt(purpose))


def read(token: str, *, purpose: str) -> str:
    """The subject. NotFound says the same of a changed, foreign, expired and invented token."""
    try:
        subject, expires_at = signing.loads(token[:LONGEST_TOKEN_CHARACTERS], salt=_salt(purpose))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NotFound(_("This link does not work any more.")) from error
    if timezone.now().timestamp() >= expires_at:
        raise NotFound(_("This link does not work any more."))
    return str(subject)


def public_address(path: str) -> str:
    """A path of this installation as a link in a message; never built from what a request says the host is."""
    base = settings.CSASSIST_PUBLIC_URL or f"http://localhost:{settings.CSASSIST_WEB_PORT}"
    return base.rstrip("/") + path


def _salt(purpose: str) -> str:
    return f"csassist.delivery.signed_links:{purpose}"
