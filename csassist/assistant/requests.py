"""
What a message asks for before any search: a person, a look at a file, or nothing yet (a greeting, thanks).

Word patterns only, so that it works with every model down. They are narrow on purpose: a message that matches none is
treated as a question.
"""

import re
from typing import Literal

from csassist.core.text import normalise

Ask = Literal["person", "greeting", "thanks", "question", "attachment"]

_PERSON_ENGLISH = re.compile(
    r"\b(?:(?:speak|talk|chat|write|connect|transfer|put|pass|hand|get|reach|call|want|need|give|prefer)\b[^.?!]{0,40}"
    r"\b(?:human|real person|person|people|agent|representative|rep|advisor|operator|someone|somebody|staff|colleague"
    r"|supervisor|manager)\b"
    r"|(?:human|real person|live agent|customer service|operator|representative)\s*(?:please|now|pls)?\s*[.!?]*$"
    r"|\b(?:speak|talk|chat)\s+(?:to|with)\s+(?:[a-z']+\s+){0,3}(?:support|team|employee|service)\b"
    r"|\bis there (?:a|any|some) (?:human|real person|person|agent)\b[^.?!]{0,20}\b(?:talk|speak|chat|here|help)\b"
    r"|\bcan (?:someone|somebody|anyone|a person)(?: please)? (?:call|phone|ring|contact) me\b"
    r"|^(?:agent|human|person|operator|representative)\b"
    r"|(?:not|no|instead of|don['’]?t want)\s+(?:a\s+|an\s+|another\s+)?(?:bot|robot|machine|ai)\b)",
    re.IGNORECASE,
)
_PERSON_CHINESE = re.compile(
    r"(?:转|找|要|接|换|联系|叫|有没有|需要|能不能|可以|帮我|给我|跟|和|想)[^。？！]{0,8}(?:人工|真人|客服人员|客服专员|活人|工作人员|人类)"
    r"|^(?:人工|真人|转人工|人工客服|人工服务)[。！!？?]*$"
    r"|不(?:要|想)(?:跟|和)?(?:你|机器人|AI)[^。？！]{0,6}(?:说|聊|讲|机器人)",
)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|anyone there|are you there"
    r"|你好|您好|嗨|哈喽|早上好|下午好|晚上好|在吗|有人吗|在不在)"
    r"(?:[ ,]*(?:there|all|team|啊|呀|哦))?[\s.!?,。！，？~～]*$",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"^(?=\S)(?:(?:ok(?:ay)?|great|perfect|cool|super|got it|好的|好|明白了?|知道了|嗯+)[\s,.!，。！]*){0,4}"
    r"(?:thanks?(?: you)?(?: very much| so much| a lot)?|thx|ty|cheers|bye|goodbye"
    r"|谢谢(?:你|您|啦|了)?|多谢|感谢|再见|拜拜)?[\s.!,。！，~～]*$",
    re.IGNORECASE,
)


def read_request(text: str) -> Ask:
    """What the message asks for. One without words is there for its files."""
    if not text.strip():
        return "attachment"
    clean = normalise(text).strip()
    if _GREETING.match(clean):
        return "greeting"
    if _THANKS.match(clean):
        return "thanks"
    if _PERSON_ENGLISH.search(clean) or _PERSON_CHINESE.search(clean):
        return "person"
    return "question"
