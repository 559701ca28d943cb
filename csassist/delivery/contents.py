"""
What a message says, and what is refused before it is frozen.

Pure. A line break in a header would let whoever wrote a name add headers and recipients of their own, so no value that
becomes part of one may hold a control character.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from csassist.core.errors import InvalidInput

SUBJECT_MAX_CHARACTERS = 200
# Everything else about the head of a mail is decided by the channel.
ALLOWED_HEADERS = frozenset(
    {"Reply-To", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "In-Reply-To", "References"}
)
_UNSAFE_IN_LINES = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNSAFE_IN_TEXTS = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Content:
    """`html` may be empty; `headers` are for e-mail, from ALLOWED_HEADERS."""

    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def check(*, channel: str, recipient: str, content: Content) -> None:
    """Raise InvalidInput for what no channel could carry or what would change the head of a mail."""
    lines = {"recipient": recipient, "subject": content.subject, **content.headers}
    for name, line in lines.items():
        if _UNSAFE_IN_LINES.search(line):
            raise InvalidInput(_("A line break or control character is not allowed here."), field=name)
    if unknown := set(content.headers) - ALLOWED_HEADERS:
        raise InvalidInput(f"Unknown headers: {', '.join(sorted(unknown))}.", field="headers")
    if len(content.subject) > SUBJECT_MAX_CHARACTERS:
        message = _("A subject has at most %(most)d characters.") % {"most": SUBJECT_MAX_CHARACTERS}
        raise InvalidInput(message, field="subject")
    if not content.text.strip() or _UNSAFE_IN_TEXTS.search(content.text + content.html):
        raise InvalidInput(_("A message needs words that can be stored."), field="text")
    if not recipient:
        raise InvalidInput(_("A message needs a recipient."), field="recipient")
    if channel == "email":
        try:
            validate_email(recipient)
        except ValidationError as error:
            raise InvalidInput(_("This is not an e-mail address."), field="recipient") from error


def digest_of(*, channel: str, recipient: str, content: Content) -> str:
    """SHA-256 of everything the recipient gets."""
    parts = [channel, recipient, content.subject, content.text, content.html, sorted(content.headers.items())]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()
