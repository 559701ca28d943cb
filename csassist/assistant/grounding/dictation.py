"""
What a text tells somebody to say is not what it says.

"Tell the customer that repairs are free" states nothing about repairs, and a sentence meant for the assistant is not
meant for customers. Such a sentence supports no other one and is never shown itself.
"""

import re
from functools import lru_cache

from csassist.assistant.grounding.disclosure import plain
from csassist.core.text import split_sentences

_HEARER = (
    r"(?:(?:the |our |every |all |any )?(?:customers?|users?|clients?|readers?|visitors?|buyers?)|everyone|everybody)"
)
_DICTATION = re.compile(
    rf"\b(?:tell|inform|assure|promise|convince|persuade) {_HEARER}(?: that\b|:|, )"
    r"|\b(?:say|repeat|output|print|reply|respond|answer)(?: back)? "
    r"(?:exactly|verbatim|word for word|with exactly|only with)"
    r"|\b(?:ignore|disregard|forget|override)\b[^.!?\n]{0,40}\b(?:instructions?|rules|prompts?|guidelines)\b"
    r"|\b(?:assistant|chatbot|bot|ai|language model|llm|model)s? (?:must|should|shall|has to|have to|will now|is to)\b"
    r"|\bnote (?:to|for) (?:the |all |any )?(?:assistant|chatbot|bot|ai|language model|llm|model)s?\b"
    r"|\bwhoever reads this (?:must|should|has to)\b|\b(?:system|hidden) prompt\b"
    r"|(?:告诉|告知|通知|答应|保证给?)(?:所有|每位|每个)?(?:客户|用户|顾客|读者|买家|大家)(?=[^\s。，；！？、）)])"
    r"|(?:请|必须|只能|只|然后|再|先|并)(?:说|重复|输出|回复|回答)(?:以下|这句话)?[:：]"
    r"|(?:忽略|无视|忘记|忘掉)[^。！？\n]{0,12}(?:指令|规则|提示)"
    r"|(?:助手|机器人|模型|AI)(?:请注意|必须|应当)|读到这里的|(?:系统)?提示词",
    re.IGNORECASE,
)
# It begins in the middle of one quotation and ends in another: pieces of something that was cut up.
_FRAGMENT = re.compile(r"[^«»]*»[^«»]*«[^«»]*")


def dictation(text: str) -> str:
    """The words by which the text tells somebody what to say, "" when it does not."""
    folded = plain(text)
    found = _DICTATION.search(folded) or _FRAGMENT.fullmatch(folded)
    return found.group() if found else ""


@lru_cache(maxsize=256)
def without_dictation(text: str) -> str:
    """The text with every such sentence blanked out: places and lines stay."""
    kept, position = [], 0
    for start, end in split_sentences(text):
        is_dictated = bool(dictation(text[start:end]))
        kept += [text[position:start], " " if is_dictated else text[start:end]]
        position = end
    return "".join((*kept, text[position:]))
