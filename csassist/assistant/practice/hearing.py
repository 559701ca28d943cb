"""
What an agent's message says, as far as rules can hear it: the marks by which a scenario knows a step or a trap.

A phrase is plain text; "…" in it stands for up to 40 characters, and "*" at the end of a word for any ending. Nothing
of a scenario is ever run as a regular expression, so that an edited one cannot hold up the page.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from csassist.assistant.practice.wordings import (
    ASKING,
    CLAUSE_ENDS,
    CONDITIONS,
    MANNERS,
    NEGATIONS,
    QUESTION,
    TAKEN_BACK,
    Manner,
)
from csassist.core.figures import Figure, read_figures, same_figure
from csassist.core.text import HAN_CHARACTER, Language, normalise, sentences

GAP_CHARACTERS = 40
MOST_GAPS = 3
_GAP = re.compile(r"\s*(?:…|\.\.\.)\s*")


@dataclass(frozen=True, slots=True)
class Mark:
    """
    Something to be heard in a message; it is there when any of these is.

    `says` are phrases, `asks` phrases in a sentence that asks for something, `cites` keys of articles, `gives` figures
    such as "14 days", `does` manners that the product knows itself.
    """

    says: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    does: tuple[Manner, ...] = ()

    def __bool__(self) -> bool:
        return any((self.says, self.asks, self.cites, self.gives, self.does))


@dataclass(frozen=True, slots=True)
class Heard:
    """Where a mark was found: the sentence, or the key of the article that was cited."""

    sentence: str = ""
    article: str = ""


@dataclass(frozen=True)
class Said:
    """One message of the agent: its text, its language by the scenario, and the keys of the articles it cites."""

    text: str
    language: Language
    cited: tuple[str, ...] = ()
    sentences: tuple[str, ...] = field(init=False)
    figures: tuple[Figure, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sentences", tuple(sentences(self.text)))
        object.__setattr__(self, "figures", read_figures(self.text).figures)

    def hears(self, mark: Mark) -> Heard | None:
        """The first place where the mark is found."""
        for key in self.cited:
            if key in mark.cites:
                return Heard(article=key)
        return self._in_words(mark) or self._in_figures(mark.gives)

    def claims(self, mark: Mark) -> Heard | None:
        """
        The same for words that only count where they are meant: not negated ("I cannot refund you"), not asked, and
        not made to depend on something ("once they have answered, I can refund you").
        """
        patterns = [phrase_pattern(phrase) for phrase in mark.says] + [MANNERS[self.language][one] for one in mark.does]
        for sentence in self.sentences:
            folded = fold(sentence)
            found = (match for pattern in patterns if (match := pattern.search(folded)))
            if any(self._is_meant(folded, match) for match in found):
                return Heard(sentence)
        return None

    def manner(self, manner: Manner) -> str:
        """The sentence that shows it, "" when none does."""
        pattern = MANNERS[self.language][manner]
        return next((one for one in self.sentences if pattern.search(fold(one))), "")

    def manners(self, manner: Manner) -> list[str]:
        pattern = MANNERS[self.language][manner]
        return [one for one in self.sentences if pattern.search(fold(one))]

    def gives(self, written: str) -> bool:
        """Whether the message states this figure, in whatever spelling."""
        wanted = figures_of(written)
        return bool(wanted) and all(any(same_figure(one, said) for said in self.figures) for one in wanted)

    def _in_words(self, mark: Mark) -> Heard | None:
        for sentence in self.sentences:
            folded = fold(sentence)
            if any(phrase_pattern(phrase).search(folded) for phrase in mark.says):
                return Heard(sentence)
            if ASKING[self.language].search(folded) and any(phrase_pattern(one).search(folded) for one in mark.asks):
                return Heard(sentence)
            if any(MANNERS[self.language][manner].search(folded) for manner in mark.does):
                return Heard(sentence)
        return None

    def _in_figures(self, given: Iterable[str]) -> Heard | None:
        if any(self.gives(one) for one in given):
            return Heard(next((one for one in self.sentences if read_figures(one).figures), self.text))
        return None

    def _is_meant(self, folded: str, found: "re.Match[str]") -> bool:
        before, after = folded[: found.start()], folded[found.end() :]
        clause = CLAUSE_ENDS.split(before)[-1] + found.group()
        return not (
            NEGATIONS[self.language].search(clause)
            or TAKEN_BACK[self.language].search(after)
            or CONDITIONS[self.language].search(before)
            or QUESTION.search(folded)
        )


def fold(text: str) -> str:
    return normalise(text).lower().replace("’", "'").replace("‘", "'")


@lru_cache(maxsize=4096)
def phrase_pattern(phrase: str) -> re.Pattern[str]:
    """The phrase as it is looked for in folded text."""
    parts = _GAP.split(phrase.strip())[: MOST_GAPS + 1]
    return re.compile(f".{{0,{GAP_CHARACTERS}}}?".join(_part(fold(part)) for part in parts if part))


@lru_cache(maxsize=1024)
def figures_of(written: str) -> tuple[Figure, ...]:
    return tuple(one for one in read_figures(written).figures if one.is_demanded)


def figures_in(texts: Sequence[str]) -> tuple[Figure, ...]:
    return tuple(one for text in texts for one in read_figures(text).figures)


def _part(part: str) -> str:
    """Latin words are whole unless a star follows. In Chinese, words need not be whole, and blanks are optional."""
    bare = part.removesuffix("*")
    escaped = re.escape(bare).replace(r"\*", r"\w*")
    if HAN_CHARACTER.search(bare):
        escaped = escaped.replace(r"\ ", r"\s?")
    before = "(?<![a-z0-9])" if _is_latin(bare[:1]) else ""
    after = "(?![a-z0-9])" if bare == part and _is_latin(bare[-1:]) else ""
    return f"{before}{escaped}{after}"


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
