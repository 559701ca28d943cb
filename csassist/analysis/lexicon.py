"""
Words that tell a mood, in both languages: `examples/words.*.tsv`, one phrase a line with its strength from -3 to 3 and,
where there is one, the emotion it names.

The longest phrase wins: "快递" (a parcel) is not "快" (quick), "I would like" likes nothing. A negation before a word
turns it and takes half its strength ("not great" is bad, "not terrible" is no praise), "very" strengthens and "a bit"
weakens it, and of a sentence with a "but" what follows it counts more.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from csassist.core.text import HAN, HAN_CHARACTER, split_sentences, word_set

EXAMPLES: Final = Path(__file__).with_name("examples")
TURNED: Final = -0.5
STRENGTHENED: Final = 1.4
WEAKENED: Final = 0.6
BEFORE_CONTRAST: Final = 0.5
AFTER_CONTRAST: Final = 1.5
_REACH_WORDS: Final = 4
_REACH_SIGNS: Final = 5
_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:['’-][^\W\d_{HAN}]+)*|[,.;:!?，。；：！？…、\n]|[^\s\w]+")
_CLAUSE_END = re.compile(r"[,.;:!?，。；：！？…、\n]")
_NEGATIONS = word_set(
    "not no never none nothing nobody nor neither without cannot can't cant won't wont don't dont doesn't doesnt didn't"
    " didnt isn't isnt wasn't wasnt aren't arent weren't werent hasn't haven't hadn't wouldn't shouldn't couldn't ain't"
    " hardly barely scarcely n't lacks lacking far"
)
_STRONG = word_set(
    "very so really extremely absolutely totally completely utterly incredibly truly super seriously bloody fucking"
    " damn too highly deeply most such beyond remarkably insanely"
)
_WEAK = word_set("bit slightly somewhat fairly little quite rather mildly kinda sorta partly")
_HAN_TURNING = re.compile(
    "(?:没有?|不|无|未|毫无|并非|谈不上|算不上|称不上|绝非|并不)(?:是|很|太|怎么|那么|这么|够|算|会|能|觉得|感到|特别|非常|多|什么|任何|再|让人|令人){0,2}$"
)
_HAN_NOT_TURNING = re.compile("(?:不仅|不但|不光|不愧|不得不|是不是|无比|无敌|不要太)[^，。]*$")
_HAN_STRONG = re.compile("(?:非常|特别|十分|极其|太|超级?|真的?是?|很|相当|实在|巨|贼|格外|极)(?:是|的|地|让人|令人)?$")
_HAN_WEAK = re.compile("(?:有点儿?|有些|稍微|略微|一点儿?|还算|比较|稍|略)(?:是|的|让人|令人)?$")
_CONTRAST = re.compile(
    r"\b(?:but|however|though|yet|nevertheless|unfortunately|sadly)\b|但是|可是|不过|然而|但(?!愿)|只是|就是(?=[有太没不])|可惜",
    re.IGNORECASE,
)
_CONCESSION = re.compile(r"\b(?:although|even though|while|despite|in spite of)\b|虽然|虽说|尽管|虽", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MoodWord:
    """A phrase where it stands in a text; `value` with its surroundings counted, from about -5 to 5."""

    text: str
    start: int
    end: int
    value: float
    emotion: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Phrase:
    keys: tuple[str, ...]
    strength: float
    emotion: str


def mood_words(text: str) -> list[MoodWord]:
    """Every mood word of a text in order, the longest at each place. Linear in the length of the text."""
    tokens = _tokens(text)
    changes = _weight_changes(text)
    phrases = _phrases()
    found: list[MoodWord] = []
    place = last_end = 0
    while place < len(tokens):
        phrase = _longest(tokens, place, phrases.get(tokens[place].key, ()))
        if phrase is not None and phrase.strength:
            start, end = tokens[place].start, tokens[place + len(phrase.keys) - 1].end
            is_turned, scale = _surroundings(text, tokens, place, last_end)
            scale *= TURNED if is_turned else 1.0
            scale *= next((weight for first, last, weight in changes if first <= start < last), 1.0)
            found.append(
                MoodWord(text[start:end], start, end, phrase.strength * scale, "" if is_turned else phrase.emotion)
            )
            last_end = end
        place += len(phrase.keys) if phrase else 1
    return found


def _tokens(text: str) -> list[_Token]:
    return [
        _Token(match.group().lower().replace("’", "'"), match.start(), match.end()) for match in _TOKEN.finditer(text)
    ]


def _longest(tokens: Sequence[_Token], place: int, phrases: Iterable[_Phrase]) -> _Phrase | None:
    for phrase in phrases:
        stretch = tokens[place : place + len(phrase.keys)]
        if len(stretch) == len(phrase.keys) and all(
            token.key == key for token, key in zip(stretch, phrase.keys, strict=True)
        ):
            return phrase
    return None


def _surroundings(text: str, tokens: Sequence[_Token], place: int, last_end: int) -> tuple[bool, float]:
    """Whether a negation stands before a word, and how much what stands before it strengthens or weakens it."""
    start = tokens[place].start
    before = text[max(last_end, start - _REACH_SIGNS) : start]
    if HAN_CHARACTER.search(before):
        is_turned = bool(_HAN_TURNING.search(before)) and not _HAN_NOT_TURNING.search(before)
        return is_turned, STRENGTHENED if _HAN_STRONG.search(before) else WEAKENED if _HAN_WEAK.search(before) else 1.0
    words: list[str] = []
    for token in reversed(tokens[max(place - _REACH_WORDS, 0) : place]):
        if token.start < last_end or _CLAUSE_END.fullmatch(token.key):
            break
        words.append(token.key)
    is_turned = any(word in _NEGATIONS for word in words) and not ("only" in words and "not" in words)
    near = set(words[:2])
    return is_turned, STRENGTHENED if near & _STRONG else WEAKENED if near & _WEAK else 1.0


def _weight_changes(text: str) -> list[tuple[int, int, float]]:
    """Where words count more or less: around a contrast, and after a concession to the end of its clause."""
    changes: list[tuple[int, int, float]] = []
    for start, end in split_sentences(text):
        contrast = _CONTRAST.search(text, start, end)
        if contrast and contrast.start() > start:
            changes += [(start, contrast.start(), BEFORE_CONTRAST), (contrast.end(), end, AFTER_CONTRAST)]
        elif concession := _CONCESSION.search(text, start, end):
            clause_end = _CLAUSE_END.search(text, concession.end(), end)
            changes.append((concession.end(), clause_end.start() if clause_end else end, BEFORE_CONTRAST))
    return changes


@lru_cache(maxsize=1)
def _phrases() -> Mapping[str, tuple[_Phrase, ...]]:
    """The phrases by their first token, longest first."""
    by_first: defaultdict[str, list[_Phrase]] = defaultdict(list)
    for phrase in _listed():
        by_first[phrase.keys[0]].append(phrase)
    return {first: tuple(sorted(own, key=lambda one: -len(one.keys))) for first, own in by_first.items()}


def _listed() -> Iterator[_Phrase]:
    for path in sorted(EXAMPLES.glob("words.*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            words, strength, *emotion = line.split("\t")
            keys = tuple(token.key for token in _tokens(words))
            yield _Phrase(keys, float(strength), emotion[0] if emotion else "")
