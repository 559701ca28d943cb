"""
Whether a message only says thank you, or that all is well: such a one does not open a conversation again.

"Thanks, but it still leaks" and "thanks for nothing" are no thanks. What asks, or complains, or is long, is not only
thanks whatever the reader taught by examples thinks.
"""

import re
from typing import Final

from csassist.analysis.meaning_vectors import Embed, meaning_of
from csassist.analysis.trained_readers import trained_readers
from csassist.core.text import HAN_CHARACTER, normalise

LEAST_PROBABILITY: Final = 0.6
LONGEST_WORDS: Final = 25
LONGEST_SIGNS: Final = 30
_ASKS = re.compile(
    r"[?？]|[吗嘛呢]\s*[。!！]*$|\b(?:but|however|still|except)\b|但是?|可是|不过|还是|怎么|为什么|什么时候"
)
_THANKS = re.compile(
    r"^(?:(?:ok(?:ay)?|great|perfect|cool|super|alright|right|got it|awesome|brilliant|lovely|good|all good|yes|no|nope"
    r"|好的?|行|嗯+|哦|噢|明白了?|知道了|收到|可以|没有了?|不用了?|没事了?|好嘞|好滴)[\s,.!，。！~～]*){0,4}"
    r"(?:(?:many |a million |so much )?(?:thanks|thank you|thank u|thx|ty|cheers|ta)"
    r"(?: (?:you|so much|very much|a lot|again|a bunch|a million|everyone|all|both|for (?:your|the|all your|all the) "
    r"(?:help|quick reply|reply|support|patience|time|assistance)))*"
    r"|(?:非常|太|十分|真的?|万分)?(?:谢谢|感谢|多谢|谢啦?|唔該晒?|辛苦了?|麻烦了|3q|感恩)(?:你们?|您|啦|了|哦|啊|哈|大家|帮忙|帮助|回复)*)"
    r"[\s.!,，。！~～🙏👍😊❤️🌹]*$",
    re.IGNORECASE,
)


def only_thanks(text: str, *, embed: Embed = meaning_of) -> bool:
    """Whether nothing is asked of anybody. Never raises."""
    plain = normalise(text)
    if not plain or _ASKS.search(plain):
        return False
    if _THANKS.match(plain):
        return True
    if len(plain.split()) > LONGEST_WORDS or len(HAN_CHARACTER.findall(plain)) > LONGEST_SIGNS:
        return False
    return trained_readers().thanks.probability(plain, "thanks", embed(plain)) >= LEAST_PROBABILITY
