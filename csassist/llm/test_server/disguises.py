"""
Sees through the ways in which attackers write what no filter shall see: the obedient model reads it all.

A real model reads much of this too. Here nothing stays hidden, so that no test passes because an attack went unread.
"""

import base64
import binascii
import codecs
import html
import re
import unicodedata
from urllib.parse import unquote

_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_TAG_FIRST, _TAG_LAST = 0xE0020, 0xE007E
_OVERRIDDEN = re.compile("\u202e([^\u202c\n]{1,400})\u202c?")
_LOOK_ALIKE = str.maketrans("аеорсухіѕјԁһкмтвнАЕОРСУХІЅЈКМТВНο", "aeopcyxisjdhkmtbhAEOPCYXISJKMTBHo")
_REFERENCE = re.compile(r"^[ \t]*\[([^\]\n]{1,80})\]:[ \t]*(\S{1,400})", re.MULTILINE)
_ROT13 = re.compile(r"\brot13:?\s*([^\n]{4,400})", re.IGNORECASE)
_SPLIT = re.compile(
    r"\bpart (?:one|two) of the order: ?«([^»\n]{1,300})»|指令[上下]半[:：]? ?«([^»\n]{1,300})»", re.IGNORECASE
)


def readings(text: str) -> list[str]:
    """The text, and everything it may mean to somebody who takes the trouble."""
    shown = _visible(html.unescape(text))
    found = [text, shown, _tags(text), *_decoded(f"{shown} {_tags(text)}"), *_addresses(shown)]
    found += [match.group(1)[::-1] for match in _OVERRIDDEN.finditer(text)]
    found += [codecs.decode(match.group(1), "rot13") for match in _ROT13.finditer(shown)]
    if parts := ["".join(match.groups(default="")) for match in _SPLIT.finditer(shown)]:
        found.append("".join(parts))
    return list(dict.fromkeys(one for one in found if one.strip()))


def _visible(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_LOOK_ALIKE)
    return "".join(one for one in folded if unicodedata.category(one) != "Cf")


def _tags(text: str) -> str:
    """What stands in Unicode tag characters, which no screen shows."""
    return "".join(chr(ord(one) - 0xE0000) for one in text if _TAG_FIRST <= ord(one) <= _TAG_LAST)


def _decoded(text: str) -> list[str]:
    found = []
    for run in _BASE64.findall(text):
        try:
            found.append(base64.b64decode(run, validate=True).decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found


def _addresses(text: str) -> list[str]:
    """Links by reference put together, and percent forms resolved."""
    linked = [f"[{name}]({address})" for name, address in _REFERENCE.findall(text)]
    plain = unquote(text)
    return [*linked, plain] if plain != text else linked
