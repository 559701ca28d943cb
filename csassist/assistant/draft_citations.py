"""The sources of a draft as its row keeps them, so that they go out with it just as they were read."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from uuid import UUID

from csassist.assistant.citations import MARKER
from csassist.assistant.models import Draft
from csassist.conversations.events import CitedPassage
from csassist.core.json_types import JSONObject

_IDS = ("passage_id", "document_id", "version_id", "public_id")


def packed(citations: Iterable[CitedPassage]) -> list[JSONObject]:
    return [
        {name: str(value) if isinstance(value, UUID) else value for name, value in asdict(one).items()}
        | {"heading_path": list(one.heading_path)}
        for one in citations
    ]


def cited_in(draft: Draft, text: str) -> tuple[CitedPassage, ...]:
    """The sources whose numbers stand in the text."""
    kept = {int(number) for marker in MARKER.finditer(text) for number in _numbers(marker[0])}
    return tuple(one for one in unpacked(draft.citations) if one.number in kept)


def unpacked(rows: Sequence[dict[str, object]]) -> tuple[CitedPassage, ...]:
    return tuple(_cited(row) for row in rows)


def _cited(row: dict[str, object]) -> CitedPassage:
    fields = {name: UUID(str(value)) if name in _IDS else value for name, value in row.items()}
    return CitedPassage(**{**fields, "heading_path": tuple(row["heading_path"])})  # type: ignore[arg-type]


def _numbers(marker: str) -> list[str]:
    return "".join(character if character.isdigit() else " " for character in marker).split()
