"""
Turns the HTML that people put into Markdown into Markdown itself, and drops what it hides.

Only elements that HTML knows count as tags: "enter <order number>" is text. Code is left alone. Without this a hidden
`<div>` would be invisible where the file is shown, but read by a model.
"""

import re
from collections.abc import Callable

from lxml import html

from knowledge.loaders.cleaning import without_comments
from knowledge.loaders.html_markdown import block_markdown
from knowledge.loaders.html_visibility import drop_hidden
from knowledge.loaders.superscripts import after_superscript

_TAG_NAMES = (
    "a abbr article aside b big blockquote body br button caption center cite code col colgroup dd del "
    "details dfn div dl dt em embed fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header "
    "hr html i iframe img input ins kbd label legend li link main mark meta nav noscript object ol option p "
    "picture pre q s samp script section select small source span strike strong style sub summary sup svg "
    "table tbody td template textarea tfoot th thead time title tr tt u ul var video wbr"
)
_ATTRIBUTE = r"""\s+[\w:@.-]{1,80}(?:\s*=\s*(?:"[^"]{0,4000}"|'[^']{0,4000}'|[^\s"'=<>`]{1,2000}))?"""
_TAG = re.compile(rf"</?(?:{'|'.join(_TAG_NAMES.split())})(?:{_ATTRIBUTE}){{0,40}}\s*/?>", re.IGNORECASE)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_CODE_SPAN = re.compile(r"(?<!`)(`{1,8})(?!`)(.{1,2000}?)(?<!`)\1(?!`)")
_TABLE_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
# Stand around the number of a protected piece; the cleaning of every document removes them from the text itself.
_OPEN, _CLOSE = "\x02", "\x03"
_PROTECTED = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_WRITTEN_WHOLE = frozenset({"table", "ul", "ol", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"})
_OWN_LINES = frozenset(
    {"p", "div", "section", "article", "main", "center", "details", "header", "figure", "figcaption", "hr"}
)
_DROPPED = frozenset({"del", "s", "strike", "nav", "footer", "form", "button", "aside"})


def without_html(body: str) -> tuple[str, int]:
    """The body in pure Markdown, and how many characters its HTML hid."""
    if "<!--" not in body and not _TAG.search(body):
        return body, 0
    pieces: list[str] = []

    def protect(text: str) -> str:
        pieces.append(text)
        return f"{_OPEN}{len(pieces) - 1}{_CLOSE}"

    protected = _code_protected(body.replace(_OPEN, "").replace(_CLOSE, ""), protect)
    text = without_comments(protected, "<!--", "-->")
    hidden = len(protected) - len(text)
    if _TAG.search(text):
        tree = html.document_fromstring(f"<html><body><div>{_escaped(text)}</div></body></html>")
        hidden += drop_hidden(tree)
        text = _verbatim(tree.find("body"))
    return _PROTECTED.sub(lambda match: pieces[int(match[1])], text).strip("\n"), hidden


def _code_protected(body: str, protect: Callable[[str], str]) -> str:
    """The body with fenced code and code spans replaced by placeholders."""
    lines: list[str] = []
    fence: list[str] = []
    mark = ""
    for line in body.split("\n"):
        found = _FENCE.match(line)
        if mark:
            fence.append(line)
            if found and found[1].startswith(mark) and not line.strip(" `~"):
                lines.append(protect("\n".join(fence)))
                fence, mark = [], ""
        elif found:
            fence, mark = [line], found[1]
        else:
            text = _TABLE_LINE_BREAK.sub(" ", line) if line.lstrip().startswith("|") else line
            lines.append(_CODE_SPAN.sub(lambda match: protect(match[0]), text))
    if fence:
        lines.append(protect("\n".join(fence)))
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """Markup in which only known tags are tags; ampersands stay, so that entities are read."""
    parts: list[str] = []
    place = 0
    for tag in _TAG.finditer(text):
        parts.extend((text[place : tag.start()].replace("<", "&lt;"), tag[0]))
        place = tag.end()
    return "".join([*parts, text[place:].replace("<", "&lt;")])


def _verbatim(node: html.HtmlElement) -> str:
    """The content of an element with its own line ends, its HTML written as Markdown."""
    text = node.text or ""
    for child in node:
        if isinstance(child.tag, str):
            text = _with_element(text, child)
        text += child.tail or ""
    return text


def _with_element(before: str, node: html.HtmlElement) -> str:
    if node.tag in _DROPPED:
        return before
    if node.tag in _WRITTEN_WHOLE:
        return f"{before}\n\n{block_markdown(node)}\n\n"
    inner = _verbatim(node)
    core = inner.strip()
    if node.tag == "summary":
        return f"{before}\n\n### {' '.join(core.split())}\n\n"
    if node.tag in _OWN_LINES:
        return f"{before}\n\n{inner}\n\n"
    if node.tag == "br":
        return f"{before}\n"
    if node.tag == "img":
        return before + (node.get("alt") or "")
    if node.tag == "sup":
        return after_superscript(before, inner)
    if node.tag in {"b", "strong"} and core and "**" not in core:
        return before + inner.replace(core, f"**{core}**")
    target = node.get("href") or ""
    if node.tag == "a" and core and re.match(r"(?:https?|mailto|tel):\S+$", target):
        return before + inner.replace(core, f"[{core}]({target})")
    return before + inner
