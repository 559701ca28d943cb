"""
Claims of something done, or about to be done, for this customer.

The assistant can do nothing but answer: "I have refunded you" is untrue however likely it sounds. What the sources say
happens ("we have received your parcel") may be told.
"""

import re

from csassist.core.text import normalise

_DONE = (
    r"refunded|cancell?ed|processed|issued|sent|shipped|changed|updated|booked|scheduled|rescheduled|credited|reset"
    r"|escalated|forwarded|notified|informed|transferred|applied|extended|opened|created|submitted|registered|arranged"
    r"|replaced|reimbursed|approved|activated|deactivated|unlocked|deleted|removed|added|contacted|resolved|fixed|ordered"
    r"|upgraded|downgraded|confirmed|requested|placed|logged"
)
_DO = (
    r"refund|cancel|process|issue|send|ship|change|update|book|schedule|reschedule|credit|reset|escalate|forward|notify"
    r"|inform|transfer|apply|extend|open|create|submit|register|arrange|replace|reimburse|approve|activate|deactivate"
    r"|unlock|delete|remove|add|contact|fix|order|upgrade|confirm|request|place|call|make sure|take care"
)
_SOON = r"(?:\s+(?:just|already|now|also|gone ahead and|successfully))*\s+"
_DONE_HAN = (
    "退款|退货|取消|办理|处理|发送|寄出|发出|汇出|修改|更改|更新|重置|升级|转接|登记|预约|补发|开具|"
    "提交|申请|通知|联系|安排|开通|解锁|删除|退回|延长|激活|记录|反馈"
)
_ENGLISH = (
    rf"\b(?:i|we)(?:\s+have|['’]ve){_SOON}(?:{_DONE})\b",
    rf"\bi(?:\s+just|\s+already)?\s+(?:{_DONE})\b",
    rf"\bi(?:\s+will|['’]ll|\s+am going to|['’]m going to|\s+can now|\s+am now|['’]m now){_SOON}(?:{_DO})(?:ing)?\b",
    rf"\byour\s+(?:[\w.,€£$]+\s+){{1,8}}?(?:has|have)\s+(?:(?:now|just|already|successfully)\s+)*been\s+(?:{_DONE})\b",
    r"\b(?:i|we)\s+(?:promise|guarantee)\b",
)
_CHINESE = (
    rf"(?:我们?|系统|客服)(?:已经|已|刚刚|刚|现在就|马上|这就|立即|会立刻)(?:为|帮|给|替|将|把)?(?:您|你)?[^。！？，]{{0,10}}(?:{_DONE_HAN})",
    rf"我(?:会|来|将|可以马上|这就|马上|现在)(?:为|帮|给|替)(?:您|你)[^。！？，]{{0,8}}(?:{_DONE_HAN})",
    rf"(?:已经?|刚刚?)(?:为|帮|给|替)(?:您|你)[^。！？，]{{0,10}}(?:{_DONE_HAN})",
    rf"(?:您|你)的[^。！？，]{{1,16}}(?:已经?|刚刚?)(?:被)?(?:成功)?(?:{_DONE_HAN})",
    r"我(?:们)?(?:保证|承诺)",
)
_PROMISE = re.compile("|".join((*_ENGLISH, *_CHINESE)))
_SUBORDINATE = re.compile(
    r"\b(?:once|when|after|if|until|unless|before|whether|as soon as)\b[^,.;]{0,40}$"
    r"|(?:如果|一旦|当|若|等|在|是否)[^，。；]{0,12}$"
)
_THEN = re.compile(r"^[^，。]{0,6}(?:后|之后|以后|时)")


def promised(text: str, evidence: str) -> str:
    """The words that claim an action, "" when there are none or when the sources say the same."""
    folded = normalise(text).lower()
    known = normalise(evidence).lower()
    for found in _PROMISE.finditer(folded):
        claim = found.group()
        is_subordinate = _SUBORDINATE.search(folded[: found.start()]) or _THEN.match(folded[found.end() :])
        if not is_subordinate and claim not in known:
            return claim
    return ""
