"""
Turns text that nobody vouches for into HTML that can do nothing: the only place where text becomes markup.

Two walls stand behind each other. The parser knows no raw HTML, its tokens pass an allowlist, images become their
description and a link becomes text with its host shown unless CSASSIST_LINK_HOSTS names the host; what comes out is
then cleaned again by nh3. Work is bounded before it starts: a text with too many marks is shown as it was typed.
"""

import json
import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, count, pairwise
from urllib.parse import SplitResult, urlsplit

import nh3
from django.conf import settings
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it.token import Token

from csassist.core.bilingual_markdown import BilingualMarkdown
from csassist.core.json_types import JSONObject

# Each of these characters stops the parser once; everything between two of them costs next to nothing.
MARK = re.compile(r"[\n!#$%&*+\-:<=>@\[\\\]^_`{}~|]")
LINK = re.compile(r"!\[|\]\(|<[A-Za-z][\w.+-]*[:@]")
LINK_WEIGHT = 4  # an address is parsed twice, an image looked for to the end
TABLE_EDGE_CHARACTERS = frozenset(" \t>|:-")
# Control characters, and those that make text read in another order than it is stored.
DECEIVING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

INLINE_TYPES = frozenset({"text", "em_open", "em_close", "strong_open", "strong_close", "code_inline"})
BREAK_TYPES = frozenset({"softbreak", "hardbreak"})
BLOCK_TAGS = frozenset(
    {"p", "ul", "ol", "li", "pre", "code", "table", "thead", "tbody", "tr", "th", "td", "blockquote", "hr"}
)
INLINE_TAGS = frozenset({"em", "strong", "code", "br", "a"})
HEADING_TAGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
# Written by us, so that no heading can take the id of something else on the page.
ANCHOR_PREFIX = "s-"
ANCHOR_MOST_CHARACTERS = 60
# A marker of a source, and what must be told from text to find one.
MARKER = re.compile(r"\[(\d{1,2})\]")
TAG = re.compile(r"(<[^>]*>)")
UNTOUCHED_TAGS = frozenset({"a", "code", "pre"})
SCRIPT_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@dataclass(frozen=True)
class Dialect:
    """What a kind of text may hold and the most work it may cause (marks and table cells together)."""

    block_rules: tuple[str, ...]
    has_headings: bool
    breaks_lines: bool
    most_marks_count: int


MESSAGE = Dialect(("table", "fence", "list", "heading"), has_headings=False, breaks_lines=True, most_marks_count=3_000)
ARTICLE = Dialect(
    ("table", "fence", "blockquote", "hr", "list", "heading"),
    has_headings=True,
    breaks_lines=False,
    most_marks_count=6_000,
)


def render_message(text: str) -> SafeString:
    """A message of anyone (customer, assistant, staff) as HTML. Headings become bold lines; `[1]` stays text."""
    return _render(text, MESSAGE)


def render_article(markdown: str) -> SafeString:
    """An article or a section of one as HTML. Its headings begin at h2, below the title of the page."""
    return _render(markdown, ARTICLE)


@dataclass(frozen=True)
class Chip:
    """A small button in place of a marker such as `[1]`: `address` is where its source is found, `label` its name."""

    address: str
    number: int
    title: str
    label: str


def render_cited(text: str, chips: Mapping[int, Chip]) -> SafeString:
    """A message in which the marker of each of these sources is a button. A marker of another source stays text."""
    html = render_message(text)
    if not chips:
        return html
    inside = 0
    parts: list[str] = []
    for part in TAG.split(html):
        if part.startswith("<"):
            if part.strip("</>").split()[0] in UNTOUCHED_TAGS:
                inside += -1 if part.startswith("</") else 1
            parts.append(part)
        else:
            parts.append(part if inside else MARKER.sub(lambda found: _chip(found, chips), part))
    return mark_safe("".join(parts))  # noqa: S308 -- cleaned HTML and chips, whose words are escaped


def _chip(marker: re.Match[str], chips: Mapping[int, Chip]) -> str:
    chip = chips.get(int(marker[1]))
    if chip is None:
        return marker[0]
    words = '<button type="button" class="chip" data-source="{}" aria-label="{}" title="{}">{}</button>'
    return format_html(words, chip.address, chip.label, chip.title, chip.number)


@dataclass(frozen=True)
class Heading:
    """A heading of a page; `level` is 2 for h2."""

    anchor: str
    text: str
    level: int


@dataclass(frozen=True)
class RenderedPage:
    html: SafeString
    headings: tuple[Heading, ...]


def render_page(markdown: str) -> RenderedPage:
    """An article that has a page of its own: its topmost headings become h2, and each heading has an anchor."""
    visible = _visible(markdown)
    if _work(visible) > ARTICLE.most_marks_count:
        return RenderedPage(_as_typed(visible), ())
    parser = _parser(ARTICLE)
    tokens = list(_allowed_blocks(parser.parse(visible), ARTICLE))
    headings = _set_anchors(tokens)
    html: str = parser.renderer.render(tokens, parser.options, {})
    return RenderedPage(cleaned(html, anchors=frozenset(heading.anchor for heading in headings)), headings)


def anchor_of(heading: str) -> str:
    """The anchor that the first heading of these words has on its page."""
    words = slugify(heading, allow_unicode=True)[:ANCHOR_MOST_CHARACTERS].strip("-_")
    return f"{ANCHOR_PREFIX}{words or 'part'}"


def linked_data(facts: JSONObject) -> SafeString:
    """A schema.org description for search engines: data that no browser runs, and that cannot end its own element."""
    text = json.dumps({"@context": "https://schema.org", **facts}, ensure_ascii=False).translate(SCRIPT_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 -- <, > and & are escaped


def _set_anchors(tokens: Sequence[Token]) -> tuple[Heading, ...]:
    """Gives each heading token its level on the page and its id; returns the headings in order."""
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    lift = min(levels, default=2) - 2
    found: dict[str, Heading] = {}
    for token, following in pairwise(tokens):
        if token.type not in {"heading_open", "heading_close"}:
            continue
        token.tag = f"h{int(token.tag[1]) - lift}"
        if token.type == "heading_open":
            text = "".join(child.content for child in following.children or [])
            anchor = _unused(anchor_of(text), found)
            token.attrs = {"id": anchor}
            found[anchor] = Heading(anchor, text, int(token.tag[1]))
    if tokens and tokens[-1].type == "heading_close":
        tokens[-1].tag = f"h{int(tokens[-1].tag[1]) - lift}"
    return tuple(found.values())


def _unused(anchor: str, taken: Container[str]) -> str:
    return next(name for name in chain([anchor], (f"{anchor}-{number}" for number in count(2))) if name not in taken)


def _render(text: str, dialect: Dialect) -> SafeString:
    visible = _visible(text)
    if _work(visible) > dialect.most_marks_count:
        return _as_typed(visible)
    return cleaned(permitted_html(visible, dialect))


def _visible(text: str) -> str:
    return DECEIVING.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _as_typed(text: str) -> SafeString:
    return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308 -- escaped text between <p> and <br>


def permitted_html(text: str, dialect: Dialect) -> str:
    """The first wall: Markdown of which only the allowlisted tokens become tags."""
    parser = _parser(dialect)
    tokens = list(_allowed_blocks(parser.parse(text), dialect))
    html: str = parser.renderer.render(tokens, parser.options, {})
    return html


@cache
def _parser(dialect: Dialect) -> BilingualMarkdown:
    return BilingualMarkdown(dialect.block_rules, line_breaks=dialect.breaks_lines)


def cleaned(html: str, *, anchors: frozenset[str] = frozenset()) -> SafeString:
    """The second wall: whatever HTML comes in, only the allowlisted tags, links and these ids of headings come out."""
    clean = nh3.clean(
        html,
        tags={*BLOCK_TAGS, *INLINE_TAGS, *HEADING_TAGS},
        attributes={"a": {"href"}, "ol": {"start"}, **({tag: {"id"} for tag in HEADING_TAGS} if anchors else {})},
        attribute_filter=_attribute_check(anchors),
        set_tag_attribute_values={"a": {"target": "_blank"}},
        link_rel="noopener noreferrer nofollow",
        url_schemes={"https"},
        url_relative="deny",
    )
    return mark_safe(clean.strip())  # noqa: S308 -- everything in it passed both walls


def _attribute_check(anchors: frozenset[str]) -> Callable[[str, str, str], str | None]:
    def checked(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "id":
            return value if value in anchors else None
        return value if attribute != "href" or allowed_link(value) == value else None

    return checked


def _work(text: str) -> int:
    """How many marks the parser will stop at, links weighing more, and how many table cells it will make, at most."""
    return len(MARK.findall(text)) + LINK_WEIGHT * len(LINK.findall(text)) + _cells_count(text)


def _cells_count(text: str) -> int:
    """A short row of a table is filled up to its width, so a few characters can ask for very many cells."""
    cells = rows = 0
    for line in reversed(text.split("\n")):
        rows = rows + 1 if line.strip() else 0
        if "|" in line and "-" in line and TABLE_EDGE_CHARACTERS.issuperset(line):
            cells += rows * (line.count("|") + 1)
    return cells


def _allowed_blocks(tokens: list[Token], dialect: Dialect) -> Iterator[Token]:
    """The tokens of the allowlist without any attribute but a list's first number; others lose their tag."""
    is_heading = False
    for token in tokens:
        start = token.attrs.get("start")
        token.attrs = {"start": start} if token.type == "ordered_list_open" and isinstance(start, int) else {}
        token.info = ""
        if token.type in {"heading_open", "heading_close"}:
            is_heading = token.type == "heading_open"
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}" if dialect.has_headings else "p"
            yield token
        elif token.type == "inline":
            token.children = list(_allowed_inlines(token.children or []))
            if is_heading and not dialect.has_headings:
                token.children = [
                    Token("strong_open", "strong", 1),
                    *token.children,
                    Token("strong_close", "strong", -1),
                ]
            yield token
        elif token.tag in BLOCK_TAGS:
            yield token


def _allowed_inlines(tokens: list[Token]) -> Iterator[Token]:
    label, address = "", ""
    for token in tokens:
        if token.type == "link_open":
            label, address = "", str(token.attrs.get("href", ""))
            if link := allowed_link(address):
                token.attrs = {"href": link}
                yield token
        elif token.type == "link_close":
            if allowed_link(address):
                yield token
            elif (shown := _place_of(address)) and shown not in label.lower():
                yield _text(f" ({shown})")
        elif token.type == "image":
            label += token.content
            yield _text(token.content)
        elif token.type in INLINE_TYPES or token.type in BREAK_TYPES:
            label += token.content
            token.attrs = {}
            yield token


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def allowed_link(address: str) -> str | None:
    """The address if it may be a link (https to a host of CSASSIST_LINK_HOSTS, no query, user or port), else None."""
    parts = _split(address)
    if parts is None or parts.scheme != "https" or parts.query or "?" in address or "\\" in address:
        return None
    is_known = parts.netloc.lower() in {host.lower() for host in settings.CSASSIST_LINK_HOSTS}
    return address if is_known else None


def _place_of(address: str) -> str:
    """What a reader should know about a link shown as text: its host, e-mail address or number, or nothing."""
    parts = _split(address)
    if parts is None:
        return ""
    if parts.scheme in {"http", "https"}:
        return (parts.hostname or "").lower()
    return parts.path.lower() if parts.scheme in {"mailto", "tel"} else ""


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:  # an address no browser would read either
        return None
