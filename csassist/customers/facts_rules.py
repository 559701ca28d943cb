"""
What a remembered fact may look like and when it may be used. Pure.

Values are short and of a known shape, because they may reach a model: a plan is a name, not a paragraph.
"""

import re
from datetime import timedelta
from typing import Final, Literal

from django.utils.translation import gettext as _

from csassist.core.errors import InvalidInput

Kind = Literal["plan", "product", "language", "expertise", "preference", "note"]
Source = Literal["message", "agent", "import", "lookup"]

LONGEST_CHARACTERS: Final[dict[str, int]] = {
    "plan": 40,
    "product": 60,
    "language": 2,
    "expertise": 12,
    "preference": 200,
    "note": 300,
}
CHOICES: Final[dict[str, frozenset[str]]] = {
    "language": frozenset({"en", "zh"}),
    "expertise": frozenset({"beginner", "experienced", "professional"}),
}
# Of these a customer has one at a time: a new one corrects the old one.
SINGLE: Final = frozenset({"plan", "language", "expertise"})
# What is learnt from words grows old; what the company's own records say is brought anew by them.
LIFE: Final[dict[str, timedelta]] = {
    "plan": timedelta(days=180),
    "product": timedelta(days=730),
    "language": timedelta(days=730),
    "expertise": timedelta(days=365),
    "preference": timedelta(days=365),
    "note": timedelta(days=180),
}
# A name: letters, digits and what joins them; no sentence marks, brackets or line breaks, at most six words.
_NAME = re.compile(r"[^\W_]+(?:(?:[ '’&/+.-]| [&/+-] )[^\W_]+\+?){0,5}\+?")
_TAGS = re.compile(r"[<>{}\[\]|`]")


def clean_value(kind: str, value: str) -> str:
    """The value as it is stored. Raises InvalidInput, which says what the kind allows."""
    clean = " ".join(_TAGS.sub(" ", value).split())
    if not clean:
        raise InvalidInput(_("Write what is to be remembered."), field="value")
    if kind in CHOICES:
        clean = clean.lower()
        if clean not in CHOICES[kind]:
            raise InvalidInput(_("Choose one of: %(choices)s.") % {"choices": ", ".join(sorted(CHOICES[kind]))})
    most = LONGEST_CHARACTERS[kind]
    if len(clean) > most:
        raise InvalidInput(_("Keep it to %(most)d characters.") % {"most": most}, field="value")
    if kind in {"plan", "product"} and not is_name(clean):
        raise InvalidInput(_("Write the name alone, such as “Plus” or “Latch Pro”."), field="value")
    return clean


def is_name(value: str) -> bool:
    """Whether it can be the name of a plan or product, and not a sentence."""
    return _NAME.fullmatch(value) is not None
