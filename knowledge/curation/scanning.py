"""Age and use of documents: what their text and dates say, and whether any answer has rested on them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Count, Max, Min
from django.utils import timezone
from django.utils.timezone import localtime

from csassist.conversations.models import Citation, Message
from knowledge.curation.ageing import ageing_signs
from knowledge.curation.comparing import Issue, Quote
from knowledge.models import Document, DocumentVersion

EXPIRES_SOON: Final = timedelta(days=14)
MOST_SIGNS: Final = 5
# Fewer cited answers than this since a document went live say nothing about it.
LEAST_ANSWERS: Final = 50
MOST_CHARACTERS: Final = 500_000


def scan(documents: Sequence[Document], *, now: datetime) -> Iterator[tuple[Document, list[Issue]]]:
    """What each of these documents in answers shows today."""
    unused = {document.pk: issue for document, issue in _unused(documents, now)}
    for document in documents:
        version = document.live_version
        if version is not None:
            stale = _stale(document, version, now)
            yield document, [one for one in (stale, unused.get(document.pk)) if one]


def _stale(document: Document, version: DocumentVersion, now: datetime) -> Issue | None:
    today = timezone.localdate(now)
    reasons: list[str] = []
    if version.review_due and version.review_due <= today:
        reasons.append("review_due")
    if version.expires_at and now < version.expires_at <= now + EXPIRES_SOON:
        reasons.append("expires_soon")
    signs = ageing_signs(version.body[:MOST_CHARACTERS], today)[:MOST_SIGNS]
    reasons += sorted({sign.kind for sign in signs})
    if not reasons:
        return None
    quotes = tuple(
        Quote(
            document=str(document.public_id),
            number=version.number,
            title=version.title,
            heading="",
            passage="",
            text=sign.quote,
            start=sign.start,
            end=sign.end,
            marked=(sign.marked,),
        )
        for sign in signs
    )
    facts = {
        "reason": f"v{version.number}",  # another version is another matter
        "reasons": reasons,
        "review_due": version.review_due.isoformat() if version.review_due else None,
        "expires_at": version.expires_at.isoformat() if version.expires_at else None,
        "days": [sign.day.isoformat() for sign in signs],
    }
    score = 1.0 if "review_due" in reasons or len(reasons) > 1 else 0.8
    return Issue("stale", (str(document.public_id),), score, quotes, facts)  # type: ignore[arg-type]  # it is JSON


def _unused(documents: Sequence[Document], now: datetime) -> Iterator[tuple[Document, Issue]]:
    """Documents in answers for long enough, and answers enough, of which none has cited them."""
    after = timedelta(days=settings.CSASSIST_UNUSED_AFTER_DAYS)
    ids = [document.public_id for document in documents]
    cited = {
        row["document_id"]: row
        for row in Citation.objects.filter(document_id__in=ids)
        .order_by()
        .values("document_id")
        .annotate(count=Count("pk"), last=Max("message__created_at"))
    }
    since = dict(
        DocumentVersion.objects.filter(document__in=documents, published_at__isnull=False)
        .order_by()
        .values_list("document_id")
        .annotate(Min("published_at"))
    )
    answers: dict[datetime, int] = {}
    for document in documents:
        live_since = since.get(document.pk)
        use = cited.get(document.public_id)
        last = max(filter(None, (live_since, use["last"] if use else None)), default=None)
        if last is None or now - last < after:
            continue
        day = localtime(last).replace(hour=0, minute=0, second=0, microsecond=0)
        if day not in answers:
            answers[day] = _answers_since(day)
        if answers[day] < LEAST_ANSWERS:
            continue
        facts = {
            "reason": "cited" if use else "never",
            "live_since": live_since.isoformat() if live_since else None,
            "last_cited": use["last"].isoformat() if use else None,
            "citations": use["count"] if use else 0,
            "answers": answers[day],
        }
        yield document, Issue("unused", (str(document.public_id),), 0.5, (), facts)


def _answers_since(moment: datetime) -> int:
    """Answers with a source since then, as far as it matters."""
    cited = Message.objects.filter(created_at__gte=moment, citations__isnull=False).distinct()
    return cited.values("pk")[: 10 * LEAST_ANSWERS].count()
