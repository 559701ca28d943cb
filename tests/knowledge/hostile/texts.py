"""Plain text and Markdown: nothing, noise, hidden characters, endless lines, deep nesting, tricks of the front matter."""

import gzip
import random

from tests.knowledge.hostile.verdicts import PLANTED, Hostile, Read, Refused

_TAGS = "".join(chr(0xE0000 + ord(character)) for character in PLANTED)
_NOT_TEXT = Refused("malformed", "not_text")
_LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def _front_matter(facts: str) -> bytes:
    return f"---\n{facts}\n---\n# Returns\n\nYou have 30 days.\n".encode()


TEXTS = (
    Hostile("nothing", "a.md", lambda: b"", Refused("empty")),
    Hostile("blanks and a byte order mark", "a.txt", lambda: b"\xef\xbb\xbf \n\t\n", Refused("empty")),
    Hostile("only invisible characters", "a.md", lambda: (_TAGS + "\u200b" * 500).encode(), Refused("empty")),
    Hostile("zero bytes", "a.txt", lambda: b"You have\x00 30 days.\x00" * 100, _NOT_TEXT),
    Hostile("noise", "a.txt", lambda: random.Random(5).randbytes(50_000), _NOT_TEXT),
    Hostile("half a character of UTF-16", "a.txt", lambda: "You have 30 days".encode("utf-16")[:-1], _NOT_TEXT),
    Hostile("lone halves of UTF-16", "a.txt", lambda: b"\xff\xfe" + b"\x00\xd8a\x00" * 100, _NOT_TEXT),
    Hostile(
        "a packed file renamed",
        "a.md",
        lambda: gzip.compress(b"a" * 999),
        Refused("unsupported_type", "content_differs"),
    ),
    Hostile(
        "a program renamed", "a.txt", lambda: b"\x7fELF" + bytes(99), Refused("unsupported_type", "content_differs")
    ),
    Hostile("a program", "a.exe", lambda: b"MZ" + bytes(99), Refused("unsupported_type", "extension")),
    Hostile("a program behind two endings", "a.pdf.exe", lambda: b"%PDF-1.4", Refused("unsupported_type", "extension")),
    Hostile(
        "a page renamed",
        "a.md",
        lambda: b"<!DOCTYPE html><script>x</script>",
        Refused("unsupported_type", "content_differs"),
    ),
    Hostile(
        "more text than a document may have", "a.md", lambda: b"a bc\n" * 1_100_000, Refused("too_large", "text_bytes")
    ),
    Hostile(
        "more bytes than a file may have",
        "a.md",
        lambda: b"a" * (20 * 1024 * 1024 + 1),
        Refused("too_large", "file_bytes"),
    ),
    Hostile("thirty thousand headings", "a.md", lambda: b"# a\n\nb\n\n" * 30_000, Refused("too_large", "passages")),
    Hostile("a word of a megabyte", "a.md", lambda: b"You have 30 days. " + b"a" * 1_000_000, Read("30 days")),
    Hostile(
        "an endless heading over many lines",
        "a.md",
        lambda: b"# " + b"head " * 60_000 + b"\n\n" + b"You have 30 days to return it.\n\n" * 2_000,
        Read("30 days"),
    ),
    Hostile(
        "a heading full of blanks",
        "a.md",
        lambda: b"# You have" + b" " * 500_000 + b"30 days\n\nx",
        Read("You have 30 days"),
    ),
    Hostile("nothing but figures", "a.txt", lambda: b"You have 30 days. " + b"1234 5678 " * 60_000, Read("30 days")),
    Hostile(
        "a table with an endless header",
        "a.md",
        lambda: b"| " + b"head " * 60_000 + b"| b |\n|---|---|\n" + b"| 30 days | y |\n" * 2_000,
        Read("30 days"),
    ),
    Hostile("a line of a megabyte", "a.txt", lambda: b"You have 30 days, " * 60_000, Read("30 days")),
    Hostile(
        "quotes in quotes in quotes",
        "a.md",
        lambda: b"# T\n\n" + b">" * 200_000 + b" You have 30 days.",
        Read("30 days"),
    ),
    Hostile(
        "lists in lists in lists",
        "a.md",
        lambda: b"".join(b" " * (2 * depth) + b"- deep\n" for depth in range(1_500)) + b"\nYou have 30 days.",
        Read("30 days"),
    ),
    Hostile("brackets without an end", "a.md", lambda: b"You have 30 days. " + b"[](" * 200_000, Read("30 days")),
    Hostile("marks without an end", "a.md", lambda: b"You have 30 days. " + b"*_`" * 200_000, Read("30 days")),
    Hostile("comments without an end", "a.md", lambda: b"You have 30 days. " + b"<!--" * 200_000, Read("30 days")),
    Hostile("boxes in boxes", "a.md", lambda: b"You have 30 days. " + b"<div>" * 50_000, Read("30 days")),
    Hostile(
        "words in characters that nobody sees",
        "a.md",
        lambda: f"You have 30{_TAGS} days.".encode(),
        Read("30 days", remark="invisible_characters"),
    ),
    Hostile(
        "text that runs backwards",
        "a.md",
        lambda: "You have \u202e03\u202c\u2066 30 days\u2069.".encode(),
        Read("30 days", lacks=("\u202e", "\u2066")),
    ),
    Hostile(
        "words hidden in Markdown",
        "a.md",
        lambda: f"You have 30 days.\n\n<!-- {PLANTED} -->\n\n<div style='display:none'>{PLANTED}</div>\n".encode(),
        Read("30 days", remark="hidden_text"),
    ),
    Hostile(
        "a thousand accents on a letter",
        "a.md",
        lambda: ("You have 30 days: Z" + "\u0301" * 100_000).encode(),
        Read("30 days"),
    ),
    Hostile("laughs in the front matter", "a.md", lambda: _front_matter(_LAUGHS), Refused("malformed", "front_matter")),
    Hostile(
        "a program in the front matter",
        "a.md",
        lambda: _front_matter('title: !!python/object/apply:os.system ["touch /tmp/x"]'),
        Refused("malformed", "front_matter"),
    ),
    Hostile(
        "front matter of other shapes",
        "a.md",
        lambda: _front_matter("title: {a: [1]}\nlanguage: [zh]\nquestions: {x: 1}\naliases: [[1], {b: 2}, 3]"),
        Read("30 days"),
    ),
    Hostile("front matter a thousand deep", "a.md", lambda: _front_matter("x: " + "[" * 5_000), Refused("malformed")),
)
