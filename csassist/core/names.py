"""
Names in a sentence: products, brands, menus. A name that no cited source holds was made up.

English names are capitalised inside a sentence or written oddly (iOS, NFC); in a Chinese sentence every Latin word is
one.
"""

import re

from csassist.core.text import HAN_CHARACTER, detect_language, normalise


def _words(listed: str) -> list[str]:
    return listed.split()


_WORD = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ0-9]*(?:[-'’+][A-Za-zÀ-ÿ0-9]+)*\+?")
_SENTENCE_OPENING = re.compile(r"(?:^|[.!?:;。！？：；]\s*|\n\s*(?:[-*•]|\d+[.)])?\s*|[\"“‘'(*]+\s*|[-–—>|]\s+)$")
_NO_NAMES = frozenset(
    [
        "i",
        "i'm",
        "i'll",
        "i've",
        "i'd",
        "app",
        "ok",
        "id",
        "vs",
        "faq",
        "tip",
        "note",
        "yes",
        "no",
        "am",
        "pm",
        "eur",
        "gbp",
        "usd",
        "cny",
        "rmb",
        "wi-fi",
        "wifi",
    ]
)
_ODD = re.compile(r"^[A-Z0-9]{2,}s?$|^.+[a-z][A-Z]|^[a-z]+[A-Z]")


def names(text: str) -> list[str]:
    """The names of a text, as written, in order and once each."""
    folded = normalise(text, keep_lines=True)
    is_chinese = detect_language(folded) == "zh"
    found: dict[str, None] = {}
    matches = list(_WORD.finditer(folded))
    for position, match in enumerate(matches):
        word = re.sub(r"['’]s$", "", match.group())
        if len(word) < 2 or word.lower() in _NO_NAMES or any(character.isdigit() for character in word):
            continue
        if (
            _ODD.match(word)
            or (is_chinese and HAN_CHARACTER.search(folded))
            or (
                word[0].isupper()
                and (
                    not _SENTENCE_OPENING.search(folded[: match.start()])
                    or _goes_on(folded, match, matches[position + 1 :])
                )
            )
        ):
            found[word] = None
    return list(found)


def key(name: str) -> str:
    """What two spellings of a name share: "Wi-Fi" and "WiFi", "Hub's" and "hub"."""
    plain = re.sub(r"[-'’]", "", name.lower())
    return plain[:-1] if len(plain) > 3 and plain.endswith("s") and not plain.endswith("ss") else plain


def words(text: str) -> frozenset[str]:
    """The keys of every Latin word of a text, joined words also in their parts."""
    found = [match.group() for match in _WORD.finditer(normalise(text))]
    return frozenset(key(part) for word in found for part in (word, *re.split(r"[-'’]", word)))


def _goes_on(text: str, match: re.Match[str], following: list[re.Match[str]]) -> bool:
    """Whether another capitalised word follows at once: "Latch Pro" may open a sentence."""
    return bool(following) and text[match.end() : following[0].start()] == " " and following[0].group()[0].isupper()
