"""
What is kept of the words people send: composed characters, line breaks, and nothing that cannot be seen or stored.

Pure. Every removed character is one that no customer typed: controls (a NUL is refused by PostgreSQL), lone surrogates
(which no encoding can carry), and marks that reorder or hide text from the person who reads it later.
"""

import re
import unicodedata

from django.utils.translation import gettext as _

from csassist.core.errors import InvalidInput

# Composing a text can shorten it, but never to an eighth: what is longer than this is refused before any work.
LONGEST_RAW_RATIO = 8
CLIENT_KEY_MAX_CHARACTERS = 64

_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls, without tab and the line breaks above
    "\u200b\u2060\ufeff"  # zero-width space, word joiner, byte order mark
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # directions that can show words in another order
    "\ud800-\udfff"
    "\U000e0000-\U000e007f"  # tag characters, which hide instructions from people but not from models
    "]"
)


def clean_words(text: str, *, most_characters: int, field: str = "") -> str:
    """
    The text in NFC, trimmed, without invisible characters; may be empty. Raises InvalidInput, naming the field, when
    it is too long.
    """
    if len(text) > most_characters * LONGEST_RAW_RATIO:
        raise _too_long(len(text), most_characters, field)
    visible = _INVISIBLE.sub("", _LINE_BREAKS.sub("\n", text))
    words = unicodedata.normalize("NFC", visible).strip()
    if len(words) > most_characters:
        raise _too_long(len(words), most_characters, field)
    return words


def clean_line(text: str, *, most_characters: int, field: str = "") -> str:
    """The same on one line, blanks made single."""
    return " ".join(clean_words(text, most_characters=most_characters, field=field).split())


def clean_message(text: str, *, most_characters: int) -> str:
    """The same, refusing an empty message."""
    words = clean_words(text, most_characters=most_characters, field="text")
    if not any(character.isprintable() and not character.isspace() for character in words):
        raise InvalidInput(_("Please write a message first."), field="text")
    return words


def require_key(client_key: str) -> None:
    """Raises InvalidInput for a sender's own name of a message that could not be stored."""
    if len(client_key) > CLIENT_KEY_MAX_CHARACTERS or not client_key.isprintable():
        raise InvalidInput(_("The message key is not valid."), field="client_key")


def _too_long(count: int, most: int, field: str) -> InvalidInput:
    return InvalidInput(
        _("This text has %(count)d characters. Please keep it to %(most)d.") % {"count": count, "most": most},
        most_characters=most,
        characters=count,
        **({"field": field} if field else {}),
    )
