"""
Marks text that reads as if it were meant to command a model, for a person to look at.

A mark decides nothing: no message is blocked and no answer changed by it, because every such rule also meets harmless
text and misses what is written to be missed. Each mark names the rule that made it. Linear in the length of the text.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from csassist.core.text import normalise

MOST_CHARACTERS = 20_000
LEAST_HIDDEN_CHARACTERS = 8
LEAST_JUNK_WORDS = 20
MOST_DISTINCT_JUNK_RATIO = 0.15

_OVERRIDE_OBJECT = (
    r"(?:instruction|rule|prompt|direction|guideline|command|restriction|filter|polic|programming"
    r"|everything (?:above|before|said|you)|what (?:you|i) (?:were|was|have|had|said)"
    r"|(?:text|words?|lines?) (?:above|before))"
)
RULES: Mapping[str, re.Pattern[str]] = {
    "override": re.compile(
        rf"\b(?:ignore|disregard|forget|override|bypass|overrule|do not follow|don't follow|stop following)\b"
        rf"[^.!?\n]{{0,50}}{_OVERRIDE_OBJECT}"
        r"|(?:忽略|无视|忘记|忘掉|不要遵守|不用遵守|绕过)[^。！？\n]{0,16}(?:指令|规则|提示|说明|限制|以上|之前|要求)"
    ),
    "reveal": re.compile(
        r"\b(?:reveal|show|print|repeat|output|display|leak|write|tell me|give me|what (?:is|are|was|were)|summari[sz]e"
        r"|translate|copy|recite|list|state)\b[^.!?\n]{0,60}"
        r"(?:system prompt|(?:your|previous|prior|initial|above|original|secret|hidden|exact)"
        r" (?:\w+ ){0,2}(?:instructions?|prompts?|rules|directives|guidelines|access codes?|passwords?|secret)"
        r"|(?:text|words|sentences?|everything|lines?|conversation) (?:above|before|prior)"
        r"|access code|secret (?:key|code|word))"
        r"|(?:显示|输出|告诉我|泄露|重复|打印|复述|说出)[^。！？\n]{0,14}(?:系统提示|提示词|指令|密码|口令|密钥|上面的内容)"
    ),
    "role": re.compile(
        r"\b(?:you are (?:now|going to)|act as|pretend (?:to be|you are|that you)|play the role|role-?play"
        r"|imagine you are|simulate|you(?:'re| are) no longer|respond as|stay in character)\b[^\n]{0,160}"
        r"\b(?:no (?:rules|restrictions|limits|filter|moral|ethic)|without (?:any )?(?:rules|restrictions|limits|filter"
        r"|moral)|unfiltered|uncensored|never refuses?|amoral|jailbreak)"
        r"|\b(?:dan|jailbreak|god|unrestricted|uncensored) mode\b|\bdo anything now\b"
        r"|(?:扮演|你现在是|假装你?是|进入)[^。！？\n]{0,24}(?:没有任何?(?:规则|限制)|不受限制|开发者模式|越狱)"
    ),
    "new_orders": re.compile(
        r"\b(?:new|updated|real|actual|following|final) (?:system )?(?:instructions?|rules?|prompt|orders?|task)"
        r"\s?(?:is|are|:)"
        r"|\bfrom now on\b[^.!?\n]{0,40}\b(?:you|answer|respond|reply|say|only|every)"
        r"|\b(?:end|beginning|start) of (?:the )?(?:system )?(?:prompt|instructions?|defen[sc]e|draft)\b|\bend prompt\b"
        r"|\bnote to (?:the )?(?:assistant|ai|model|bot)\b|\b(?:assistant|ai|model|bot|whoever reads this) must\b"
        r"|\byour (?:only|sole|new) (?:task|purpose|goal|job|rule|instruction)"
        r"|\bunder no circumstances\b[^.\n]{0,60}\brefuse"
        r"|(?:新的?|更新后的?)(?:系统)?(?:指令|规则|任务)|从现在(?:开始|起)[^。！？\n]{0,12}(?:你|只|必须|请)|助手(?:请注意|必须)"
    ),
    "dictate": re.compile(
        r"\b(?:say|print|output|write|type|reply|respond|answer|return|begin|start|end|state|utter|display|repeat)\b"
        r"(?: (?:your|with|only|just|exactly|back|out|the|every|a|me|each|response|reply|answer|message|output|by"
        r"|saying|following|words?|phrase|text|exact|after|and|nothing)){0,6}"
        r" ?(?:exactly|only with|nothing (?:but|else)|nothing|verbatim|the (?:exact )?(?:phrase|words?)|[\"“'`]"
        r"|access granted|after me|word for word|in (?:all )?(?:capital|python|base64|reverse))"
        r"|\baccess granted\b|(?:只|请)?(?:回复|输出|回答|说)(?:以下|这句话|[“\"「])|逐字(?:重复|输出)"
    ),
    "fence": re.compile(
        r"</?(?:system|source|customer_message|conversation|instructions?|prompt|im_start|im_end)\b|\[/?inst\]|<\|[a-z_]{2,20}\|>"
        r"|^\s*#{0,4}\s?(?:system|assistant|developer|系统) ?(?:prompt|message|提示)?\s?[:：]|\{\"role\"",
        re.MULTILINE,
    ),
    "markup": re.compile(
        r"<(?:script|img|svg|iframe|object|embed|form)\b|\bon(?:error|load|click|mouseover)\s?=|javascript:"
        r"|data:text/html|!\[[^\]\n]{0,80}\]\(|\balert\("
    ),
}
IN_WORDS: Mapping[str, Promise] = {
    "override": _("asks to ignore instructions or rules"),
    "reveal": _("asks for hidden instructions or a secret"),
    "role": _("asks for a role without rules"),
    "new_orders": _("gives orders to an assistant or a model"),
    "dictate": _("dictates what is to be said"),
    "fence": _("imitates the parts of a prompt"),
    "markup": _("holds markup or a script"),
    "hidden_characters": _("holds characters that nobody sees, or that turn the reading order"),
    "encoded": _("holds encoded text"),
    "look_alikes": _("writes words with look-alike letters"),
    "repetition": _("repeats a few words again and again"),
}
_BASE64 = re.compile(r"[A-Za-z0-9+/]{40,4000}")
_WORD = re.compile(r"\S+")
_MIXED = re.compile(r"\b(?=\w*[a-zA-Z])(?=\w*[\u0370-\u04ff])\w{3,40}\b")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}[^\s%]{0,12}){6}")
_ENTITIES = re.compile(r"(?:&#x?[0-9a-fA-F]{2,6};){6}")
_WIDE = re.compile("[\uff21-\uff5a]{8}")
_TURNED = re.compile("[\u202d\u202e]")


def marks(text: str) -> tuple[str, ...]:
    """The names of the rules that the text meets, in order; empty for nearly all text that people write."""
    looked_at = text[:MOST_CHARACTERS]
    disguises = _disguises(looked_at)
    plain = normalise(unquote(html.unescape(looked_at)), keep_lines=True).lower()
    return (*(name for name, rule in RULES.items() if rule.search(plain)), *disguises)


def in_words(names: Iterable[str]) -> list[str]:
    """The marks in words for staff; an unknown name as it is."""
    return [str(IN_WORDS.get(name, name)) for name in names]


def _disguises(text: str) -> tuple[str, ...]:
    hidden = sum(1 for one in text if _is_hidden(one))
    found = {
        "hidden_characters": hidden >= LEAST_HIDDEN_CHARACTERS or _TURNED.search(text),
        "encoded": any(_is_code(run) for run in _BASE64.findall(text))
        or _PERCENT.search(text)
        or _ENTITIES.search(text),
        "look_alikes": _MIXED.search(text) or _WIDE.search(text),
        "repetition": _is_junk(text),
    }
    return tuple(name for name, is_found in found.items() if is_found)


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) == "Cf" and character not in "\u00ad\u200d\ufeff"


def _is_code(run: str) -> bool:
    """Long words and paths have no digits, or only small letters."""
    return any(map(str.isdigit, run)) and any(map(str.isupper, run)) and any(map(str.islower, run))


def _is_junk(text: str) -> bool:
    """The same few words again and again, to push what stood before out of a model's mind."""
    words = _WORD.findall(text[:4_000])
    return len(words) >= LEAST_JUNK_WORDS and len(set(words)) <= MOST_DISTINCT_JUNK_RATIO * len(words)
