"""Documents in the form in which they are compared, read from the database."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Sum
from django.db.models.functions import Length
from django.utils import timezone

from knowledge.curation.claims import PassageText
from knowledge.curation.comparing import DocumentText
from knowledge.cutting import cut
from knowledge.models import Document, DocumentVersion, IndexGeneration, Passage


def passage_text(row: Passage) -> PassageText:
    return PassageText(str(row.pk), row.version.title, tuple(row.heading_path), row.text)


def live_rows(document: Document, generation: IndexGeneration, *, most_count: int) -> list[Passage]:
    """The first passages of what answers use of a document."""
    rows = Passage.objects.filter(
        version_id=document.live_version_id, chunking_generation=generation.chunking_generation
    ).select_related("version__document__collection")
    return list(rows.order_by("ordinal").defer("version__body")[:most_count])


def live_texts(passage_ids: Iterable[str], generation: IndexGeneration) -> list[DocumentText]:
    """The documents these passages belong to, each with those of them that answers may use now."""
    wanted = [uuid.UUID(one) for one in set(passage_ids)]
    rows = Passage.objects.filter(
        pk__in=wanted,
        chunking_generation=generation.chunking_generation,
        version_id__in=Document.objects.answerable(timezone.now()).values("live_version_id"),
    ).select_related("version__document__collection")
    grouped: dict[int, list[Passage]] = defaultdict(list)
    for row in rows.order_by("version_id", "ordinal").defer("version__body"):
        grouped[row.version_id].append(row)
    sizes = _sizes(list(grouped), generation)
    return [document_text(rows_of, sizes[version_id]) for version_id, rows_of in grouped.items()]


def document_text(rows: Sequence[Passage], characters: int) -> DocumentText:
    version = rows[0].version
    return DocumentText(
        document=str(version.document.public_id),
        version=str(version.public_id),
        number=version.number,
        title=version.title,
        audience=version.document.collection.audience,
        language=version.language,
        characters=characters,
        passages={str(row.pk): passage_text(row) for row in rows},
    )


def draft_text(version: DocumentVersion, *, most_count: int) -> DocumentText:
    """A version that is in no index yet, cut as it will be."""
    chunks = cut(version)
    passages = {
        f"{version.public_id}#{chunk.ordinal}": PassageText(
            f"{version.public_id}#{chunk.ordinal}", version.title, chunk.heading_path, chunk.text
        )
        for chunk in chunks[:most_count]
    }
    return DocumentText(
        document=str(version.document.public_id),
        version=str(version.public_id),
        number=version.number,
        title=version.title,
        audience=version.document.collection.audience,
        language=version.language,
        characters=sum(len(chunk.text) for chunk in chunks),
        passages=passages,
    )


def _sizes(version_ids: list[int], generation: IndexGeneration) -> dict[int, int]:
    rows = Passage.objects.filter(version_id__in=version_ids, chunking_generation=generation.chunking_generation)
    summed = rows.order_by().values("version_id").annotate(characters=Sum(Length("text")))
    return {row["version_id"]: row["characters"] for row in summed}
