"""
Whether a message asks for something that a look-up answers: by the words of its example questions, with no model.

Narrow on purpose, because a wrong guess asks somebody to prove who they are for a question that an article answers. A
sentence is recognised when it is nearly one of the examples, is about the customer's own ("my", a number), asks for a
fact and not for how something is done, and says nothing that no example speaks of. A message that is nothing but a
number goes on with what was asked before.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from csassist.assistant.lookups.definitions import Definition, Parameter
from csassist.assistant.lookups.values import Found, found_in, unreadable_number
from csassist.core.text import HAN_CHARACTER, Language, normalise, sentences, word_set
from knowledge.tokenizing import CHINESE_STOP_WORDS, chinese_words, is_code, query_tokens

# How much of the sentence and of its nearest example must be the same, 0-1; less is enough beside a number of the form.
RECOGNISED_FROM = 0.7
RECOGNISED_WITH_NUMBER_FROM = 0.5
# As good as word for word: then nobody has to say "my". In Chinese they seldom do.
SAME_FROM = 0.95
CUE_WEIGHT = 0.25
LONGEST_SENTENCE = 200

_OWN = re.compile(r"\b(?:my|mine|our|ours|i|i'm|i've|me|we)\b", re.IGNORECASE)
# How it is done, what would happen: answered by articles, whoever asks.
_GENERAL = re.compile(
    r"\bhow (?:do|does|can|could|to|would|should|will)\b|\bwhere (?:do|can|could|should|would)\b|\bwhat happens\b"
    r"|(?<!see )(?<!check )(?<!know )(?<!me )\bif\b"
    r"|\bcan (?:i|we)\b|\b(?:do|does) (?:you|your)\b(?! know)"
    r"|怎么(?:查|看|跟踪|追踪|知道|样才|才能|能|去|用|办)|怎样(?:查|看|才|能)|如何|哪里(?:可以)?(?:查|看)|在哪(?:查|看)"
    r"|如果|要是|能不能|可不可以",
    re.IGNORECASE,
)
_OWN_CUES = word_set("my our 我 我的")
# Small words that make a question of it; beside these, a sentence that only names a thing asks for nothing.
_CUES = (
    _OWN_CUES
    | word_set("where when what which has have did still yet status check track")
    | word_set("哪 哪里 哪儿 什么时候 何时 几时 几号 多久 没 没有 还 还没 查 查查 查询 查一下 跟踪")
)
_POLITE = word_set(
    "could tell see look find update help know give show wondering whether currently right now"
) | word_set("帮 帮我 看看 看 一下 麻烦 告诉 想 想知道 现在 下 请问")
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Recognised:
    """
    The look-up that a message asks for, and the values it gives by the names of parameters. `is_unreadable` when it
    has a number that fits no form, so that nothing else must be answered in its place.
    """

    definition: Definition
    values: Mapping[str, str] = field(default_factory=dict)
    is_unreadable: bool = False
    score: float = 1.0


def recognise(
    text: str, language: Language, look_ups: Sequence[Definition], *, before: Sequence[str] = (), intent: str = ""
) -> Recognised | None:
    """
    The best look-up for a message, or None. `before` are the customer's earlier messages, the newest last: a message
    that is only a number belongs to what was asked with them. `intent` is what a classifier read, "" for nothing.
    """
    if intent and (named := next((one for one in look_ups if one.intent_key == intent), None)):
        return given(named, text, 1.0)
    found = [one for one in (_fit(text, language, look_up) for look_up in look_ups) if one is not None]
    if found:
        return max(found, key=lambda one: one.score)  # the first of equals, and they come in their order
    return _bare_number(text, language, look_ups, before)


def _fit(text: str, language: Language, look_up: Definition) -> Recognised | None:
    best = max((_score(one, language, look_up) for one in _asked(text)), default=0.0)
    return given(look_up, text, best) if best else None


def _score(sentence: str, language: Language, look_up: Definition) -> float:
    """How surely one sentence asks for this look-up; 0 when it does not."""
    found = found_in(sentence, look_up.asked_parameters)
    words = _words(_without(sentence, found))
    if _GENERAL.search(sentence) or not words.content or not words.content <= _vocabulary(look_up):
        return 0.0
    if not _asks_something(words, look_up):
        return 0.0
    score = max((_likeness(words, _example(one)) for one in _examples(look_up, language)), default=0.0)
    if found:
        return min(1.0, score + 0.01) if score >= RECOGNISED_WITH_NUMBER_FROM else 0.0
    is_own = language == "zh" or score >= SAME_FROM or _OWN.search(sentence) is not None
    if score < RECOGNISED_FROM or not is_own:
        return 0.0
    return score


def _bare_number(
    text: str, language: Language, look_ups: Sequence[Definition], before: Sequence[str]
) -> Recognised | None:
    """What a message that gives a number and no more goes on with, else the first look-up that takes such a number."""
    takers = []
    for look_up in look_ups:
        found = found_in(normalise(text), look_up.asked_parameters)
        if found and not _beyond_number(_words(_without(normalise(text), found)), look_up):
            takers.append(look_up)
    for earlier in reversed(before):
        asked = recognise(earlier, language, takers) if takers else None
        if asked is not None:
            return given(asked.definition, text, asked.score)
    return given(takers[0], text, RECOGNISED_WITH_NUMBER_FROM) if takers else None


def given(look_up: Definition, text: str, score: float = 1.0) -> Recognised:
    """A message taken for this look-up, with the values it gives."""
    clean = normalise(text)
    found = found_in(clean, look_up.asked_parameters)
    values: dict[str, str] = {}
    for one in found:
        values.setdefault(one.name, one.value)
    is_unreadable = unreadable_number(_without(clean, found), look_up.asked_parameters)
    return Recognised(look_up, values, is_unreadable and not values, score)


@dataclass(frozen=True)
class _Words:
    """What a sentence speaks of, and the small words that show what kind of question it is."""

    content: frozenset[str]
    cues: frozenset[str]


@lru_cache(maxsize=512)
def _example(question: str) -> _Words:
    return _words(normalise(question))


def _words(sentence: str) -> _Words:
    folded = sentence.lower().replace("’", "'").replace("'s ", " is ")
    han = set(chinese_words(folded))
    latin = [term for term in query_tokens(HAN_CHARACTER.sub(" ", folded)) if not is_code(term)]
    small = set(_WORD.findall(folded)) | han
    content = {*latin, *(han - CHINESE_STOP_WORDS)} - _CUES - _polite()
    return _Words(frozenset(content), frozenset(small & _CUES))


@lru_cache(maxsize=1)
def _polite() -> frozenset[str]:
    """The words that only ask to be told, and their stems."""
    return _POLITE | {stem for word in _POLITE for stem in query_tokens(word)}


def _likeness(asked: _Words, example: _Words) -> float:
    """The harmonic mean of how much of each is in the other; content counts four times as much as cues."""
    asked, example = (replace(one, cues=one.cues - _OWN_CUES) for one in (asked, example))
    shared = _weight(asked.content & example.content, asked.cues & example.cues)
    if not asked.content & example.content:
        return 0.0
    return 2 * shared / (_weight(asked.content, asked.cues) + _weight(example.content, example.cues))


def _weight(content: Iterable[str], cues: Iterable[str]) -> float:
    return len(list(content)) + CUE_WEIGHT * len(list(cues))


def _vocabulary(look_up: Definition) -> frozenset[str]:
    examples = [_example(one).content for listed in look_up.questions.values() for one in listed]
    return frozenset().union(*examples) | _number_words(look_up.asked_parameters)


def _asks_something(words: _Words, look_up: Definition) -> bool:
    """Whether a sentence does more than to name a thing ("my order", 物流)."""
    named_count = len(_beyond_number(words, look_up))
    return bool(words.cues - _OWN_CUES) or named_count > 1 or (named_count == 1 and bool(words.cues))


def _beyond_number(words: _Words, look_up: Definition) -> set[str]:
    """What a message speaks of besides a number by its name; a part of a Chinese name names it too."""
    labels = [one.label["zh"] for one in look_up.asked_parameters]
    named = _number_words(look_up.asked_parameters)
    return {word for word in words.content - named if not any(word in label for label in labels)}


def _number_words(parameters: Sequence[Parameter]) -> frozenset[str]:
    """The words by which a number is called: "order number", 订单号."""
    named = [_example(words).content for one in parameters for words in one.label.values()]
    return frozenset().union(*named)


def _examples(look_up: Definition, language: Language) -> Iterator[str]:
    yield from look_up.questions[language]
    yield from (one for other, listed in look_up.questions.items() if other != language for one in listed)


def _asked(text: str) -> list[str]:
    """The sentences of a message that are short enough to be a question."""
    return [one for one in sentences(normalise(text, keep_lines=True)) if len(one) <= LONGEST_SENTENCE]


def _without(sentence: str, found: Sequence[Found]) -> str:
    for one in sorted(found, key=lambda one: -one.start):
        sentence = f"{sentence[: one.start]} {sentence[one.end :]}"
    return sentence
