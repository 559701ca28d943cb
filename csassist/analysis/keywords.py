"""
The most telling words of a message, at most eight, as they stand in it.

English: words that are not small. Chinese: what is left between the small words, nearly always a noun or a verb of two
or three signs ("我的快递怎么还没到" leaves 快递); a dictionary would do a little better and takes a second to load. How
rare a word is among the examples of the intents decides the order.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from csassist.analysis.words import HAN_RUNS, LATIN, MOST_CHARACTERS, SMALL_WORDS, WordTable
from csassist.core.text import HAN, word_set

MOST_KEYWORDS: Final = 8
LONGEST_HAN_SIGNS: Final = 6
_WORD = re.compile(rf"[^\W\d_{HAN}][^\W_{HAN}]*(?:[-'’][^\W_{HAN}]+)*")
_HAN_RUN = re.compile(f"[{HAN}]+")
_HAN_SMALL_WORDS = word_set(
    """
    为什么 怎么样 怎么办 什么时候 是不是 能不能 可不可以 有没有 会不会 要不要 怎么 怎样 如何 什么 哪里 哪儿 哪个
    哪些 多少 多久 几天 是否 请问 谢谢 你好 您好 麻烦 帮我 帮忙 可以 能够 应该 需要 想要 知道 觉得 告诉 已经
    还是 还没 没有 没法 不能 不会 不是 不要 不用 不行 就是 但是 可是 不过 因为 所以 如果 要是 或者 而且 然后
    之后 以后 之前 以前 现在 今天 昨天 明天 刚才 刚刚 一直 一个 一下 一点 有点 这个 那个 这些 那些 这样 那样
    这里 那里 我们 你们 他们 她们 它们 自己 大家 真的 非常 特别 比较 时候 东西 问题 事情 可能 的话 的 了 吗
    呢 吧 啊 呀 嘛 哦 哈 着 过 地 得 我 你 您 他 她 它 是 在 有 和 跟 与 及 或 把 被 给 让 向 从
    到 对 于 就 都 也 又 再 才 还 很 太 更 最 不 没 别 要 想 会 能 请 这 那 哪 几 个 些 么 上 下
    里 去 来 说 看 用 为 以 之 而 但 只 吃 多 少 好
    """
)
_HAN_SMALL = re.compile("|".join(sorted(_HAN_SMALL_WORDS, key=lambda word: (-len(word), word))))


def keywords(text: str, table: WordTable) -> tuple[str, ...]:
    """Most telling first; rarity is that of `table`, and a word it does not know is the rarest."""
    counts: Counter[str] = Counter()
    as_written: dict[str, str] = {}
    for word in _candidates(text[:MOST_CHARACTERS]):
        counts[word.lower()] += 1
        as_written.setdefault(word.lower(), word)
    unknown = float(table.rarity.max())

    def weight(key: str) -> float:
        column = table.columns.get(f"{HAN_RUNS if _HAN_RUN.match(key) else LATIN}{key}")
        rarity = unknown if column is None else float(table.rarity[column])
        return rarity * (1 + 0.5 * (counts[key] - 1))

    ordered = sorted(counts, key=lambda key: -weight(key))  # a stable sort: of equals the first stays first
    return tuple(as_written[key] for key in ordered[:MOST_KEYWORDS])


def _candidates(text: str) -> Iterator[str]:
    for match in _WORD.finditer(text):
        if len(match.group()) > 1 and match.group().lower().replace("’", "'") not in SMALL_WORDS:
            yield match.group()
    for run in _HAN_RUN.findall(text):
        yield from (piece[:LONGEST_HAN_SIGNS] for piece in _HAN_SMALL.split(run) if len(piece) > 1)
