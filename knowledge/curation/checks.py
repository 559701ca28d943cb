"""
Checking documents in the background: each against its neighbours when it goes live or leaves, and once a day for age
and use.

The rows say what is due (`DocumentCheck`), so a check that is killed is done again and finds the same. A pair of
documents is compared whenever either of them changes; nothing is ever compared with everything.
"""

import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from csassist.core.errors import AppError
from csassist.core.logs import emit
from knowledge.curation.comparing import RULES, DocumentText, Issue, compare
from knowledge.curation.duplicates import words_of
from knowledge.curation.findings import store_comparison, store_scan
from knowledge.curation.neighbours import Indexes, IndexRarity, Neighbours, by_meaning, by_words, open_indexes
from knowledge.curation.reading import document_text, draft_text, live_rows, live_texts
from knowledge.curation.scanning import scan
from knowledge.generations import live_generation
from knowledge.models import Document, DocumentCheck, DocumentVersion, Finding, IndexGeneration, IndexJob, Passage

BUDGET_SECONDS: Final = 4.0
LEASE: Final = timedelta(minutes=10)
SCANNED_EVERY: Final = timedelta(days=1)
RETRY_AFTER: Final = timedelta(minutes=2)
DOCUMENTS_A_SCAN: Final = 100
# Of one document; later passages of a longer one are still met as neighbours of others.
MOST_PASSAGES: Final = 400
MOST_DRAFT_PASSAGES: Final = 60
MOST_DRAFT_CHARACTERS: Final = 200_000
MOST_KNOWN_PASSAGES: Final = 50


def check_due(*, budget_seconds: float = BUDGET_SECONDS) -> int:
    """Do what is due, for about this long; returns how many documents were checked. Indexing comes first."""
    _add_rows()
    generation = live_generation()
    if generation is None or IndexJob.objects.filter(generation=generation).due(timezone.now()).exists():
        return 0
    began, done = time.monotonic(), 0
    indexes = open_indexes(generation)
    rarity = indexes.rarity()
    while time.monotonic() - began < budget_seconds and (check := _claim()):
        try:
            _compare_document(check, indexes, rarity)
        except AppError as error:
            emit("index.unavailable", leg="checks", error=error.code)
            DocumentCheck.objects.filter(pk=check.pk).update(lease_until=timezone.now() + RETRY_AFTER)
            break
        done += 1
    return done + _scan_due()


def findings_if_published(version: DocumentVersion) -> list[Issue]:
    """
    What publishing this draft would bring about: contradictions with, and doubles of, other documents in answers.

    By the words of the lexical index alone, which takes milliseconds; nothing while it cannot be asked, and nothing for
    a text that is too long to be cut while somebody waits: the check after publishing finds it.
    """
    generation = live_generation()
    if generation is None or not 0 < len(version.body.strip()) <= MOST_DRAFT_CHARACTERS:
        return []
    one = draft_text(version, most_count=MOST_DRAFT_PASSAGES)
    try:
        indexes = open_indexes(generation)
        near = by_words(indexes, one.passages.values())
        return _issues(one, near, indexes, indexes.rarity(), leave_out_own=True)
    except AppError:
        return []


def _compare_document(check: DocumentCheck, indexes: Indexes, rarity: IndexRarity) -> None:
    document = Document.objects.select_related("collection", "live_version").filter(pk=check.document_id).first()
    if document is None:
        return  # deleted meanwhile, and its findings with it
    rows = live_rows(document, indexes.generation, most_count=MOST_PASSAGES) if document.live_version_id else []
    issues: list[Issue] = []
    if rows:
        one = document_text(rows, sum(len(row.text) for row in rows))
        near = by_words(indexes, one.passages.values())
        for passage_id, found in (*by_meaning(indexes, rows).items(), *_known(document, one, indexes.generation)):
            near[passage_id] |= found - {passage_id}
        issues = _issues(one, near, indexes, rarity)
    store_comparison(document=document, issues=issues, compared=document.live_version, rules=RULES)


def _issues(
    one: DocumentText, near: Neighbours, indexes: Indexes, rarity: IndexRarity, *, leave_out_own: bool = False
) -> list[Issue]:
    """Everything between a document and the passages near its own."""
    found: list[Issue] = []
    for other in live_texts({passage_id for ids in near.values() for passage_id in ids}, indexes.generation):
        if leave_out_own and other.document == one.document:
            continue
        for text in (one, other):
            rarity.learn(term for passage in text.passages.values() for term in words_of(passage.text))
        pairs = {(mine, yours) for mine, ids in near.items() for yours in ids if yours in other.passages}
        if other.document == one.document:
            pairs = {(min(pair), max(pair)) for pair in pairs if pair[0] in one.passages and pair[1] in one.passages}
        found += compare(one, other, pairs, rarity)
    return found


def _known(document: Document, one: DocumentText, generation: IndexGeneration) -> Iterable[tuple[str, set[str]]]:
    """Passages of the documents that findings already name: what was found from the other side is found from this."""
    partners: set[int] = set()
    for finding in Finding.objects.about(document).filter(other_document__isnull=False).exclude(state="resolved"):
        partners |= {finding.document_id, finding.other_document_id or 0}
    rows = Passage.objects.filter(
        version__document_id__in=partners - {document.pk},
        version_id__in=Document.objects.filter(pk__in=partners).values("live_version_id"),
        chunking_generation=generation.chunking_generation,
    )
    ids = {str(pk) for pk in rows.order_by("ordinal").values_list("pk", flat=True)[:MOST_KNOWN_PASSAGES]}
    return ((passage_id, ids) for passage_id in list(one.passages)[:MOST_KNOWN_PASSAGES]) if ids else ()


def _add_rows() -> None:
    missing = Document.objects.filter(check_state=None, live_version__isnull=False).values_list("pk", flat=True)
    DocumentCheck.objects.bulk_create(
        [DocumentCheck(document_id=pk) for pk in missing[:1_000]], ignore_conflicts=True
    )  # fmt: skip


def _claim() -> DocumentCheck | None:
    """One document that is due and that no other worker has in hand; ours for ten minutes."""
    now = timezone.now()
    for check in DocumentCheck.objects.outdated(RULES, now).order_by("compared_at", "pk")[:5]:
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        if DocumentCheck.objects.filter(free, pk=check.pk).update(lease_until=now + LEASE):
            return check
    return None


def _scan_due() -> int:
    """Age and use, for the documents whose turn it is today."""
    due = DocumentCheck.objects.not_scanned_since(timezone.now() - SCANNED_EVERY)
    documents = list(
        Document.objects.filter(check_state__in=due.values("pk"))
        .select_related("live_version", "collection")
        .order_by("pk")[:DOCUMENTS_A_SCAN]
    )
    if not documents:
        return 0
    found: dict[int, list[Issue]] = defaultdict(list)
    for document, issues in scan(documents, now=timezone.now()):
        found[document.pk] += issues
    for document in documents:
        store_scan(document=document, issues=found[document.pk])
    return len(documents)
