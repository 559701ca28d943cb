"""Articles like this one. What was found is kept for a while; who may open it is asked anew for every reader."""

import time
from collections import OrderedDict
from threading import Lock
from uuid import UUID

from csassist.web.help_centre.searching import related_ids
from knowledge.articles import in_this_order, readable
from knowledge.models import Audience, Document

MOST_SHOWN = 4
MOST_FOUND = 8  # some may be withdrawn while they are kept
KEPT_SECONDS = 600.0
MOST_KEPT = 1_000

Key = tuple[UUID, Audience]
_kept: OrderedDict[Key, tuple[float, tuple[str, ...]]] = OrderedDict()
_keeping = Lock()


def related_articles(document: Document, *, reader: Audience) -> list[Document]:
    """Up to four, nearest first; none while the search is down."""
    if document.live_version is None:
        return []
    key = (document.live_version.public_id, reader)
    ids = _recalled(key)
    if ids is None:
        ids = related_ids(document, reader=reader, most=MOST_FOUND)
        _keep(key, ids)
    return in_this_order(ids, readable(reader).filter(public_id__in=ids))[:MOST_SHOWN] if ids else []


def forget_related() -> None:
    with _keeping:
        _kept.clear()


def _recalled(key: Key) -> tuple[str, ...] | None:
    with _keeping:
        kept_until, ids = _kept.get(key, (0.0, ()))
    return ids if time.monotonic() < kept_until else None


def _keep(key: Key, ids: tuple[str, ...]) -> None:
    if not ids:
        return  # nothing found may mean that nothing could be asked
    with _keeping:
        _kept[key] = (time.monotonic() + KEPT_SECONDS, ids)
        _kept.move_to_end(key)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
