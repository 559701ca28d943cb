"""
The harder evaluation set: sentences of articles said in other words, and the same with one small change.

Made by rule from a seed, so that nobody can polish it by hand. Articles of one subject, in whichever language, fall on
the same side of the split: what is held out was never seen in training.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from csassist.assistant.grounding.alterations import ALTERATIONS, crossed
from csassist.assistant.grounding.paraphrases import RULES, merged, plain_sentence
from csassist.core.text import Language, normalise, split_sentences

HELD_OUT_SHARE = 0.5
SHORTEST_CHARACTERS: dict[Language, int] = {"en": 28, "zh": 11}
LONGEST_CHARACTERS: dict[Language, int] = {"en": 260, "zh": 120}

Split = Literal["train", "held_out"]


@dataclass(frozen=True)
class ArticlePassages:
    """`subject` is shared by the translations of one article; each passage is a text as an answer cites it."""

    subject: str
    language: Language
    passages: tuple[str, ...]


@dataclass(frozen=True)
class GroundingExample:
    """A sentence, the source it cites, and whether it is faithful to it. `kind` says how it was made."""

    sentence: str
    source: str
    is_faithful: bool
    kind: str
    language: Language
    split: Split


def harder_set(articles: Iterable[ArticlePassages], *, seed: int) -> list[GroundingExample]:
    """Every example that the rules make of the articles; the same for the same seed."""
    listed = sorted(articles, key=lambda one: (one.subject, one.language))
    return [example for number, article in enumerate(listed) for example in _examples(article, listed, number, seed)]


def split_of(subject: str, seed: int) -> Split:
    digest = hashlib.sha256(f"{seed}:{subject}".encode()).digest()
    return "held_out" if digest[0] / 256 < HELD_OUT_SHARE else "train"


def counts(examples: Sequence[GroundingExample]) -> dict[str, int]:
    return dict(Counter(example.kind for example in examples))


def _examples(
    article: ArticlePassages, listed: Sequence[ArticlePassages], number: int, seed: int
) -> Iterator[GroundingExample]:
    chance = random.Random(f"{seed}:{article.subject}:{article.language}")
    split = split_of(article.subject, seed)
    foreign = [
        sentence
        for other in (*listed[max(0, number - 3) : number], *listed[number + 1 : number + 4])
        if other.language == article.language
        and other.subject != article.subject
        and split_of(other.subject, seed) == split
        for passage in other.passages
        for sentence in _sentences(passage, article.language)
    ]
    everything = "\n".join(article.passages)
    known = normalise(everything)
    for passage in article.passages:
        own = _sentences(passage, article.language)
        for position, sentence in enumerate(own):
            made = [
                *_faithful(sentence, own[position + 1 : position + 2], article.language, chance),
                *_untrue(sentence, everything.split("\n"), article.language, chance),
                *_crossed(sentence, own, article.language, chance),
                *_invented(sentence, foreign, article.language, chance),
            ]
            for text, kind, is_faithful in made:
                if not is_faithful and normalise(text) in known:
                    continue  # what the article says elsewhere is true
                yield GroundingExample(text, passage, is_faithful, kind, article.language, split)


def _sentences(passage: str, language: Language) -> list[str]:
    """Whole sentences only: no headings, table rows or menu paths alone."""
    found = (passage[start:end] for start, end in split_sentences(passage))
    plain = (plain_sentence(text) for text in found if not text.startswith(("#", "|")))
    return [
        text
        for text in plain
        if SHORTEST_CHARACTERS[language] <= len(text) <= LONGEST_CHARACTERS[language] and text[-1] in ".。"
    ]


def _faithful(
    sentence: str, following: Sequence[str], language: Language, chance: random.Random
) -> Iterator[tuple[str, str, bool]]:
    """Two paraphrases, each by two rules where they fit, and now and then two sentences merged."""
    names = [name for name in RULES if name != "framed"]
    chance.shuffle(names)
    names.append("framed")  # fits everything: only where little else does
    made = 0
    for name in names:
        text = RULES[name](sentence, language, chance)
        if normalise(text) == normalise(sentence):
            continue
        if name != "excerpted":
            text = RULES["reworded"](text, language, chance) if chance.random() < 0.5 else text
        yield text, name, True
        made += 1
        if made == 2:
            break
    if following and chance.random() < 0.4:
        text = RULES["reworded"](merged(sentence, following[0], language), language, chance)
        yield text, "merged", True


def _untrue(
    sentence: str, lines: Sequence[str], language: Language, chance: random.Random
) -> Iterator[tuple[str, str, bool]]:
    """One change of each kind that fits; half of them on a sentence that was first said in other words."""
    for kind, alter in ALTERATIONS.items():
        changed = alter(sentence, language, chance, lines)
        if changed is None or normalise(changed) == normalise(sentence):
            continue
        if chance.random() < 0.5:
            rule = RULES[chance.choice(("reworded", "contracted", "reordered", "framed"))]
            changed = rule(changed, language, chance)
        yield changed, kind, False


def _crossed(
    sentence: str, own: Sequence[str], language: Language, chance: random.Random
) -> Iterator[tuple[str, str, bool]]:
    """What its passage says of something else, said of this sentence's subject."""
    others = [other for other in own if other != sentence]
    text = crossed(sentence, chance.choice(others), language) if others else None
    if text is not None and normalise(text) not in normalise(" ".join(own)):
        yield text, "crossed", False


def _invented(
    sentence: str, foreign: Sequence[str], language: Language, chance: random.Random
) -> Iterator[tuple[str, str, bool]]:
    """A claim of another article, alone or hung on to a true sentence."""
    if not foreign or chance.random() > 0.35:
        return
    other = chance.choice(foreign)
    if chance.random() < 0.5:
        yield merged(sentence, other, language), "invented_half", False
    else:
        yield other, "invented", False
