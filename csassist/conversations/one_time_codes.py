"""
One-time codes: six digits that go to an e-mail address and are entered where they were asked for.

Only a digest is stored, keyed with the installation's secret and bound to one row, so that neither a dump nor a try at
another row finds the digits.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from csassist.core.errors import InvalidInput
from csassist.core.text import normalise

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=10)
MOST_TRIES = 3


class CodeRefused(InvalidInput):
    """The code is not the one that was sent, or no code may be entered any more. `extra` has `tries_left`."""

    code = "code_refused"


def new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def digest_of_code(public_id: UUID, code: str) -> str:
    """What is kept of a code. `public_id` is that of the row the code belongs to."""
    return salted_hmac("csassist.conversations.code", f"{public_id}:{code}", algorithm="sha256").hexdigest()


def is_right(typed: str, *, public_id: UUID, code_digest: str) -> bool:
    return constant_time_compare(code_digest, digest_of_code(public_id, _digits(typed)))


def over() -> CodeRefused:
    message = _("No code can be entered now: it has expired or was tried too often. Please ask for a new one.")
    return CodeRefused(message, tries_left=0)


def wrong(tries_left: int) -> CodeRefused:
    message = _("This is not the code that we sent. Check the newest e-mail, or ask for a new code.")
    return CodeRefused(message, tries_left=tries_left)


def used() -> CodeRefused:
    return CodeRefused(_("This code has been used already."), tries_left=0)


def _digits(code: str) -> str:
    """What was typed or pasted, without the blanks that some mail programs put in; full-width digits count."""
    return "".join(character for character in normalise(code[:64]) if not character.isspace() and character != "-")
