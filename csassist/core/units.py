"""Units of measure in both languages, and how those of one kind convert: two weeks are 14 days."""

import re
from decimal import Decimal

# Written form -> (kind, how many of the kind's smallest unit). Kinds are compared, so a day is never a working day.
_DURATIONS: dict[str, tuple[str, int]] = {}
for _kind, _size, _forms in (
    ("time", 1, "seconds second secs sec 秒钟 秒"),
    ("time", 60, "minutes minute mins min 分钟"),
    ("time", 3_600, "hours hour hrs hr 个小时 小时 个钟头"),
    ("time", 86_400, "days day 天 日"),
    ("time", 604_800, "weeks week 个星期 个礼拜 星期 礼拜 周"),
    ("months", 1, "months month 个月"),
    ("months", 3, "quarters quarter 个季度 季度"),
    ("months", 12, "years year 周年 年"),
    ("workdays", 1, "工作日 个工作日"),
    ("nights", 1, "nights night 晚"),
):
    for _form in _forms.split():
        _DURATIONS[_form] = (_kind, _size)
_DURATIONS |= {
    f"{adjective} {noun}": ("workdays", 1) for adjective in ("working", "business") for noun in ("day", "days")
}
_DURATIONS |= {"calendar day": ("time", 86_400), "calendar days": ("time", 86_400), "自然日": ("time", 86_400)}
_DURATIONS |= {"个自然日": ("time", 86_400)}

_MONEY = {
    "eur": "eur € euros euro 欧元",
    "gbp": "gbp £ pounds pound 英镑",
    "usd": "usd us$ $ dollars dollar 美元",
    "cny": "cny rmb ¥ yuan 元 块钱 块 人民币",
    "pence": "pence penny p",
}
_MEASURES = {
    "percent": "% percent 个百分点",
    "zhe": "折",
    "hz": "hz",
    "mhz": "mhz",
    "ghz": "ghz",
    "byte-m": "mb",
    "byte-g": "gb",
    "byte-t": "tb",
    "rate": "mbps mbit/s mb/s 兆",
    "db": "db 分贝",
    "metre": "metres metre meters meter m 米",
    "cm": "centimetres centimetre cm 厘米",
    "mm": "millimetres millimetre mm 毫米",
    "km": "kilometres kilometre km 公里 千米",
    "sqm": "平方米 平米 ㎡ m2",
    "kg": "kilograms kilogram kg 公斤 千克",
    "g": "grams gram g 克",
    "litre": "litres litre l 升",
    "watt": "watts watt w 瓦",
    "kilowatt": "kw kilowatts 千瓦",
    "volt": "volts volt v 伏",
    "amp": "amps amp a 安",
    "mah": "mah 毫安时",
    "degree": "degrees degree °c ℃ °f ° 度",
    "point": "points point 积分",
}
_COUNTS = (
    "个 件 台 张 条 位 人 项 种 部 套 份 款 支 只 节 颗 把 户 家 次 遍 步 层 级 笔 格 倍 声 下 根 盏 类 封 名 处 组"
)

UNITS: dict[str, tuple[str, int]] = {
    **_DURATIONS,
    **{form: (kind, 1) for table in (_MONEY, _MEASURES) for kind, forms in table.items() for form in forms.split()},
    **dict.fromkeys(_COUNTS.split(), ("", 1)),
    "per cent": ("percent", 1),
}
CURRENCY_SIGNS = r"us\$|[€£$¥]|\b(?:eur|gbp|usd|cny|rmb)\b"


def _pattern() -> str:
    longest_first = sorted(UNITS, key=len, reverse=True)
    latin = "|".join(re.escape(form) for form in longest_first if re.match(r"[a-z]{2}", form))
    letters = "|".join(form for form in longest_first if re.fullmatch(r"[a-z]", form))
    other = "|".join(re.escape(form) for form in longest_first if not re.match(r"[a-z]", form))
    # One letter is a unit only where no word follows: "2 a day" is not two amperes.
    return rf"(?:[ -]?(?:{latin})(?![a-z0-9])|[ ]?(?:{letters})(?![a-z0-9]|\s[a-z])|\s?(?:{other}))"


UNIT = _pattern()


def measure(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """The value in the smallest unit of its kind, and the kind; "" for things merely counted."""
    kind, size = UNITS.get(" ".join(unit.strip(" -").split()), ("", 1))
    return value * size, kind
