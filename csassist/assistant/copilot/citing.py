"""
From what a page says an agent cited to citations that can be stored with the reply.

The page names a passage and a stretch of it; the words come from the database, and only of what customers may read now.
"""

import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from csassist.conversations.events import CitedPassage
from csassist.core.errors import Conflict, InvalidInput
from knowledge.generations import live_generation
from knowledge.models import Audience
from knowledge.ports import PassageRecord
from knowledge.selectors import DatabasePassages, collections_visible_to

MOST_CITED: Final = 9
_NAMED = re.compile(r"([0-9a-f-]{36}):(\d{1,7}):(\d{1,7})")


def cited_passages(named: Sequence[str]) -> tuple[CitedPassage, ...]:
    """
    Each is "passage:start:end", numbered from 1 in this order. Raises InvalidInput for another form or too many,
    Conflict when one is no longer what customers may read.
    """
    if len(named) > MOST_CITED:
        raise InvalidInput(_("Cite at most %(most)d sources in one reply.") % {"most": MOST_CITED})
    places = [_place(one) for one in named]
    generation = live_generation() if places else None
    if generation is None:
        if places:
            raise _gone()
        return ()
    ids = [str(passage) for passage, _start, _end in places]
    known = DatabasePassages(generation).confirm(ids, collections_visible_to(Audience.CUSTOMERS))
    return tuple(
        _cited(number, known.get(str(passage)), start, end)
        for number, (passage, start, end) in enumerate(places, start=1)
    )


def _place(named: str) -> tuple[UUID, int, int]:
    found = _NAMED.fullmatch(named)
    try:
        passage = UUID(found[1]) if found else None
    except ValueError:
        passage = None
    if found is None or passage is None:
        raise InvalidInput(_("This source cannot be cited."), field="cite")
    return passage, int(found[2]), int(found[3])


def _cited(number: int, record: PassageRecord | None, start: int, end: int) -> CitedPassage:
    if record is None or not start < end <= len(record.text):
        raise _gone()
    return CitedPassage(
        number=number,
        passage_id=UUID(record.id),
        document_id=UUID(record.document_id),
        version_id=UUID(record.version_id),
        version_number=record.version_number,
        title=record.title,
        heading_path=record.heading_path,
        quote=record.text[start:end],
        start=start,
        end=end,
        snapshot=record.text,
    )


def _gone() -> Conflict:
    return Conflict(_("A source you cite has changed or was withdrawn. Remove it and look again."))
