"""
Words that turn a statement around: negations, conditions, bounds and opposites, in both languages.

Two sentences that share nearly all words can say the opposite; these few words decide which.
"""

import re
from collections.abc import Mapping

_ANSWER = re.compile(r"^(?:no|yes)\b[,.:!]?|^(?:不是?|不会|不可以|不能|没有|是|可以|对)的?[，,。！]")
_NO_NEGATION = re.compile(
    r"not only|whether or not|no more than|no later than|no longer than|not more than|no less than|no fewer than"
    r"|不仅|不但|不同|不过|不久|不论|不管|不断|不超过|不少于|不低于|不高于|不晚于|不早于|无线|无论|无忧|未来|别人|别墅|分别|特别|级别|识别|类别|除非|非常|是不是|是否|能否"
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|nothing|nobody|unable|impossible|refuse[sd]?|forbidden"
    r"|unused|unopened)\b|n['’]t\b|不|没|无(?!人机)|未|勿|别|禁止|拒绝"
)
CONDITIONS: Mapping[str, re.Pattern[str]] = {
    "only": re.compile(r"\b(?:only|solely|exclusively)\b|只(?!要)|仅|唯一"),
    "except": re.compile(
        r"\b(?:unless|except|excluding|other than|apart from|with the exception)\b|除非|除了|除[^，。]{1,16}外|例外"
    ),
    "if": re.compile(
        r"\b(?:if|when|once|provided|as long as|in case|where)\b|如果|若|只要|假如|倘若|一旦|的话|时(?=，|,)|后(?=，|,)"
    ),
    "must": re.compile(r"\b(?:must|have to|has to|need|needs|required?|mandatory)\b|必须|须|需|得先|务必"),
    "may": re.compile(r"\b(?:can|could|may|able|possible|allowed?)\b|可以|能|可(?!视|靠|能|见)|允许"),
    "always": re.compile(r"\b(?:all|every|always|everyone|whenever)\b|所有|全部|任何|始终|一律|总是"),
    "sometimes": re.compile(
        r"\b(?:some|most|usually|often|sometimes|mostly|partly|rarely)\b|部分|有些|通常|一般|有时|偶尔"
    ),
}
_LIMIT = re.compile(
    r"(?:\b(?:if|when|once|unless|except|provided|as long as|in case|only)\b"
    r"|除非|除了?|如果|若|只要|假如|一旦|仅限?|只(?!要)|但须)"
    r"([^,.;:，。；：]{1,60})"
)
_AT_LEAST = re.compile(
    r"\b(?:at least|minimum|or more|more than|over|above|exceeds?|no less than|no fewer than|longer than)\b"
    r"|至少|以上|超过(?<!不超过)|不少于|不低于|最少|最低|大于|高于"
)
_AT_MOST = re.compile(
    r"\b(?:at most|up to|maximum|no more than|not more than|less than|under|below|within|no later than|fewer than)\b"
    r"|最多|以内|不超过|以下|至多|最大|最高|小于|低于|之内"
)
_PAIRS = (
    r"\bbefore\b|\bprior to\b|之前|以前 / \bafter\b|\bfollowing\b|之后|以后",
    r"\bfree\b|\bno charge\b|免费 / \bpaid\b|\bcharged?\b|\bfee\b|\bcosts?\b|\bchargeable\b|收费|付费",
    r"\bincluded?s?\b|\bincluding\b|包含|包括 / \bexcluded?s?\b|\bexcluding\b|不含|不包括",
    r"\bminimum\b|\blowest\b|\bleast\b|最少|最低|最小 / \bmaximum\b|\bhighest\b|\bmost\b|最多|最高|最大",
    r"\bopen(?:s|ed|ing)?\b|打开|开启 / \bclose[sd]?\b|\bclosing\b|\bshut\b|关闭|合上",
    r"\b(?:turn|switch|is|are)(?:s|ed)? on\b / \b(?:turn|switch|is|are)(?:s|ed)? off\b",
    r"\benabled?s?\b|启用 / \bdisabled?s?\b|停用|禁用",
    r"\bindoors?\b|\binside\b|室内 / \boutdoors?\b|\boutside\b|室外|户外",
    r"\babove\b|\bover\b|上方|高于 / \bbelow\b|\bunder\b|下方|低于",
    r"\bincreased?s?\b|\braised?s?\b|增加|提高|升高 / \bdecreased?s?\b|\breduced?s?\b|\blowers?\b|减少|降低",
    r"\bearlier\b|\bsooner\b|提前|更早 / \blater\b|延后|推迟|更晚",
    r"\bautomatic(?:ally)?\b|自动 / \bmanual(?:ly)?\b|手动",
    r"\bwired\b|有线 / \bwireless\b|无线",
    r"\bonline\b|在线|线上 / \boffline\b|离线|线下",
    r"\bnew\b|全新 / \bold\b|旧|二手",
    r"\bfirst\b|\bstart\b|\bbegins?\b|首次|开始 / \blast\b|\bend\b|\bends\b|最后|结束",
    r"\blonger\b|\bmore\b|\blarger\b|\bhigher\b|\bfaster\b|更长|更多|更大|更快 / \bshorter\b|\bless\b|\bsmaller\b|\blower\b|\bslower\b|更短|更少|更小|更慢",  # noqa: E501
    r"\bwarm(?:er)?\b|\bhot\b|\bheats?\b|热 / \bcold(?:er)?\b|\bcool\b|冷",
    r"\bleft\b|左 / \bright\b|右",
    r"\bweekdays?\b|\bworking days?\b|工作日 / \bweekends?\b|周末",
    r"\bbuyer\b|\byou pay\b|买家 / \bseller\b|\bwe pay\b|卖家|商家|我们承担",
    r"\baccept(?:s|ed)?\b|接受|同意 / \breject(?:s|ed)?\b|\brefuse[sd]?\b|\bdeclined?\b|拒绝",
    r"\ballow(?:s|ed)?\b|\bpermit(?:s|ted)?\b|允许 / \bforbid(?:s|den)?\b|\bprohibit(?:s|ed)?\b|禁止",
    r"\bfully\b|\bcompletely\b|\bentire\b|\bfull\b|全额|全部|完全 / \bpartly\b|\bpartial(?:ly)?\b|部分",
    r"\bmonthly\b|每月|按月 / \b(?:yearly|annual(?:ly)?)\b|每年|按年",
    r"\block(?:s|ed)?\b|上锁 / \bunlock(?:s|ed)?\b|开锁",
    r"\bdaytime\b|\bby day\b|白天 / \bnight\b|夜间|晚上",
    r"\bsame\b|相同 / \bdifferent\b|\bother\b|\banother\b|不同|其他",
)
OPPOSITES = tuple(tuple(re.compile(side) for side in pair.split(" / ")) for pair in _PAIRS)


def negations_count(text: str) -> int:
    """How many negations a text holds; a "No," in answer to a question is none of them."""
    return len(_NEGATION.findall(_NO_NEGATION.sub(" ", _ANSWER.sub("", text))))


def conditions(text: str) -> frozenset[str]:
    """The kinds of condition words in a text, of `CONDITIONS`."""
    return frozenset(name for name, pattern in CONDITIONS.items() if pattern.search(text))


def opposites_swapped(sentence: str, source: str) -> str:
    """The word of the sentence whose opposite stands in the source in its place; "" when there is none."""
    for one, other in OPPOSITES:
        for stated, opposed in ((one, other), (other, one)):
            found = stated.search(sentence)
            if found and opposed.search(source) and not stated.search(source) and not opposed.search(sentence):
                return found.group()
    return ""


def limits(text: str) -> list[str]:
    """What follows each "if", "unless" or 除非 of a text, to the end of its clause."""
    return [found.group(1) for found in _LIMIT.finditer(text)]


def is_bound_swapped(sentence: str, source: str) -> bool:
    """Whether "at least" became "at most", or the other way round."""
    said = bool(_AT_LEAST.search(sentence)), bool(_AT_MOST.search(sentence))
    meant = bool(_AT_LEAST.search(source)), bool(_AT_MOST.search(source))
    return said != meant and True not in (said[0] and meant[0], said[1] and meant[1]) and any(said) and any(meant)
