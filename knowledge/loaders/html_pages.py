"""
A web page -> its main text as Markdown.

The author's own landmark (`main`, `article`) is believed first. A page without one, but with navigation around its
text, is given to trafilatura to find the text; a bare fragment is taken whole.
"""

import re
from collections.abc import Iterator

from lxml import html

from csassist.core.files.encoding import decode_text
from knowledge.loaders.document import ParsedDocument, Unparseable
from knowledge.loaders.headings import main_heading
from knowledge.loaders.html_markdown import markdown_of
from knowledge.loaders.html_visibility import drop_hidden

_DECLARED_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w-]{2,30})", re.I)
_LANDMARKS = "//main | //*[@role='main'] | //article"
_BOILERPLATE = (
    ".//nav | .//footer | .//aside | .//form | .//dialog | .//header[not(.//h1)] | .//button | .//select"
    "| .//*[@role='navigation' or @role='banner' or @role='contentinfo' or @role='search'"
    " or @role='complementary' or @role='dialog' or @role='alert']"
)
_NOISE = re.compile(
    r"(?:^|[\s_-])(?:breadcrumbs?|sidebar|related(?:[_-]?(?:articles?|posts?|links?))?|share|sharing|social|cookies?"
    r"|newsletter|subscribe|pagination|pager|comments?|skip(?:[_-]?link)?|menu|navbar|nav|footer|advert(?:isement)?|promo|toc"
    r"|votes?|feedback|helpful|recently[_-]viewed|byline|author[_-]?(?:info|box)|edit[_-]?(?:link|section))(?:$|[\s_-])",
    re.IGNORECASE,
)
_BLOCKS = " or ".join(f"self::{tag}" for tag in ("div", "section", "ul", "ol", "dl", "p", "table", "h2", "h3", "h4"))
_MOST_NOISE_RATIO = 0.4
_LEAST_LANDMARK_CHARACTERS = 80
# Below this share of a page's text, trafilatura has thrown away too much to be trusted with it.
_LEAST_KEPT_RATIO = 0.35


def load_html(content: bytes) -> ParsedDocument:
    tree = _tree(content)
    title = _first_text(tree, "//meta[@property='og:title']/@content") or _first_text(tree, "//title/text()")
    language = _first_text(tree, "/html/@lang") or _first_text(tree, "/html/@xml:lang")
    base = _first_text(tree, "//base/@href") or ""
    if re.match(r"https?://", base):
        tree.make_links_absolute(base, handle_failures="ignore")
    hidden = drop_hidden(tree)
    body = _main_markdown(tree)
    return ParsedDocument(
        kind="article",
        title=main_heading(body) or title,
        body=body,
        language=language,
        notes=(f"hidden_text: {hidden}",) if hidden else (),
    )


def _tree(content: bytes) -> html.HtmlElement:
    declared = _DECLARED_CHARSET.search(content[:4096])
    text = decode_text(content, declared=declared[1].decode("ascii") if declared else None)
    text = re.sub(r"^\s{0,99}<\?xml[^>]{0,200}\?>", "", text)
    try:
        return html.document_fromstring(text.replace("\x00", ""), ensure_head_body=True)
    except (ValueError, html.etree.ParserError) as error:
        raise Unparseable("malformed", "html") from error


def _main_markdown(tree: html.HtmlElement) -> str:
    landmark = _landmark(tree)
    if landmark is None and (found := _found_by_trafilatura(tree)):
        return found
    root = tree.find("body") if landmark is None else landmark
    _drop(root, _BOILERPLATE)
    _drop_named_noise(root)
    return markdown_of(root)


def _landmark(tree: html.HtmlElement) -> html.HtmlElement | None:
    """The outermost landmark with the most text, if it has enough to be the page's subject."""
    candidates = [node for node in tree.xpath(_LANDMARKS) if not _has_landmark_above(node)]
    best = max(candidates, key=_text_length, default=None)
    return best if best is not None and _text_length(best) >= _LEAST_LANDMARK_CHARACTERS else None


def _has_landmark_above(node: html.HtmlElement) -> bool:
    return any(above.tag in {"main", "article"} or above.get("role") == "main" for above in node.iterancestors())


def _found_by_trafilatura(tree: html.HtmlElement) -> str | None:
    """Markdown of the text trafilatura picks; None for a page without boilerplate or when it drops too much."""
    surroundings = tree.xpath(_BOILERPLATE)
    if not surroundings:
        return None
    import trafilatura

    found = trafilatura.extract(
        html.tostring(tree, encoding="unicode"),
        output_format="markdown",
        include_tables=True,
        include_formatting=True,
        include_comments=False,
        favor_recall=True,
    )
    around = sum(_text_length(node) for node in surroundings)
    expected = max(_text_length(tree.find("body")) - around, 1)
    return found if found and len(found) >= expected * _LEAST_KEPT_RATIO else None


def _text_length(node: html.HtmlElement) -> int:
    return len("".join(node.text_content().split()))


def _drop(root: html.HtmlElement, path: str) -> None:
    for node in root.xpath(path):
        if node is not root and node.getparent() is not None:
            node.drop_tree()


def _drop_named_noise(root: html.HtmlElement) -> None:
    """Drop what classes and ids call by a name of page furniture, unless it holds much of the text or its heading."""
    whole = _text_length(root)
    # Inside a paragraph or code such a name means something else: a "comment" there belongs to the program shown.
    for node in root.xpath(f".//*[{_BLOCKS}][@class or @id]"):
        if node.getparent() is None or not _NOISE.search(f"{node.get('class', '')} {node.get('id', '')}"):
            continue
        if _text_length(node) < _MOST_NOISE_RATIO * whole and not node.xpath("descendant-or-self::h1"):
            node.drop_tree()


def _first_text(tree: html.HtmlElement, path: str) -> str | None:
    found: Iterator[str] = (str(value).strip() for value in tree.xpath(path))
    return next((value for value in found if value), None)
