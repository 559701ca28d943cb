"""
Drops from a page what its reader would not see: scripts, comments, and text hidden by style.

Hidden text is where instructions to a model are planted, so it is removed and counted. Style sheets in other files are
not read; a rule inside the page that hides a class or id is.
"""

import itertools
import re

from lxml import etree, html

from knowledge.loaders.cleaning import without_comments

_UNREAD_TAGS = (
    "script style template noscript iframe object embed applet svg math canvas video audio picture map input textarea"
)
_UNREAD = frozenset(_UNREAD_TAGS.split())
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0?\.?0+(?:%|\s*(?:;|!|$))"
    r"|font-size\s*:\s*0?\.?[0-1](?:px|pt|em|rem|%)?\s*(?:;|!|$)"
    r"|(?:text-indent|left|top|right|margin-left)\s*:\s*-\d{3,}"
    r"|clip\s*:\s*rect\(\s*(?:0|1px)|(?<![-\w])(?:width|height)\s*:\s*0(?:px)?\s*(?:;|!|$)"
    r"|clip-path\s*:\s*(?:inset\(\s*(?:[5-9]\d|100)%|circle\(\s*0|polygon\(\s*0)|scale[xy]?\(\s*0(?:\.0+)?\s*[,)]"
    r"|content-visibility\s*:\s*hidden"
    r"|(?<![-\w])color\s*:\s*transparent",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"(?<![-\w])color\s*:\s*([^;!]{1,60})", re.IGNORECASE)
_BACKGROUND = re.compile(r"background(?:-color)?\s*:\s*([^;!]{1,60})", re.IGNORECASE)
_RULE = re.compile(r"([^{}]{1,500})\{([^{}]{0,2000})\}")
_NEAR_WHITE = re.compile(r"#f[a-f](?:f[a-f]){2}|rgba?\(25[0-5],25[0-5],25[0-5](?:,(?:1|0?\.\d+|100%))?\)")
_SEE_THROUGH = {"", "transparent", "none", "inherit", "initial", "unset"}
_MOST_ANCESTORS = 50
_LONGEST_STYLE_SHEET = 300_000
_SIMPLE_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?([.#])([\w-]{1,80})")
_WHITE = {"#fff", "#ffffff", "white", "rgb(255,255,255)", "rgba(255,255,255,1)", "#fefefe", "#fffffe"}


def drop_hidden(tree: html.HtmlElement) -> int:
    """Remove in place what is not shown; returns the number of characters of hidden prose, scripts not counted."""
    classes, ids = _hidden_names(tree)
    hidden = 0
    for node in list(tree.iter()):
        if node.getparent() is None:
            continue
        if isinstance(node, etree._Comment | etree._ProcessingInstruction):
            node.getparent().remove(_keep_tail(node))
        elif node.tag in _UNREAD:
            node.drop_tree()
        elif _is_hidden(node, classes, ids):
            hidden += len(" ".join(node.text_content().split()))
            node.drop_tree()
    return hidden


def _keep_tail(node: etree._Element) -> etree._Element:
    """Moves the text after a comment to where it stays when the comment goes."""
    if node.tail:
        before, parent = node.getprevious(), node.getparent()
        if before is not None:
            before.tail = (before.tail or "") + node.tail
        else:
            parent.text = (parent.text or "") + node.tail
        node.tail = None
    return node


def _is_hidden(node: html.HtmlElement, classes: set[str], ids: set[str]) -> bool:
    # `until-found` marks collapsed text that the browser's own search opens: its reader does see it.
    if node.get("hidden") is not None and node.get("hidden") != "until-found":
        return True
    if node.tag == "font" and (node.get("color") or "").lower() in _WHITE:
        return _ground_of(node) == "white"
    if (ids and node.get("id") in ids) or (classes and classes.intersection((node.get("class") or "").split())):
        return True
    style = node.get("style")
    if not style:
        return False
    ink = _COLOUR.search(style)
    return bool(_HIDING.search(style)) or (ink is not None and _plain(ink[1]) == _ground_of(node))


def _ground_of(node: html.HtmlElement) -> str:
    """The colour behind an element, as far as the page itself says: its own or that of the nearest one around it."""
    for around in (node, *itertools.islice(node.iterancestors(), _MOST_ANCESTORS)):
        background = _BACKGROUND.search(around.get("style") or "")
        found = _plain(background[1] if background else around.get("bgcolor") or "")
        if found not in _SEE_THROUGH:
            return found
    return "white"


def _plain(colour: str) -> str:
    """A colour in one spelling, with every near-white the same."""
    name = re.sub(r"\s+", "", colour).lower()
    return "white" if name in _WHITE or _NEAR_WHITE.fullmatch(name) else name


def _hidden_names(tree: html.HtmlElement) -> tuple[set[str], set[str]]:
    """Classes and ids that a style element of the page hides by a simple selector."""
    classes: set[str] = set()
    ids: set[str] = set()
    for sheet in tree.xpath("//style/text()"):
        rules = without_comments(str(sheet)[:_LONGEST_STYLE_SHEET], "/*", "*/")
        for selectors, rule in _RULE.findall(rules):
            if not _HIDING.search(rule):
                continue
            for selector in selectors.split(","):
                if simple := _SIMPLE_SELECTOR.fullmatch(selector.strip()):
                    (classes if simple[2] == "." else ids).add(simple[3])
    return classes, ids
