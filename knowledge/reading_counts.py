"""
Counting how often articles are opened without making anybody wait for it.

Opening an article only adds to a tally in memory; the web process writes the tally every few seconds, so that a page
never waits for the database's write lock. What a killed process had not written yet is lost: a few seconds of views.
"""

import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from knowledge.models import ArticleViews, Document

_noting = threading.Lock()
_noted: Counter[tuple[int, date]] = Counter()


def note_view(document: Document) -> None:
    """Count one opening, today in UTC."""
    with _noting:
        _noted[document.pk, datetime.now(UTC).date()] += 1


def write_noted() -> int:
    """Write the tally of this process; returns how many views it held. Those of a deleted document are left out."""
    tally = take_noted()
    present = set(Document.objects.filter(pk__in={pk for pk, _day in tally}).values_list("pk", flat=True))
    for (document_pk, day), count in sorted(tally.items()):
        if document_pk in present:
            _add(document_pk, day, count)
    return sum(tally.values())


def take_noted() -> dict[tuple[int, date], int]:
    """The tally of this process, by document and day; it begins anew."""
    with _noting:
        tally = dict(_noted)
        _noted.clear()
    return tally


def views_count(document: Document, *, days: int = 30) -> int:
    """How often the document was opened in the last days, today included."""
    rows = ArticleViews.objects.since(first_day(days)).filter(document=document)
    return int(rows.aggregate(sum=Sum("count"))["sum"] or 0)


def first_day(days: int) -> date:
    return datetime.now(UTC).date() - timedelta(days=days - 1)


def _add(document_pk: int, day: date, count: int) -> None:
    row = ArticleViews.objects.filter(document_id=document_pk, day=day)
    if row.update(count=F("count") + count):
        return
    try:
        with transaction.atomic():
            ArticleViews.objects.create(document_id=document_pk, day=day, count=count)
    except IntegrityError:  # another process wrote the first view of the day, or the document is gone
        row.update(count=F("count") + count)
