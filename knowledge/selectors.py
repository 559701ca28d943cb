"""Reading passages back from the database: the truth that every index hit is checked against."""

import uuid
from collections.abc import Collection as Collection_
from collections.abc import Mapping, Sequence, Set
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from knowledge.models import Audience, Collection, Document, IndexGeneration, Passage, Source
from knowledge.models.documents import DocumentQuerySet
from knowledge.ports import PassageRecord


def collections_visible_to(reader: Audience) -> tuple[int, ...]:
    """The ids of the collections this reader may be answered from."""
    return tuple(Collection.objects.visible_to(reader).order_by("pk").values_list("pk", flat=True))


def suggested_questions(language: str, *, reader: Audience = Audience.PUBLIC, most_count: int = 4) -> tuple[str, ...]:
    """Questions that admins chose to start a conversation with, as long as their document may be answered from."""
    documents = Document.objects.answerable(timezone.now()).filter(
        collection__in=Collection.objects.visible_to(reader), language=language
    )
    chosen = documents.exclude(suggested_question="").order_by("pk").values_list("suggested_question", flat=True)
    return tuple(chosen[:most_count])


def sources_of(document_ids: Set[str]) -> dict[str, Source]:
    """Document id -> the source that brought it in, for those documents that have one."""
    documents = Document.objects.filter(public_id__in=document_ids, source__isnull=False).select_related("source")
    return {str(document.public_id): document.source for document in documents if document.source is not None}


def hold_answerable(document_ids: Set[str]) -> bool:
    """
    Whether answers may use all of these documents now. Until the caller's transaction ends, none can be withdrawn.

    Locked in one order, so that two answers never wait for each other.
    """
    documents = Document.objects.select_for_update(of=("self",), no_key=True).answerable(timezone.now())
    return len(documents.filter(public_id__in=document_ids).order_by("pk")) == len(document_ids)


# What a `PassageRecord` is made of: a search confirms over a hundred passages, and whole articles would weigh most.
_OF_A_RECORD = (
    *("id", "ordinal", "kind", "heading_path", "text", "questions"),
    *("version__public_id", "version__number", "version__title", "version__language"),
    *("version__document__public_id", "version__document__collection_id"),
    *("version__document__source__public_id", "version__document__source__trust"),
)


class DatabasePassages:
    """The `PassageSource` of production: what is live, in effect and visible right now, in one query."""

    def __init__(self, generation: IndexGeneration) -> None:
        self._generation = generation

    def confirm(self, passage_ids: Sequence[str], collections: Sequence[int]) -> Mapping[str, PassageRecord]:
        if not passage_ids or not collections:
            return {}
        rows = Passage.objects.filter(
            id__in=[uuid.UUID(passage_id) for passage_id in passage_ids],
            chunking_generation=self._generation.chunking_generation,
            version_id__in=Document.objects.answerable(timezone.now())
            .filter(collection_id__in=collections)
            .values("live_version_id"),
        )
        return _records(rows)

    def replaced(self, passage_ids: Sequence[str], collections: Sequence[int]) -> frozenset[str]:
        return _documents_of(passage_ids, Document.objects.filter(collection_id__in=collections))


class TriedPassages:
    """
    The `PassageSource` of somebody who tries drafts: what is live, but these versions in place of their documents' own.

    They must be staged, so that the indexes hold them. A draft counts as in effect, whatever its dates say.
    """

    def __init__(self, generation: IndexGeneration, version_pks: Collection_[int]) -> None:
        self._generation = generation
        self._version_pks = frozenset(version_pks)

    def confirm(self, passage_ids: Sequence[str], collections: Sequence[int]) -> Mapping[str, PassageRecord]:
        if not passage_ids or not collections:
            return {}
        tried = Document.objects.filter(versions__in=self._version_pks)
        live = Document.objects.answerable(timezone.now()).filter(collection_id__in=collections).exclude(pk__in=tried)
        rows = Passage.objects.filter(
            Q(version_id__in=live.values("live_version_id"))
            | Q(version_id__in=self._version_pks, version__document__collection_id__in=collections),
            id__in=[uuid.UUID(passage_id) for passage_id in passage_ids],
            chunking_generation=self._generation.chunking_generation,
        )
        return _records(rows)

    def replaced(self, passage_ids: Sequence[str], collections: Sequence[int]) -> frozenset[str]:
        untried = Document.objects.exclude(versions__in=self._version_pks)
        return _documents_of(passage_ids, untried.filter(collection_id__in=collections))


def _documents_of(passage_ids: Sequence[str], among: DocumentQuerySet) -> frozenset[str]:
    """Those of the documents that may be answered from now and have, or had, one of these passages."""
    of_passages = Passage.objects.filter(id__in=[uuid.UUID(one) for one in passage_ids]).values("version__document_id")
    found = among.answerable(timezone.now()).filter(pk__in=of_passages)
    return frozenset(map(str, found.values_list("public_id", flat=True)))


def _records(rows: QuerySet[Passage]) -> dict[str, PassageRecord]:
    """One query, whatever the rows, and no model instances: a search confirms a hundred and more."""
    records = (_record(*values) for values in rows.order_by().values_list(*_OF_A_RECORD))
    return {record.id: record for record in records}


def _record(*values: Any) -> PassageRecord:
    """A row of `_OF_A_RECORD`."""
    passage_id, ordinal, kind, headings, text, questions, *of_version = values
    version_id, number, title, language, document_id, collection_id, source_id, trust = of_version
    return PassageRecord(
        id=str(passage_id),
        document_id=str(document_id),
        version_id=str(version_id),
        version_number=number,
        collection_id=collection_id,
        title=title,
        heading_path=tuple(headings),
        text=text,
        language=language,
        kind=kind,
        section_key=f"{ordinal}" if kind == "qa" else " › ".join(headings),
        questions=tuple(questions),
        source_id=str(source_id) if source_id else "",
        is_trusted=trust in {None, Source.Trust.TRUSTED},
    )
