"""
What a message asks for before any search: a person, a look at a file, or nothing yet (a greeting, thanks).

Word patterns only, so that it works with every model down. They are narrow on purpose: a message that matches none is
treated as a question.
"""

import re
from collections.abc import Callable
from typing import Literal

from csassist.assistant.person_requests import wants_person
from csassist.core.text import normalise

Ask = Literal["person", "greeting", "thanks", "question", "attachment"]

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


def read_request(text: str, *, is_wish: Callable[[str], bool] = wants_person) -> Ask:
    """
    What the message asks for. One without words is there for its files. `is_wish` tells a wish for a person;
    `person_wishes.asks_for_person` hears more of them than the words alone.
    """
    if not text.strip():
        return "attachment"
    clean = normalise(text).strip()
    if _GREETING.match(clean):
        return "greeting"
    if _THANKS.match(clean):
        return "thanks"
    if is_wish(clean):
        return "person"
    return "question"
