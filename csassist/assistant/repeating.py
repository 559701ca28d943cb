"""
Does the customer ask again what was answered already, or say once more that an answer did not help? Then a person.

Pure. Two questions are the same when they mean the same and speak of the same things; one that goes on from the answer
("and how long does that take?"), or asks it of another thing, is a new one. When in doubt they are two.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from csassist.core.text import HAN_CHARACTER, normalise
from knowledge.tokenizing import is_code, query_tokens

# A measure of how much two texts mean the same, -1 to 1; None when no model can tell.
Likeness = Callable[[str, str], float | None]

MOST_COMPARED: Final = 3
FEWEST_NOT_HELPED: Final = 2
# Cosines of `meaning_vectors`, which are high among any two messages: by meaning alone; by meaning with many of the
# words where no other word stands in the place of one; and by words where no meaning is known.
SAME_MEANING: Final = 0.955
LIKE_MEANING: Final = 0.915
MANY_WORDS: Final = 0.5
SAME_WORDS: Final = 0.75
LONGEST_COMPLAINT: Final = 160


class Repetition(StrEnum):
    """Why a person should take over: the closed list."""

    NONE = "none"
    ASKED_AGAIN = "asked_again"
    NOT_HELPED = "not_helped"


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the customer wrote, and whether the assistant answered it from the articles."""

    asked: str
    is_answered: bool


# What is complained of must be the answer, or nothing in particular: "the doorbell does not work" is another matter.
_ANSWER: Final = (
    r"(?:^|[,.;!?]\s*|\b(?:(?:that|this|it)(?:'?s| is)?|which|they|but|and|still|also|really|again|unfortunately|sadly"
    r"|(?:your|the) (?:answers?|repl(?:y|ies)|articles?|advice|links?|steps?))\s+)"
)
_NOT_HELPED_EN: Final = (
    rf"{_ANSWER}(?:(?:did|does|do|has|have|was|is|are|were) ?n[o']?t|(?:did|does|do|has|was|is) not|no|not)\s+"
    r"(?:(?:really|even|a|any|of|much|me|my|us|been|at|all)\s+){0,3}"
    r"(?:help(?:ed|ful|ing)?|work(?:ed|ing)?|solve[ds]?|fix(?:ed)?|useful|use|luck|difference|change)\b"
    r"|\b(?:unhelpful|useless|(?:same|wrong) answer|nothing (?:changed|works|helped|happens))\b"
    r"|\bstill (?:broken|stuck|nothing|the same|not working|no luck)\b"
    r"|\b(?:not|isn'?t|wasn'?t) what i (?:asked|meant|wanted|was asking)\b"
    r"|\b(?:you|u) (?:are not|aren'?t|do ?n[o']?t|did ?n[o']?t|have ?n[o']?t|do not|did not|have not) (?:\w+ )?"
    r"(?:answer(?:ed|ing)?|understand|help(?:ed|ing)?|listen(?:ing)?)\b"
    r"|\bi (?:(?:have )?already (?:tried|did|done)|(?:tried|did) (?:that|this|all of (?:that|it)) already)\b"
)
_NOT_HELPED_ZH: Final = (
    r"(?:没|沒|没有|沒有|毫无)(?:什么|任何|啥|半点)?(?:用(?!过|完)|帮助|幫助|作用|效果|解决|解決|成功|回答)"
    r"|(?:一点|半点)(?:用|帮助|效果)都(?:没|沒)|(?:不|没)(?:起作用|管用|好使|顶用)"
    r"|(?:还是|還是|依然|仍然|照样)(?:不行|没用|没解决|不能用|没反应|老样子|一样|那样|打不开|连不上|坏的)"
    r"|(?:不是|并非)我(?:要|想)?(?:问|問|说|說|的意思|要的)|答非所问|答非所問|(?:没|没有)(?:听|看)懂|听不懂我"
    r"|(?:都|已经|早就)试过|白说|等于没说|说了等于|复制粘贴"
)
_NOT_HELPED: Final = re.compile(f"{_NOT_HELPED_EN}|{_NOT_HELPED_ZH}", re.IGNORECASE)
# Words with which a question goes on from what was said, or asks the same of something else.
_GOES_ON: Final = re.compile(
    r"^(?:ok(?:ay)?[,. ]+|thanks?[,. ]+|great[,. ]+|good[,. ]+|got it[,. ]+|alright[,. ]+|i see[,. ]+|right[,. ]+)*"
    r"(?:and|but what|what about|how about|so (?:if|when|then|do|does|is|can|what|how)|then|also|what if|in that case|"
    r"which of|does that|do those|is that|are those|will that|can that|if so)\b"
    r"|\binstead\b|\b(?:another|a different|the other|a second) \w+|\b(?:after|before) that\b"
    r"|^(?:好的?|嗯|谢谢|明白了?|知道了|懂了)?[，, 。]*"
    r"(?:那|那么|如果|要是|然后|另外|还有|换成|换做|除了|所以|接下来|之后|它|这个要|多久)",
    re.IGNORECASE,
)
_QUESTION_WORDS: Final = (
    ("how long", r"\bhow (?:long|soon|many (?:days|weeks|hours))\b|多久|几天|多长时间|几个工作日"),
    ("when", r"\bwhen\b|\bwhat time\b|什么时候|几点|何时|啥时候"),
    ("how much", r"\bhow much\b|\bcosts?\b|\bprices?\b|\bfees?\b|多少钱|(?:运费|费)多少|费用|价格|收费|要钱"),
    ("where", r"\bwhere\b|哪里|哪儿|在哪|何处"),
    ("what for", r"\bwhat\b.{1,60}\bfor\b\W*$|(?:做|干|有)(?:什么|啥)用"),
    ("who", r"\bwho\b|谁"),
    ("why", r"\bwhy\b|为什么|为啥|怎么会"),
    ("how", r"\bhow (?:do|can|to|should|would|does)\b|怎么(?!会)|如何|怎样"),
)
NARROW: Final = frozenset({"when", "how much", "where", "who", "why"})
_KINDS: Final = tuple((name, re.compile(words, re.IGNORECASE)) for name, words in _QUESTION_WORDS)
# "Can you or can you not" denies nothing.
_EITHER: Final = re.compile(r"([能可会是要有])[不没]\1(?:以)?|\bor not\b", re.IGNORECASE)
_NOT: Final = re.compile(r"\b(?:not|without|no longer)\b|n't\b|不|没|别", re.IGNORECASE)
_OFF: Final = re.compile(r"\boff\b|\bdisable|关闭|关掉|停用", re.IGNORECASE)
_ON: Final = re.compile(r"\bon\b|\benable|打开|开启|启用", re.IGNORECASE)
_SUPPOSED: Final = re.compile(r"\b(?:if|whether)\b|如果|要是|万一", re.IGNORECASE)


def repetition(text: str, earlier: Sequence[Exchange], likeness: Likeness) -> Repetition:
    """
    What the newest message repeats. `earlier` are the exchanges of the episode since a person last wrote, oldest first.
    """
    answered = [one.asked for one in earlier if one.is_answered]
    if not answered:
        return Repetition.NONE
    if says_not_helped(text):
        # The first message of an episode can only complain of something else than an answer.
        told = sum(says_not_helped(one.asked) for one in earlier[1:]) + 1
        if told >= FEWEST_NOT_HELPED:
            return Repetition.NOT_HELPED
    if any(is_same(text, before, likeness) for before in answered[-MOST_COMPARED:]):
        return Repetition.ASKED_AGAIN
    return Repetition.NONE


def says_not_helped(text: str) -> bool:
    """Whether a message says that what it was told did not help, in words of either language."""
    clean = normalise(text)
    if len(clean) > LONGEST_COMPLAINT or _SUPPOSED.search(clean):
        return False
    return _NOT_HELPED.search(clean) is not None


def is_same(text: str, before: str, likeness: Likeness) -> bool:
    """Whether two messages ask the same."""
    now, then = normalise(text).strip().casefold(), normalise(before).strip().casefold()
    if now == then:
        return len(query_tokens(now)) > 1
    if _GOES_ON.search(now) or _differs(now, then):
        return False
    shared, is_other = _shared_ratio(now, then), _asks_more(now, then)
    alike = likeness(text, before)
    if alike is None:
        return shared >= SAME_WORDS and not is_other
    return alike >= SAME_MEANING or (alike >= LIKE_MEANING and shared >= MANY_WORDS and not is_other)


def _differs(now: str, then: str) -> bool:
    """Whether they ask for different things: another number, another kind of question, or the contrary."""
    if _codes(now) != _codes(then):
        return True
    kinds, before = _kinds(now), _kinds(then)
    if kinds and before and not kinds & before:
        return True
    if any(_OFF.search(one) and _ON.search(other) and not _OFF.search(other) for one, other in _both_ways(now, then)):
        return True
    return _denies(now) != _denies(then)


def _asks_more(now: str, then: str) -> bool:
    """Whether another word stands in the place of one, or what was not asked before is asked of the same thing."""
    words, before = set(query_tokens(now)), set(query_tokens(then))
    new, gone = words - before, before - words
    return bool(new and gone) or bool((_kinds(now) & NARROW) - _kinds(then))


def _both_ways(now: str, then: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (now, then), (then, now)


def _denies(text: str) -> bool:
    return _NOT.search(_EITHER.sub(" ", text)) is not None


def _codes(text: str) -> frozenset[str]:
    return frozenset(term for term in query_tokens(text) if is_code(term))


def _kinds(text: str) -> frozenset[str]:
    return frozenset(name for name, pattern in _KINDS if pattern.search(text))


def _shared_ratio(now: str, then: str) -> float:
    """The share of the shorter one's words that the other has too; 0 when one says too little."""
    one, other = set(query_tokens(now)), set(query_tokens(then))
    fewest = min(len(one), len(other))
    needed = 3 if HAN_CHARACTER.search(now) else 2
    return len(one & other) / fewest if fewest >= needed else 0.0
