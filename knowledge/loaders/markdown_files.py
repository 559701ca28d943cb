"""
Markdown with optional YAML front matter -> article.

Front matter is the file's own word about itself (title, language, questions, aliases, tags, ...), returned as
`metadata`; what it may mean is decided by whoever stores the document.
"""

import datetime
from collections.abc import Mapping

import yaml

from csassist.core.files.encoding import decode_text
from csassist.core.json_types import JSONObject, JSONValue
from knowledge.loaders.document import ParsedDocument, Unparseable
from knowledge.loaders.headings import main_heading
from knowledge.loaders.limits import MAX_FRONT_MATTER_BYTES
from knowledge.loaders.markdown_html import without_html


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases: a few lines of them unfold to gigabytes, and front matter never needs one."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError("aliases are not read", problem_mark=mark)
        return super().compose_node(parent, index)


def load_markdown(content: bytes) -> ParsedDocument:
    text = decode_text(content)
    metadata, body = split_front_matter(text)
    visible, removed = without_html(body)
    language = metadata.get("language") or metadata.get("lang")
    title = metadata.get("title")
    return ParsedDocument(
        kind="article",
        title=str(title) if title else main_heading(visible),
        body=visible,
        language=str(language) if language else None,
        notes=(f"hidden_text: {removed}",) if removed else (),
        metadata=metadata,
    )


def split_front_matter(text: str) -> tuple[JSONObject, str]:
    """The mapping between a leading pair of `---` lines, and the rest. Raises Unparseable on bad YAML."""
    if not text.startswith("---\n"):
        return {}, text
    end = text.find("\n---", 3, MAX_FRONT_MATTER_BYTES)
    if end < 0 or text[end + 4 : end + 5] not in {"\n", "", " "}:
        return {}, text
    try:
        raw = yaml.load(text[4:end], _PlainLoader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Unparseable("malformed", "front_matter", line=mark.line + 2 if mark else 1) from error
    body = text[end + 4 :].partition("\n")[2]
    if raw is None:
        return {}, body
    if not isinstance(raw, Mapping):
        return {}, text
    return {str(key): _plain(value) for key, value in raw.items()}, body


def _plain(value: object) -> JSONValue:
    """YAML dates become ISO text; everything else JSON already has."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
