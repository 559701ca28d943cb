"""
What a Word paragraph is - heading, list item, hidden, table of contents - from its own properties and its style's.

Automatic numbers are written out: "3.2" or "第三条" is part of what people quote, but Word keeps only the rule for it.
"""

from dataclasses import dataclass, field

from docx.oxml.ns import qn
from lxml import etree

_DEEPEST_STYLE_CHAIN = 12
_CHINESE_DIGITS = "零一二三四五六七八九"
_CHINESE_FORMATS = {
    "chineseCounting",
    "chineseCountingThousand",
    "japaneseCounting",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
    "ideographDigital",
}


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    name: str
    heading_level: int | None = None
    number_id: str | None = None
    number_level: int = 0
    hidden: bool = False

    @property
    def depth(self) -> int:
        """How deep a list item stands; Word's "List Bullet 2" is a list of its own whose depth is only in its name."""
        words = self.name.split()
        named = int(words[2]) - 1 if len(words) == 3 and words[0] == "list" and words[2] in {"2", "3", "4", "5"} else 0
        return max(self.number_level, named)


@dataclass(frozen=True, slots=True)
class _NumberLevel:
    number_format: str
    text: str
    start: int


@dataclass(slots=True)
class Numbering:
    """Counts the automatically numbered paragraphs of one document, in document order."""

    levels: dict[str, dict[int, _NumberLevel]]
    counts: dict[tuple[str, int], int] = field(default_factory=dict)

    def label(self, number_id: str, level: int) -> str:
        """The next label of a list at a level: "3.2", "(a)", "第二条"; "•" for a bullet, "" for none."""
        levels = self.levels.get(number_id, {})
        here = levels.get(level)
        if here is None or here.number_format == "bullet":
            return "•"
        self.counts[number_id, level] = self.counts.get((number_id, level), here.start - 1) + 1
        for deeper in [key for key in self.counts if key[0] == number_id and key[1] > level]:
            del self.counts[deeper]
        label = here.text
        for place, rule in levels.items():
            if f"%{place + 1}" in label:
                count = self.counts.get((number_id, place), rule.start)
                label = label.replace(f"%{place + 1}", _number(count, rule.number_format))
        return label.strip()


class Styles:
    """The styles of one document by their ids."""

    def __init__(self, styles_root: etree._Element | None) -> None:
        nodes = (
            {} if styles_root is None else {node.get(qn("w:styleId")): node for node in styles_root.iter(qn("w:style"))}
        )
        self._styles = {identifier: _style(node, nodes) for identifier, node in nodes.items()}

    def of(self, paragraph: etree._Element) -> ParagraphStyle:
        """The paragraph's style with its own properties laid over it."""
        properties = paragraph.find(qn("w:pPr"))
        if properties is None:
            return ParagraphStyle("")
        style = self._styles.get(_value(properties, "w:pStyle") or "", ParagraphStyle(""))
        own = _numbering_of(properties)
        level = _value(properties, "w:outlineLvl")
        return ParagraphStyle(
            name=style.name,
            heading_level=_heading_level(level) if level else style.heading_level,
            number_id=own[0] if own else style.number_id,
            number_level=own[1] if own else style.number_level,
        )

    def hides(self, run: etree._Element) -> bool:
        """Whether a run is not shown: hidden, white, or too small to see."""
        properties = run.find(qn("w:rPr"))
        if properties is None:
            return False
        if _is_hidden(properties) or self._styles.get(_value(properties, "w:rStyle") or "", ParagraphStyle("")).hidden:
            return True
        half_points = _value(properties, "w:sz")
        if half_points and half_points.isdigit() and int(half_points) <= 4:
            return True
        colour = (_value(properties, "w:color") or "").upper()
        return colour == "FFFFFF" and properties.find(qn("w:highlight")) is None and not _is_on_colour(run, properties)


def _is_on_colour(run: etree._Element, properties: etree._Element) -> bool:
    """Whether the nearest shading around a run (its own, its paragraph's, its cell's) is another colour than white."""
    shaded = [properties.find(qn("w:shd"))]
    for around, its_properties in (("w:p", "w:pPr"), ("w:tc", "w:tcPr")):
        container = next(run.iterancestors(qn(around)), None)
        shaded.append(None if container is None else container.find(f"{qn(its_properties)}/{qn('w:shd')}"))
    fills = [(shade.get(qn("w:fill")) or "auto").upper() for shade in shaded if shade is not None]
    return bool(fills) and fills[0] not in {"FFFFFF", "AUTO"}


def read_numbering(numbering_root: etree._Element | None) -> Numbering:
    if numbering_root is None:
        return Numbering({})
    abstract = {
        node.get(qn("w:abstractNumId")): {
            int(level.get(qn("w:ilvl"), "0")): _NumberLevel(
                _value(level, "w:numFmt") or "decimal",
                _value(level, "w:lvlText") or "",
                int(_value(level, "w:start") or 1),
            )
            for level in node.iter(qn("w:lvl"))
        }
        for node in numbering_root.iter(qn("w:abstractNum"))
    }
    return Numbering(
        {
            node.get(qn("w:numId")): abstract.get(_value(node, "w:abstractNumId"), {})
            for node in numbering_root.iter(qn("w:num"))
        }
    )


def _style(node: etree._Element, nodes: dict[str, etree._Element]) -> ParagraphStyle:
    """A style with what it inherits from the styles it is based on."""
    name = (_value(node, "w:name") or "").lower()
    level, number, hidden = _named_level(name), None, False
    ancestor: etree._Element | None = node
    for _step in range(_DEEPEST_STYLE_CHAIN):
        if ancestor is None:
            break
        properties, run = ancestor.find(qn("w:pPr")), ancestor.find(qn("w:rPr"))
        if properties is not None:
            outline = _value(properties, "w:outlineLvl")
            level = level or (_heading_level(outline) if outline else None)
            number = number or _numbering_of(properties)
        level = level or _named_level((_value(ancestor, "w:name") or "").lower())
        hidden = hidden or (run is not None and _is_hidden(run))
        ancestor = nodes.get(_value(ancestor, "w:basedOn") or "")
    return ParagraphStyle(name, level, number[0] if number else None, number[1] if number else 0, hidden)


def _named_level(name: str) -> int | None:
    words = name.split()
    if len(words) == 2 and words[0] in {"heading", "标题", "標題"} and words[1].isdigit():
        return min(max(int(words[1]), 1), 6)
    return None


def _heading_level(outline: str) -> int | None:
    """Word's outline levels count from 0; 9 is body text."""
    return int(outline) + 1 if outline.isdigit() and int(outline) < 6 else None


def _numbering_of(properties: etree._Element) -> tuple[str, int] | None:
    numbering = properties.find(qn("w:numPr"))
    if numbering is None:
        return None
    level = _value(numbering, "w:ilvl") or "0"
    return (_value(numbering, "w:numId") or "0", int(level) if level.isdigit() else 0)


def _is_hidden(run_properties: etree._Element) -> bool:
    vanish = run_properties.find(qn("w:vanish"))
    return vanish is not None and vanish.get(qn("w:val"), "1") not in {"0", "false", "off"}


def _value(node: etree._Element, child: str) -> str | None:
    found = node.find(qn(child))
    return None if found is None else found.get(qn("w:val"))


def _number(count: int, number_format: str) -> str:
    if number_format in {"lowerLetter", "upperLetter"}:
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter.upper() if number_format == "upperLetter" else letter
    if number_format in {"lowerRoman", "upperRoman"}:
        return _roman(count) if number_format == "upperRoman" else _roman(count).lower()
    if number_format in _CHINESE_FORMATS:
        return _chinese(count)
    if number_format == "decimalEnclosedCircleChinese" or number_format == "decimalEnclosedCircle":
        return chr(0x2460 + count - 1) if 1 <= count <= 20 else str(count)
    if number_format == "decimalZero":
        return f"{count:02d}"
    return "" if number_format == "none" else str(count)


def _roman(count: int) -> str:
    parts = []
    for value, letters in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
        (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        parts.append(letters * (count // value))
        count %= value
    return "".join(parts)


def _chinese(count: int) -> str:
    """Chinese numerals up to 99, which is what chapters and articles use; larger ones as digits."""
    if not 0 < count < 100:
        return str(count)
    tens, ones = divmod(count, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_CHINESE_DIGITS[tens]}十"
    return head + (_CHINESE_DIGITS[ones] if ones else "")
