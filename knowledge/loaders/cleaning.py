"""
Removes what a reader cannot see but a model would read.

Zero-width, direction-control and tag characters carry hidden instructions and break word matching; they have no
place in a knowledge base. Joiners stay where a script or an emoji needs them.
"""

import re
import unicodedata

# Tag characters and supplementary variation selectors have no visible form; runs of either spell hidden text.
_SMUGGLED = re.compile(r"[\U000E0000-\U000E007F]|[\U000E0100-\U000E01EF]{2,}|[\ufe00-\ufe0f]{2,}")
_INVISIBLE = re.compile(
    r"[\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\u00ad\u180e]"
)
_LATIN_JOINER = re.compile(r"(?<=[ -\u02af\u4e00-\u9fff])[\u200c\u200d]|[\u200c\u200d](?=[ -\u02af\u4e00-\u9fff])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f]")
_LINE_BREAKS = re.compile(r"[\u2028\u2029\x85\x0b\x0c]")
_PUSHING_BLANKS = re.compile(r"[ \t\u3000]{120,}")
_BLANK_LINES = re.compile(r"\n{3,}")


def without_invisible(text: str) -> tuple[str, int]:
    """The text in Unicode NFC without invisible characters, and how many of the smuggling kind it held."""
    smuggled = sum(len(run) for run in _SMUGGLED.findall(text))
    text = _LINE_BREAKS.sub("\n", _SMUGGLED.sub("", text))
    text = _LATIN_JOINER.sub("", _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFC", _CONTROL.sub("", text)), smuggled


def tidy(text: str) -> str:
    """The text with single blank lines between blocks, none around it, and no blanks that push text out of sight."""
    lines = (_PUSHING_BLANKS.sub(" ", line.rstrip(" \t\u3000")) for line in text.replace("\xa0", " ").split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def without_comments(text: str, opening: str, closing: str) -> str:
    """The text without the spans between two marks; an opening mark that is never closed stays, with its text."""
    kept: list[str] = []
    place = 0
    while (start := text.find(opening, place)) >= 0:
        end = text.find(closing, start + len(opening))
        if end < 0:
            break
        kept.append(text[place:start])
        place = end + len(closing)
    return "".join([*kept, text[place:]])
