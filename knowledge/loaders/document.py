"""
What every loader returns and how it refuses.

Both cross a process border as JSON, so they hold JSON types only. Reasons and notes are codes with facts, not
sentences: the child that makes them has no translations, and whoever shows them later may read another language.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal, Self, cast

from csassist.core.files.refusal import Reason, Unparseable
from csassist.core.json_types import JSONObject, JSONValue

__all__ = ["ParsedDocument", "QaRow", "Reason", "Unparseable"]


@dataclass(frozen=True, slots=True)
class QaRow:
    """One question with its answer (Markdown) and other ways to ask it."""

    question: str
    answer: str
    aliases: tuple[str, ...] = ()
    title: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """
    The text of one file. An article has a Markdown `body`; a `qa` file has `rows` and an empty body.

    `language` is a declared or plainly recognised code ("en", "zh"); None when unsure. Each note is "code" or
    "code: detail"; `knowledge.parse_reasons.explain_note` words it. `metadata` is the file's front matter.
    """

    kind: Literal["article", "qa"]
    title: str | None = None
    body: str = ""
    rows: tuple[QaRow, ...] = ()
    language: str | None = None
    notes: tuple[str, ...] = ()
    metadata: Mapping[str, JSONValue] = field(default_factory=dict)

    def to_json(self) -> JSONObject:
        return cast(JSONObject, asdict(self))

    @classmethod
    def from_json(cls, raw: JSONObject) -> Self:
        """Undo `to_json` after a trip through JSON. Raises KeyError or TypeError on any other shape."""
        fields = dict(cast(dict[str, object], raw))
        rows = cast(list[dict[str, object]], fields.pop("rows"))
        notes = cast(list[str], fields.pop("notes"))
        return cls(rows=tuple(_row(row) for row in rows), notes=tuple(notes), **fields)  # type: ignore[arg-type]


def _row(raw: dict[str, object]) -> QaRow:
    aliases = cast(list[str], raw.pop("aliases"))
    return QaRow(aliases=tuple(aliases), **raw)  # type: ignore[arg-type]
