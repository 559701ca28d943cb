"""
What the rules of practice know of polite and impolite words, in both languages; everything else a scenario says itself.

These lists see words, not intentions. Feedback always shows the sentence in which they were found.
"""

import re
from collections.abc import Mapping
from typing import Literal

from csassist.core.text import Language

Manner = Literal["greets", "apologises", "empathises", "thanks", "courteous", "blames", "offers_more", "guarantees"]


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


MANNERS: Mapping[Language, Mapping[Manner, re.Pattern[str]]] = {
    "en": {
        "greets": _any(
            r"\b(?:hello|hi|hey|good (?:morning|afternoon|evening|day)|welcome)\b",
            r"\bthanks? (?:you )?for (?:getting in touch|contacting|writing|reaching)",
        ),
        "apologises": _any(r"\b(?:sorry|apologi[sz]e|apologies)\b"),
        "empathises": _any(
            r"\b(?:i|we) (?:completely |fully |really |can |do )*(?:understand|see|imagine|appreciate|reali[sz]e)\b",
            r"\b(?:must be|that's|that is|how|very|really|so) (?:very |really |so )?"
            r"(?:frustrating|annoying|upsetting|worrying|stressful|disappointing|unpleasant|inconvenient)",
            r"\b(?:frustration|inconvenience)\b",
            r"\b(?:don't worry|do not worry|i(?:'m| am) here|you(?:'re| are) in good hands)\b",
        ),
        "thanks": _any(r"\b(?:thank you|thanks)\b"),
        "courteous": _any(
            r"\b(?:please|thank you|thanks|could you|would you|may i|happy to|glad to|of course|certainly)\b"
        ),
        "blames": _any(
            r"\byou (?:should|ought to) have\b",
            r"\bwhy (?:didn't|did you not|don't) you\b",
            r"\byou(?:'re| are) (?:wrong|mistaken|lying|rude)\b",
            r"\b(?:it's|it is|that's|that is|this is) (?:not our|your (?:own )?) ?(?:fault|problem|mistake)\b",
            r"\bnot (?:my|our) (?:fault|problem)\b",
            r"\b(?:calm down|as i (?:already )?said|obviously|you failed to|read the (?:terms|article|manual))\b",
        ),
        "offers_more": _any(
            r"\banything else\b",
            r"\b(?:let (?:me|us) know|get back to (?:me|us)|write to us|just ask)\b",
            r"\b(?:have a (?:good|nice|great|lovely)|take care|goodbye|bye|all the best)\b",
            r"\bhappy to help\b",
        ),
        "guarantees": _any(
            r"\b(?:i|we) (?:can )?(?:promise|guarantee)\b", r"\b(?:guaranteed|100 ?% (?:sure|certain))\b"
        ),
    },
    "zh": {
        "greets": _any(r"您好|你好|早上好|上午好|下午好|晚上好|欢迎", r"感谢(?:您|你)?的?(?:来电|联系|咨询)"),
        "apologises": _any(r"抱歉|对不起|不好意思|致歉|道歉|见谅"),
        "empathises": _any(
            r"(?:理解|体会|明白)(?:您|你)",
            r"(?:换|要是)(?:作|成|做)?我",
            r"给(?:您|你)(?:添|带来|造成).{0,6}(?:麻烦|不便|困扰)",
            r"(?:着急|生气|难受|失望|担心|闹心|恼火|委屈).{0,8}(?:理解|正常|难免)",
            r"(?:别|不要)(?:着?急|慌|担心|怕)|陪(?:您|你)",
            r"(?:让|叫)(?:您|你)(?:久等|费心|受累|失望|着急|担心|白等)",
        ),
        "thanks": _any(r"谢谢|感谢|多谢"),
        "courteous": _any(r"请|麻烦(?:您|你)|谢谢|感谢|您|劳驾|乐意"),
        "blames": _any(
            r"(?:您|你)(?:自己|当时|早就?)?(?:应该|该|本来就?).{0,4}(?:看清|提前|早|先看|注意)",
            r"为什么不(?:早|先|提前)",
            r"(?:是|属于)(?:您|你)(?:自己)?的(?:问题|责任|错)",
            r"(?:不是|不关|跟)我们(?:的|没)?(?:问题|责任|错|关系|事)",
            r"(?:您|你)(?:搞错|弄错|理解错|听不懂|没看懂)",
            r"冷静(?:一)?点|不是都?说(?:过|了)(?:吗|嘛)|说过多少遍|自己看",
        ),
        "offers_more": _any(
            r"(?:还有|其他|别的).{0,8}(?:可以|需要|能|问题|帮)",
            r"随时(?:联系|找|来|告诉|问)",
            r"祝(?:您|你)|再见|生活愉快",
        ),
        "guarantees": _any(r"保证|承诺|打包票|绝对(?:能|会|可以)|百分之百|一定(?:给|帮|为)(?:您|你)"),
    },
}
NEGATIONS: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:not|no|never|cannot|nor|neither|unable|without|unless|nobody|nothing)\b|n't\b"),
    "zh": re.compile(r"不(?!好意思)|没|无法|未|别|勿|禁止|并非|难以"),
}
# What turns a statement into its opposite after it was made, and what makes it depend on something.
TAKEN_BACK: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"^[^,.;:]{0,30}?\b(?:(?:is|are|was|would be) not|isn't|aren't|not possible|cannot|can't)"),
    "zh": re.compile(r"^[^,.;:，。；：]{0,10}?(?:不行|不可以|不能|不可能|做不到|没办法)"),
}
CONDITIONS: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:if|once|unless|until|after|before|whether|as soon as|in case)\b"),
    "zh": re.compile(r"如果|一旦|若|要是|(?<![稍久])等(?!一)|是否|之后|以后|才"),
}
QUESTION = re.compile(r"[?？]\W*$")
ASKING: Mapping[Language, re.Pattern[str]] = {
    "en": _any(
        r"\?",
        r"\b(?:please|could you|can you|would you|may i|tell me|let me (?:know|have)|send me|give me)\b",
        r"\bneed (?:your|the|to know)\b",
    ),
    "zh": _any(r"[?？]|请|麻烦|提供|告诉|说一下|发一下|给我|吗|什么|哪|多少|是否|方便"),
}
CLAUSE_ENDS = re.compile(r"[,;:.!?，；：。！？、\n]|\b(?:but|however|and then)\b|但是|不过|但|而是")
