"""Documents with everything that a list of them shows, in a number of queries that does not grow with the list."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Prefetch, QuerySet
from django.utils import timezone

from knowledge.models import Document, DocumentVersion, IndexGeneration, IndexJob
from knowledge.standing import IndexingFacts, Standing, newest_version, use_in_answers
from knowledge.trust import needs_approval

BODY_FIELDS = [
    f"{version}__{name}"
    for version in ("published_version", "live_version")
    for name in ("body", "questions", "aliases", "parse_notes")
]


@dataclass(frozen=True)
class ListedDocument:
    """A document with its newest version (without the text) and where both stand."""

    document: Document
    newest: DocumentVersion | None
    answers: Standing
    reading: Standing

    @property
    def is_moving(self) -> bool:
        return self.answers.is_moving or self.reading.is_moving


def with_versions(documents: QuerySet[Document]) -> QuerySet[Document]:
    """The documents with collection, owner and versions at hand, the versions' texts left out."""
    newest = Prefetch("versions", queryset=DocumentVersion.objects.newest().without_text(), to_attr="newest_versions")
    return (
        documents.select_related("collection", "source", "owner", "published_version", "live_version")
        .defer(*BODY_FIELDS)
        .prefetch_related(newest)
    )


def listed(documents: Iterable[Document], *, now: datetime | None = None) -> list[ListedDocument]:
    """The documents of `with_versions`, each with where it stands; one more query for all of them."""
    rows = list(documents)
    facts = indexing_facts([document.public_id for document in rows])
    return [_listed(document, facts.get(document.public_id), now or timezone.now()) for document in rows]


def indexing_facts(public_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, IndexingFacts]:
    """The documents that the live indexes have not caught up with, and why."""
    waiting = IndexJob.objects.filter(
        generation__state=IndexGeneration.State.LIVE, document_public_id__in=public_ids, done_sequence__lt=F("sequence")
    )
    return {
        public_id: IndexingFacts(is_waiting=True, failure=failure)
        for public_id, failure in waiting.values_list("document_public_id", "failure")
    }


def _listed(document: Document, facts: IndexingFacts | None, now: datetime) -> ListedDocument:
    newest: DocumentVersion | None = next(iter(getattr(document, "newest_versions", ())), None)
    return ListedDocument(
        document=document,
        newest=newest,
        answers=use_in_answers(document, newest, facts or IndexingFacts(), now),
        reading=newest_version(newest, needs_approval=needs_approval(document)),
    )
