"""
Answers made from the sources of the prompt by counting shared words: right when the sources are, silent when they
are not.

The same prompt always gets the same answer. English words lose their endings, Chinese is read in pairs of characters.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from csassist.core.text import HAN, detect_language, sentences
from csassist.llm.test_server.prompt_reading import Prompt, Source

NO_ANSWER = "NO_ANSWER"
MOST_SENTENCES = 3
LEAST_SHARED_RATIO = 0.34
KEPT_SCORE_RATIO = 0.7
TITLE_WEIGHT = 0.5

WORD = re.compile(r"[a-z0-9]+(?:[.'-][a-z0-9]+)*")
HAN_RUN = re.compile(f"[{HAN}]+")
ENDING = re.compile(r"(?:ing|ies|ied|es|ed|s|y|e)$")
STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "its",
        "long",
        "many",
        "may",
        "me",
        "much",
        "my",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "please",
        "should",
        "so",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "they",
        "this",
        "to",
        "was",
        "we",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)
HAN_STOP = frozenset("的了是我你们吗呢吧么在有和与就都也很请把被给对个么什怎哪谁")
END_MARKS = "。！？；.!?;"
LENGTH_WISH = re.compile(r"at most (?P<en>one|two|three|[1-9]) sentences?|最多(?P<zh>[一二三1-9])句话?", re.IGNORECASE)
NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "一": 1, "二": 2, "三": 3}
HEADING = re.compile(r"^#{1,6}\s.*$", re.MULTILINE)  # not a sentence: what follows it on its line would be one too
CITATION = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True)
class Scored:
    score: float
    source: Source
    position: int
    sentence: str


def cited_answer(prompt: Prompt) -> str:
    """
    The sentences of the sources that share most words with the question, each with its `[n]` before the closing mark.

    NO_ANSWER when the sources hold nothing of the question; without sources, the question itself (a rewrite changes
    nothing).
    """
    if not prompt.sources:
        return " ".join(prompt.question.split()) or NO_ANSWER
    chosen = best_sentences(prompt)
    joiner = "" if detect_language(prompt.question) == "zh" else " "
    return joiner.join(cited(each.sentence, each.source.number) for each in chosen) or NO_ANSWER


def best_sentences(prompt: Prompt) -> list[Scored]:
    """At most three sentences, or as many as the system prompt allows, in the order of the sources."""
    question = words(prompt.question)
    scored = [each for each in _scored(prompt.sources, question) if each.score > 0]
    if not scored:
        return []
    best = max(each.score for each in scored)
    if best < max(1.0, LEAST_SHARED_RATIO * len(question)):
        return []
    near = sorted(
        (each for each in scored if each.score >= KEPT_SCORE_RATIO * best),
        key=lambda each: (-each.score, each.source.number, each.position),
    )[: most_sentences(prompt.system)]
    return sorted(near, key=lambda each: (each.source.number, each.position))


def most_sentences(system: str) -> int:
    """How long the standing instructions let an answer be: the one wish of theirs that is understood here."""
    wished = LENGTH_WISH.search(system)
    if wished is None:
        return MOST_SENTENCES
    number = wished["en"] or wished["zh"]
    return NUMBER_WORDS.get(number.lower()) or int(number)


def words(text: str) -> frozenset[str]:
    """What two texts are compared by."""
    lowered = text.lower()
    latin = {ENDING.sub("", word) or word for word in WORD.findall(lowered) if word not in STOP_WORDS}
    return frozenset(latin | set(_pairs(HAN_RUN.findall(lowered))))


def cited(sentence: str, number: int) -> str:
    """The sentence with its citation before the closing mark; citations it already holds are dropped."""
    plain = " ".join(CITATION.sub("", sentence).split())
    body = plain.rstrip(END_MARKS)
    return f"{body} [{number}]{plain[len(body) :] or '.'}"


def _scored(sources: Iterable[Source], question: frozenset[str]) -> Iterable[Scored]:
    for source in sources:
        title_share = TITLE_WEIGHT * len(question & words(source.title))
        for position, sentence in enumerate(sentences(HEADING.sub("", source.text))):
            shared = len(question & words(sentence))
            if shared:
                yield Scored(shared + title_share, source, position, sentence)


def _pairs(runs: Iterable[str]) -> Iterable[str]:
    for run in runs:
        yield from (
            run[index : index + 2] for index in range(len(run) - 1) if not HAN_STOP.intersection(run[index : index + 2])
        )
