"""
What no sentence may disclose, whatever wrote it: credentials, other people's identifiers, the assistant's instructions.

A credential is refused even when a source holds it: a published text with a key in it is a mistake. An identifier may
be said when a cited passage or the customer's own words hold it. Every pattern is linear in the length of the text.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from csassist.core.text import HAN, normalise
from prompts.secret_patterns import secrets_in

DisclosureKind = Literal["credential", "identifier", "instructions"]

SHARED_WORDS = 8
# A Chinese word is a little under two signs long: as much text as eight words.
SHARED_HAN = 14
LEAST_OPAQUE_CHARACTERS = 24
LEAST_HEX_CHARACTERS = 32
LEAST_IDENTIFIER_DIGITS = 7

_EMAIL = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}")
# "jo (at) mail (dot) example": a way around a filter, not a way to write to customers.
_SPELLED_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} ?[(\[{]? ?(?:at|@|艾特) ?[)\]}]? ?[\w-]{1,63} ?[(\[{]? ?(?:dot|点) ?[)\]}]? ?"
    r"(?:com|net|org|info|biz|io|co|cn|uk|eu|us|de|fr|example|app|dev|shop|store|me|xyz|site|online|top|test)\b"
)
_DIGITS = re.compile(r"(?<![a-z0-9.,/-])\+?\(?\d(?:[ ()./-]{0,2}\d){6,30}(?![a-z0-9/:])")
_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?(?![a-z0-9])")
_CHINESE_ID = re.compile(r"(?<!\d)\d{17}[\dx](?![\da-z])")
_REFERENCE = re.compile(r"(?<![a-z0-9])[a-z]{1,5}(?:[-_#/]\d{1,12}){0,3}[-_#/]?\d{4,14}(?![a-z0-9])")
_CALLED = re.compile(
    r"(?:order|customer|client|account|invoice|ticket|case|booking|tracking|member(?:ship)?|card|passport)"
    r"(?: (?:number|no\.?|id|reference|code))? ?(?:is|:|#|no\.?)? ?#?([a-z]{0,5}[-_]?\d{4,19})(?![\d.,]*\d)"
    r"|(?:订单|客户|会员|账户|账号|发票|工单|预约|运单|快递|卡|护照)(?:编?号码?|id)?(?:是|为|:)? ?"
    r"([a-z]{0,5}[-_]?\d{4,19})"
)
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}|\d{4} ?[-/] ?\d{4}")
_GROUPED = re.compile(r"\d{1,3}(?:[., ]\d{3})+(?:[.,]\d{1,2})?")
_OPAQUE = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
_HEX = re.compile(r"[0-9a-fA-F]+")
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"']{1,2000}", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")
_HAN = re.compile(f"[{HAN}]")
_NO_LETTER = re.compile(r"[\W_]+")
_DIGIT_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGIT_WORDS = {"oh": "0"} | {name: str(value) for value, name in enumerate(_DIGIT_NAMES)}
_SPOKEN = re.compile(rf"\b(?:(?:{'|'.join(_DIGIT_WORDS)})[ ,-]{{0,3}}){{7,40}}")
_SPOKEN_HAN = re.compile(r"(?:[零〇一二三四五六七八九幺][ ,、-]{0,2}){7,40}")
_HAN_DIGITS = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
# Letters of other scripts that look like ours, and marks that Markdown takes away.
_LOOK_ALIKE = str.maketrans(
    "аеорсухіѕјԁһкмтвнАЕОРСУХІЅЈКМТВНΑΒΕΖΗΙΚΜΝΟΡΤΥΧοα", "aeopcyxisjdhkmtbhAEOPCYXISJKMTBHABEZHIKMNOPTYXoa", "*`\\"
)


@dataclass(frozen=True)
class Disclosure:
    """What was found: `what` names its sort ("e-mail", "private key") and never repeats it."""

    kind: DisclosureKind
    what: str


@dataclass(frozen=True)
class Instructions:
    """
    What the model was told, as far as it may not be told on: its stretches of words, and marks planted in it.

    A mark is found however it is broken up, and backwards.
    """

    stretches: frozenset[str] = frozenset()
    marks: frozenset[str] = field(default_factory=frozenset)


def read_instructions(*texts: str, marks: Iterable[str] = ()) -> Instructions:
    """The standing text of prompts, without sources and question, and the marks planted in it."""
    bare = frozenset(_letters(mark) for mark in marks) - {""}
    return Instructions(frozenset().union(*(_stretches(text) for text in texts)), bare)


def disclosed(
    text: str, *, evidence: str, own_words: str = "", instructions: Instructions | None = None
) -> Disclosure | None:
    """
    The first thing in the text that may not be said, or None.

    `evidence` are the passages it cites, `own_words` what this customer wrote and what is known of this customer.
    """
    folded = plain(text)
    if kinds := secrets_in(folded) or secrets_in(_without_blanks_between_signs(folded)):
        return Disclosure("credential", kinds[0])
    allowed = f"{evidence}\n{own_words}"
    if instructions and (told := _tells_instructions(folded, allowed, instructions)):
        return Disclosure("instructions", told)
    if _opaque(folded, allowed):
        return Disclosure("credential", "opaque text")
    if sort := _foreign_identifier(folded.lower(), allowed):
        return Disclosure("identifier", sort)
    return None


def identifiers(folded: str) -> Iterator[tuple[str, str]]:
    """Every identifier of a person, an order or an account in lowered NFKC text: its sort and its one spelling."""
    rest = _ADDRESS.sub(" ", folded)
    for found in _EMAIL.finditer(rest):
        yield "e-mail", found.group()
    for found in _SPELLED_EMAIL.finditer(rest) if "dot" in rest or "点" in rest else ():
        yield "e-mail", _letters(found.group())
    for found in _IBAN.finditer(rest):
        if sum(character.isdigit() for character in found.group()) >= LEAST_IDENTIFIER_DIGITS:
            yield "bank account", found.group().replace(" ", "")
    for found in _CHINESE_ID.finditer(rest):
        yield "identity number", found.group()
    for found in _REFERENCE.finditer(rest):
        yield "reference number", _letters(found.group())
    for found in _CALLED.finditer(rest):
        yield "reference number", _letters(found.group(1) or found.group(2))
    for found in (*_SPOKEN.finditer(rest), *_SPOKEN_HAN.finditer(rest)):
        yield "telephone or account number", _spoken_digits(found.group())
    for found in _DIGITS.finditer(rest):
        if (sort := _sort_of_digits(found.group())) is not None:
            yield sort, _digits(found.group())


def _sort_of_digits(written: str) -> str | None:
    """What a long run of digits is; None for a date, a span of years or an amount."""
    if _DATE.fullmatch(written) or _GROUPED.fullmatch(written):
        return None
    digits = _digits(written)
    if 13 <= len(digits) <= 19 and _passes_luhn(digits):
        return "card number"
    return "telephone or account number"


def _foreign_identifier(folded: str, allowed: str) -> str:
    found = list(identifiers(folded))
    if not found:
        return ""
    known = plain(allowed).lower()
    held = {spelling for _sort, spelling in identifiers(known)}
    return next((sort for sort, spelling in found if spelling not in held and spelling not in known), "")


def _tells_instructions(folded: str, allowed: str, instructions: Instructions) -> str:
    letters = _letters(folded)
    backwards = letters[::-1]
    if any(mark in letters or mark in backwards for mark in instructions.marks):
        return "mark"
    shared = _stretches(folded) & instructions.stretches
    return "wording" if shared and shared - _stretches(allowed) else ""


@lru_cache(maxsize=64)
def _stretches(text: str) -> frozenset[str]:
    """Every stretch of eight words, and of as much Chinese, in lowered NFKC text."""
    folded = plain(text).lower()
    words, han = _WORD.findall(folded), _HAN.findall(folded)
    latin = {" ".join(words[at : at + SHARED_WORDS]) for at in range(len(words) - SHARED_WORDS + 1)}
    return frozenset(latin | {"".join(han[at : at + SHARED_HAN]) for at in range(len(han) - SHARED_HAN + 1)})


def _opaque(folded: str, allowed: str) -> bool:
    """Whether it holds a long run of letters and digits that is no word and stands nowhere it may come from."""
    rest = _ADDRESS.sub(" ", folded)
    return any(_is_opaque(run) and run not in plain(allowed) for run in _OPAQUE.findall(rest))


def _is_opaque(run: str) -> bool:
    if len(run) >= LEAST_HEX_CHARACTERS and _HEX.fullmatch(run):
        return True
    sorts = (any(map(str.isdigit, run)), any(map(str.isupper, run)), any(map(str.islower, run)))
    return all(sorts) and len(run) >= LEAST_OPAQUE_CHARACTERS


@lru_cache(maxsize=256)
def plain(text: str) -> str:
    """The text as a reader sees it: entities, look-alike letters and emphasis resolved, in NFKC."""
    return normalise(html.unescape(text)).translate(_LOOK_ALIKE)


def _spoken_digits(text: str) -> str:
    words = [_DIGIT_WORDS[word] for word in re.findall("[a-z]+", text)]
    return "".join(words) or _digits(text.translate(_HAN_DIGITS))


def _without_blanks_between_signs(text: str) -> str:
    """The text with runs of single signs put together: "s k - a b" is "sk-ab"."""
    pieces = text.split(" ")
    joined: list[str] = []
    for place, piece in enumerate(pieces):
        is_spelled = len(piece) == 1 and place > 0 and len(pieces[place - 1]) == 1
        if is_spelled:
            joined[-1] += piece
        else:
            joined.append(piece)
    return " ".join(joined)


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text).lower()


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _passes_luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(int(digit) for digit in digits[-1::-2]) + sum(doubled)) % 10 == 0
