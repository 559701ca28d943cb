"""The names under which people keep questions, answers and aliases in files, in English and Chinese."""

import re
from collections.abc import Iterable
from typing import Literal

Column = Literal["question", "answer", "aliases", "title", "language"]

# Written without blanks and in lower case, as `column_of` compares them.
_QUESTION = (
    "question questions q query faq prompt ask "
    "问题 問題 问 問 标准问 標準問 标准问题 標準問題 提问 提問 问句 常见问题 常見問題"
)
_ANSWER = (
    "answer answers a reply response solution resolution "
    "答案 回答 答 答复 答覆 回复 回覆 解答 标准答案 標準答案 参考答案 參考答案"
)
_ALIASES = (
    "alias aliases synonym synonyms variant variants variation variations paraphrase paraphrases similar "
    "similarquestion similarquestions alternatequestions alternativequestions alternatives otherquestions "
    "别名 別名 相似问 相似問 相似问题 相似問題 同义问 同義問 扩展问 擴展問 问法 問法 "
    "其他问法 其他問法 近似问法 近似問法"
)
_NAMES: dict[Column, frozenset[str]] = {
    "question": frozenset(_QUESTION.split()),
    "answer": frozenset(_ANSWER.split()),
    "aliases": frozenset(_ALIASES.split()),
    "title": frozenset({"title", "subject", "topic", "heading", "标题", "標題", "主题", "主題"}),
    "language": frozenset({"language", "lang", "locale", "语言", "語言"}),
}
_IGNORED = re.compile(r"[\s_\-*:：()（）]+")
# A semicolon or line break never stands inside one question; a comma may.
_ALIAS_SEPARATOR = re.compile(r"[\n;；|]+")


def column_of(header: str) -> Column | None:
    """What a header names, or None; case, blanks and punctuation do not matter."""
    word = _IGNORED.sub("", header).lower()
    return next((column for column, names in _NAMES.items() if word in names), None)


def columns_of(headers: Iterable[str]) -> dict[Column, list[str]]:
    """The headers that name each column, in order: a table may have `alias 1`, `alias 2`."""
    found: dict[Column, list[str]] = {}
    for header in headers:
        if column := column_of(header) or column_of(re.sub(r"\d+$", "", header.strip())):
            found.setdefault(column, []).append(header)
    return found


def split_aliases(cell: str) -> tuple[str, ...]:
    return tuple(alias.strip() for alias in _ALIAS_SEPARATOR.split(cell) if alias.strip())
