"""
Lines of a whole document -> Markdown: headings by size and weight, paragraphs, lists; without running heads.

Line ends are an accident of the page: a word cut by a hyphen is made whole unless the text writes it with one
elsewhere, Chinese lines are joined without a blank, other lines with one.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.loaders.pdf_lines import Piece, join_texts

_HEADING_SIZE_RATIO = 1.12
_LONGEST_HEADING = 120
_LONGEST_WORD = 60
_MOST_HEADING_SIZES = 4
_PARAGRAPH_GAP_RATIO = 1.35
_EDGE_OF_PAGE = 0.12
_STEPS_TO_TRUST = 3
_LEAST_PAGES_FOR_RUNNING_HEADS = 2
_RUNNING_HEAD_RATIO = 0.3
_PAGES_OF_A_CHAPTER = 3

_PAGE_NUMBER = re.compile(
    r"(?:[-–—]\s?)?(?:page|seite|p\.)?\s?(?:\d{1,4}|[ivxl]{1,6})(?:\s?(?:/|of|von|共)\s?\d{1,4})?(?:\s?[-–—])?"
    r"|第\s?\d{1,4}\s?[页頁](?:\s?[/／,，]?\s?共\s?\d{1,4}\s?[页頁])?",
    re.IGNORECASE,
)
_LIST_ITEM = re.compile(r"(?P<bullet>[•·‣▪●○■□◆◇►➢✓✔–—*-])\s*(?=\S)|(?P<number>\(?\d{1,3}[.)）](?!\d)|[a-z][.)])\s+")
_CHINESE_ITEM = re.compile(r"[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十]{1,3}、|[①-⑳]|\d{1,2}、")
_SENTENCE_END = re.compile(r"[.!?:;。！？：；…][\"'”’」』）)]?$")
_CUT_WORD = re.compile(r"([^\W\d_]+)-$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Page:
    """The runs of one page in reading order, and the page's height in points."""

    runs: tuple[tuple[Piece, ...], ...]
    height: float


def markdown_of(pages: Sequence[Page]) -> str:
    """The Markdown of a document; running heads and page numbers are left out."""
    furniture = _running_heads(pages)
    runs = [[line for line in run if not _is_furniture(line, page, furniture)] for page in pages for run in page.runs]
    lines = [line for run in runs for line in run if not line.is_table]
    body_size = _body_size(lines)
    writer = _Writer(
        body_size=body_size,
        body_is_bold=_is_mostly_bold(lines),
        heading_sizes=_heading_sizes(lines, body_size),
        words=Counter(word.lower() for line in lines for word in _WORD.findall(line.text)),
    )
    return "\n\n".join(_across_pages(list(writer.blocks(runs)), writer))


def _running_heads(pages: Sequence[Page]) -> frozenset[tuple[str, int]]:
    """
    Texts that stand in the same place at the top or bottom of many pages, whatever numbers they hold.

    The outermost line of a page may be that of a chapter: a few pages are enough for it.
    """
    seen: Counter[tuple[str, int]] = Counter()
    outermost: Counter[tuple[str, int]] = Counter()
    for page in pages:
        lines = [line for run in page.runs for line in run if not line.is_table]
        seen.update({_place(line) for line in lines if _is_at_edge(line, page)})
        if lines:
            ends = (min(lines, key=lambda line: line.box.top), max(lines, key=lambda line: line.box.bottom))
            outermost.update({_place(line) for line in ends if _is_at_edge(line, page)})
    least = max(_LEAST_PAGES_FOR_RUNNING_HEADS, len(pages) * _RUNNING_HEAD_RATIO)
    everywhere = {place for place, count in seen.items() if count >= least}
    return frozenset(everywhere | {place for place, count in outermost.items() if count >= _PAGES_OF_A_CHAPTER})


def _is_furniture(line: Piece, page: Page, running_heads: frozenset[tuple[str, int]]) -> bool:
    if line.is_table:
        return False
    if _is_at_edge(line, page) and _place(line) in running_heads:
        return True
    return bool(_PAGE_NUMBER.fullmatch(line.text.strip())) and _stands_alone_at_edge(line, page)


def _stands_alone_at_edge(line: Piece, page: Page) -> bool:
    """Whether nothing stands between a line in the outer fifth of a page and that page's top or bottom."""
    others = [other for run in page.runs for other in run if other is not line]
    if line.box.top > 0.8 * page.height:
        return all(other.box.bottom <= line.box.top + 1 for other in others)
    return line.box.bottom < 0.2 * page.height and all(other.box.top >= line.box.bottom - 1 for other in others)


def _is_at_edge(line: Piece, page: Page) -> bool:
    return line.box.bottom < _EDGE_OF_PAGE * page.height or line.box.top > (1 - _EDGE_OF_PAGE) * page.height


def _place(line: Piece) -> tuple[str, int]:
    """A line's text with its numbers made equal, and its height on the page in steps of eight points."""
    return re.sub(r"\d+", "#", line.text).strip().lower(), round(line.box.top / 8)


def _body_size(lines: Sequence[Piece]) -> float:
    weights: Counter[float] = Counter()
    for line in lines:
        weights[_half_points(line.size)] += len(line.text)
    return weights.most_common(1)[0][0] if weights else 10.0


def _is_mostly_bold(lines: Sequence[Piece]) -> bool:
    return sum(len(line.text) for line in lines if line.bold) * 2 > sum(len(line.text) for line in lines)


def _heading_sizes(lines: Sequence[Piece], body_size: float) -> tuple[float, ...]:
    """The sizes of headings, the largest first."""
    sizes = {
        _half_points(line.size)
        for line in lines
        if line.size >= body_size * _HEADING_SIZE_RATIO
        and len(line.text) <= _LONGEST_HEADING
        and _has_letter(line.text)
    }
    return tuple(sorted(sizes, reverse=True))


def _half_points(size: float) -> float:
    return round(size * 2) / 2


def _has_letter(text: str) -> bool:
    return any(character.isalpha() for character in text)


@dataclass(frozen=True, slots=True)
class _Block:
    """One Markdown block: `kind` says whether the next page may go on with it."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _Writer:
    body_size: float
    body_is_bold: bool
    heading_sizes: tuple[float, ...]
    words: Counter[str]

    def blocks(self, runs: Sequence[Sequence[Piece]]) -> Iterator[_Block]:
        for run in runs:
            yield from self._run(run)

    def _run(self, run: Sequence[Piece]) -> Iterator[_Block]:
        if not run:
            return
        leading = _usual_leading(run)
        right = max((line.box.right for line in run if not line.is_table), default=0)
        group: list[Piece] = []
        for line in run:
            if group and self._begins_new(group, line, leading, right):
                yield self._block(group)
                group = []
            group.append(line)
        yield self._block(group)

    def _begins_new(self, group: list[Piece], line: Piece, leading: float, right: float) -> bool:
        last = group[-1]
        if last.is_table or line.is_table or self._level(last) != self._level(line):
            return True
        if line.box.top - last.box.top > _PARAGRAPH_GAP_RATIO * max(leading, last.size) or line.box.top < last.box.top:
            return True
        if self._level(line):
            return False
        if _item_mark(line.text):
            return True
        # A last line that ends a sentence well before the margin, or a line set in from the others, begins a paragraph.
        if _SENTENCE_END.search(last.text[-3:]) and last.box.right < right - 3 * last.size:
            return True
        in_item = _item_mark(group[0].text)
        return not in_item and line.box.left > last.box.left + 1.2 * line.size and len(group) > 1

    def _level(self, line: Piece) -> int:
        """The heading level of a line, 0 for ordinary text."""
        if line.is_table or not _has_letter(line.text) or len(line.text) > _LONGEST_HEADING:
            return 0
        size = _half_points(line.size)
        if size in self.heading_sizes:
            return min(self.heading_sizes.index(size) + 1, _MOST_HEADING_SIZES)
        is_bold_line = line.bold and not self.body_is_bold and not line.text.endswith((".", "。", "，", ",", "；", ";"))
        if is_bold_line and line.size >= 0.95 * self.body_size and not _is_bullet(line.text):
            return min(len(self.heading_sizes) + 1, _MOST_HEADING_SIZES + 1)
        return 0

    def _block(self, group: list[Piece]) -> _Block:
        first = group[0]
        if first.is_table:
            return _Block("table", first.text)
        if level := self._level(first):
            title = self.joined([line.text for line in group])
            return _Block("heading", f"{'#' * level} {title}")
        text = self.joined([line.text for line in group])
        if mark := _LIST_ITEM.match(text):
            rest = text[mark.end() :].strip()
            return _Block(
                "item", f"{mark['number'].strip('(') if mark['number'] else '-'} {rest}".replace("） ", ") ", 1)
            )
        if _CHINESE_ITEM.match(text):
            return _Block("item", f"- {text}")
        return _Block("paragraph", text)

    def joined(self, lines: Sequence[str]) -> str:
        text = lines[0]
        for line in lines[1:]:
            text = self.join(text, line)
        return text

    def join(self, left: str, right: str) -> str:
        """Two lines as one: a word cut by a hyphen made whole, unless it is written with one elsewhere."""
        cut = _CUT_WORD.search(left[-_LONGEST_WORD:])
        next_word = re.match(r"[^\W\d_]+", right)
        if not cut or not next_word or not right[0].islower():
            return join_texts(left, right)
        whole, hyphened = (cut[1] + next_word[0]).lower(), f"{cut[1]}-{next_word[0]}".lower()
        if self.words[hyphened] > self.words[whole]:
            return left + right
        return left[:-1] + right


def _usual_leading(run: Sequence[Piece]) -> float:
    """The usual step from line to line; two or three lines alone are held to be set no wider than half a line apart."""
    steps = sorted(
        below.box.top - above.box.top
        for above, below in pairwise(run)
        if 0 < below.box.top - above.box.top < 4 * above.size and not above.is_table
    )
    if not steps:
        return 0.0
    usual = steps[len(steps) // 3]
    return usual if len(steps) >= _STEPS_TO_TRUST else min(usual, 1.5 * run[0].size)


def _item_mark(text: str) -> bool:
    return bool(_LIST_ITEM.match(text) or _CHINESE_ITEM.match(text))


def _is_bullet(text: str) -> bool:
    mark = _LIST_ITEM.match(text)
    return bool(mark and mark["bullet"])


def _across_pages(blocks: list[_Block], writer: _Writer) -> Iterator[str]:
    """The texts of the blocks; a paragraph that a column or page cut in two is one, list items stand together."""
    merged: list[_Block] = []
    for block in blocks:
        last = merged[-1] if merged else None
        if (
            last
            and block.kind == "paragraph"
            and last.kind in {"paragraph", "item"}
            and _goes_on(last.text, block.text)
        ):
            merged[-1] = _Block(last.kind, writer.join(last.text, block.text))
        elif last and block.kind == last.kind == "item":
            merged[-1] = _Block("item", f"{last.text}\n{block.text}")
        else:
            merged.append(block)
    return (block.text for block in merged)


def _goes_on(above: str, below: str) -> bool:
    """Whether a paragraph plainly continues: it stops in mid-sentence and the next begins in one."""
    if _SENTENCE_END.search(above[-3:]):
        return False
    return below[:1].islower() or bool(
        re.match(r"[\u4e00-\u9fff，、；]", below) and re.match(r"[\u4e00-\u9fff，、]", above[-1:])
    )
