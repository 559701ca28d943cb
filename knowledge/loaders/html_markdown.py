"""
An HTML element -> Markdown: headings, paragraphs, lists, tables, quotes, code, definitions, collapsible sections.

Images become their alternative text and links keep only web targets: an answer shows neither pictures nor relative
paths.
"""

import re
from collections.abc import Callable, Iterator

from lxml import html

from knowledge.loaders.characters import CJK
from knowledge.loaders.document import Unparseable
from knowledge.loaders.limits import MAX_TEXT_BYTES
from knowledge.loaders.superscripts import after_superscript
from knowledge.loaders.tables import markdown_table

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_INLINE_TAGS = (
    "a abbr b bdi bdo big br cite code data del dfn em font i img ins kbd label mark q s samp small span strong sub "
    "sup time tt u var wbr"
)
_INLINE = frozenset(_INLINE_TAGS.split())
_DEEPEST = 200
# Stands for <br> until a paragraph is written; the parser never gives this character.
_BREAK = "\x00"
_SOURCE_LINE_END_IN_CJK = re.compile(f"(?<=[{CJK}])[ \\t]*\\n\\s*(?=[{CJK}])")


def markdown_of(root: html.HtmlElement) -> str:
    """The Markdown of what an element contains."""
    return "\n\n".join(block for block in _blocks(root, 0) if block.strip())


def block_markdown(node: html.HtmlElement) -> str:
    """The Markdown of one block element itself."""
    return "\n\n".join(block for block in _block(node, 0) if block.strip())


def _blocks(node: html.HtmlElement, depth: int) -> Iterator[str]:
    """The Markdown blocks of an element's content; runs of inline content between blocks form paragraphs."""
    run: list[str] = [node.text or ""]
    for child in node:
        if not isinstance(child.tag, str):
            run.append(child.tail or "")
        elif _is_inline(child):
            _append(run, child, depth)
        else:
            yield _paragraph(run)
            yield from _block(child, depth + 1)
            run = [child.tail or ""]
    yield _paragraph(run)


def _is_inline(node: html.HtmlElement) -> bool:
    return node.tag in _INLINE and not any(
        isinstance(inner.tag, str) and inner.tag not in _INLINE for inner in node.iterdescendants()
    )


def _block(node: html.HtmlElement, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        yield _paragraph([_all_text(node)])
        return
    if level := _HEADINGS.get(node.tag):
        title = _one_line(_inline(node, depth)).replace("**", "")
        yield f"{'#' * level} {title}" if title else ""
    elif writer := _WRITERS.get(node.tag):
        yield writer(node, depth)
    else:
        yield from _blocks(node, depth)


def _inline(node: html.HtmlElement, depth: int) -> str:
    """The text of an inline element with the marks that carry meaning: strong, code, link."""
    if node.tag == "br":
        return _BREAK
    if node.tag == "img":
        return node.get("alt") or ""
    if node.tag in {"del", "s", "strike"} or depth > _DEEPEST:
        return ""
    inner = [node.text or ""]
    for child in node:
        _append(inner, child, depth + 1)
    text = "".join(inner)
    core = text.strip()
    if not core:
        return text
    if node.tag in {"strong", "b"} and "**" not in core and _BREAK not in core:
        return text.replace(core, f"**{core}**")
    if node.tag in {"code", "kbd", "samp", "tt"}:
        return text.replace(core, f"`{core}`")
    target = (node.get("href") or "").strip() if node.tag == "a" else ""
    if re.match(r"(?:https?|mailto|tel):\S+$", target) and "]" not in core and _BREAK not in core:
        return text.replace(core, f"[{core}]({target})")
    return text


def _append(run: list[str], child: html.HtmlElement, depth: int) -> None:
    """Put an inline element and the text behind it to a run of text."""
    text = _inline(child, depth) if isinstance(child.tag, str) else ""
    if child.tag == "sup":
        run[:] = [after_superscript("".join(run), text)]
    else:
        run.append(text)
    run.append(child.tail or "")


def _paragraph(run: list[str]) -> str:
    return "\n".join(line for line in map(_one_line, "".join(run).split(_BREAK)) if line)


def _one_line(text: str) -> str:
    """The text as a browser shows it: line ends of the source are blanks, or nothing inside Chinese."""
    return " ".join(_SOURCE_LINE_END_IN_CJK.sub("", text).replace(_BREAK, " ").split())


def _list(node: html.HtmlElement, depth: int) -> str:
    lines: list[str] = []
    number = int(start) if (start := node.get("start") or "1").isdigit() else 1
    for item in node:
        if item.tag in {"ul", "ol"}:
            lines.extend(f"   {line}" for line in _list(item, depth + 1).split("\n"))
            continue
        if item.tag != "li":
            continue
        mark = f"{number}. " if node.tag == "ol" else "- "
        blocks = [block for block in _blocks(item, depth + 1) if block.strip()]
        if not blocks:
            continue
        number += 1
        # A sub-list follows its item's text directly; a blank line would start a new list.
        text = "\n".join(blocks)
        first, *rest = text.split("\n")
        lines.append(mark + first)
        lines.extend(" " * len(mark) + line for line in rest)
    return "\n".join(lines)


def _table(node: html.HtmlElement, depth: int) -> str:
    """A grid as a pipe table; a table that only lays out a page (nested, or of one column) as its blocks."""
    rows = [row for row in node.iterdescendants("tr") if next(row.iterancestors("table")) is node]
    cells = [[cell for cell in row if cell.tag in {"td", "th"}] for row in rows]
    lays_out = node.get("role") == "presentation" or any(True for _ in node.iterdescendants("table"))
    if lays_out or max(map(len, cells), default=0) < 2:
        return "\n\n".join(
            block for row in cells for cell in row for block in _blocks(cell, depth + 1) if block.strip()
        )
    caption = node.find("caption")
    grid = markdown_table(_spread(cells, depth))
    return "\n\n".join(part for part in (_one_line(_all_text(caption)) if caption is not None else "", grid) if part)


def _spread(rows: list[list[html.HtmlElement]], depth: int) -> list[list[str]]:
    """Cell texts with row and column spans filled in, so that every row reads on its own."""
    grid: list[list[str]] = []
    pending: dict[int, tuple[int, str]] = {}
    size = 0
    for row in rows:
        texts: list[str] = []
        for cell in [*row, None]:
            while len(texts) in pending:
                left, text = pending.pop(len(texts))
                if left > 1:
                    pending[len(texts)] = (left - 1, text)
                texts.append(text)
            if cell is None:
                break
            text = " ".join(block.replace("\n", " ") for block in _blocks(cell, depth + 1) if block.strip())
            for place in range(_span(cell, "colspan")):
                if (down := _span(cell, "rowspan")) > 1:
                    pending[len(texts)] = (down - 1, text)
                texts.append(text if place == 0 else "")
        grid.append(texts)
        size += sum(map(len, texts)) + len(texts)
        if size > MAX_TEXT_BYTES:
            raise Unparseable("too_large", "text_bytes", limit_mb=MAX_TEXT_BYTES // 1024 // 1024)
    return grid


def _span(cell: html.HtmlElement, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(max(int(value), 1), 50) if value.isdigit() else 1


def _quote(node: html.HtmlElement, depth: int) -> str:
    text = "\n\n".join(block for block in _blocks(node, depth + 1) if block.strip())
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _code(node: html.HtmlElement, depth: int) -> str:
    text = _all_text(node).strip("\n")
    return f"```\n{text}\n```" if text.strip() else ""


def _definitions(node: html.HtmlElement, depth: int) -> str:
    """Terms in bold above what defines them."""
    parts = []
    for child in node.iterdescendants("dt", "dd"):
        text = " ".join(block for block in _blocks(child, depth + 1) if block.strip())
        parts.append(f"**{_one_line(text)}**" if child.tag == "dt" and text else text)
    return "\n\n".join(part for part in parts if part)


def _details(node: html.HtmlElement, depth: int) -> str:
    """A collapsible section is a small question with its answer: the summary stands as a heading."""
    summary = node.find("summary")
    title = _one_line(_all_text(summary)) if summary is not None else ""
    if summary is not None:
        summary.drop_tree()
    has_heading = summary is not None and any(True for _ in summary.iterdescendants(*_HEADINGS))
    level = next((_HEADINGS[inner.tag] for inner in summary.iterdescendants(*_HEADINGS)), 3) if has_heading else 3
    blocks = [block for block in _blocks(node, depth + 1) if block.strip()]
    return "\n\n".join([f"{'#' * level} {title}", *blocks] if title else blocks)


def _rule(node: html.HtmlElement, depth: int) -> str:
    return ""


def _all_text(node: html.HtmlElement) -> str:
    return str(node.text_content())


_WRITERS: dict[str, Callable[[html.HtmlElement, int], str]] = {
    "ul": _list,
    "ol": _list,
    "menu": _list,
    "table": _table,
    "blockquote": _quote,
    "pre": _code,
    "dl": _definitions,
    "details": _details,
    "hr": _rule,
}
