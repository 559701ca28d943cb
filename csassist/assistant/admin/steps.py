"""The parts of a search and of an answer in the form that both pages show: the stored trace and the playground."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from csassist.assistant.reasons import DROPPED, EVIDENCE, JUDGEMENTS, LEGS, STAGES, fault_in_words, in_words
from knowledge.models import Document, Passage, Source
from knowledge.ports import Evidence, RetrievalResult

CANDIDATES_SHOWN = 30


@dataclass(frozen=True)
class ShownCandidate:
    """One proposed passage. Numbers are None where a leg did not propose it."""

    title: str
    headings: str
    document_id: str
    source_id: int | None
    source: str
    is_trusted: bool
    version_number: int | None
    text: str
    dense_rank: int | None
    dense_score: float | None
    lexical_rank: int | None
    lexical_score: float | None
    fused_score: float
    rerank_score: float | None
    number: int | None
    dropped: str


def shown_candidates(found: RetrievalResult) -> list[ShownCandidate]:
    """The first candidates in the order of ranking, with the passages the database knows."""
    numbers = {ranked.passage.id: ranked.rank for ranked in found.passages}
    rows = [
        {"passage": one.passage_id, "document": one.document_id, **asdict(one.explanation)}
        for one in found.candidates[:CANDIDATES_SHOWN]
    ]
    return _shown(rows, numbers)


def stored_candidates(rows: Iterable[Mapping[str, Any]], passages: Iterable[Mapping[str, Any]]) -> list[ShownCandidate]:
    """The candidates of a stored trace; texts are today's, and empty when the passage is gone."""
    return _shown(list(rows), {str(one["passage"]): int(one["number"]) for one in passages})


def _shown(rows: Sequence[Mapping[str, Any]], numbers: Mapping[str, int]) -> list[ShownCandidate]:
    passages = {
        str(passage.pk): passage
        for passage in Passage.objects.filter(pk__in=[UUID(str(row["passage"])) for row in rows])
        .select_related("version__document__source")
        .defer("version__body", "version__questions")
    }
    return [_one(row, passages.get(str(row["passage"])), numbers) for row in rows]


def _one(row: Mapping[str, Any], passage: Passage | None, numbers: Mapping[str, int]) -> ShownCandidate:
    dropped = row.get("dropped")
    source = passage.version.document.source if passage else None
    return ShownCandidate(
        title=passage.version.title if passage else "",
        headings=" › ".join(passage.heading_path) if passage else "",
        document_id=str(passage.version.document.public_id) if passage else str(row.get("document") or ""),
        source_id=source.pk if source else None,
        source=str(source or ""),
        is_trusted=source is None or source.trust == Source.Trust.TRUSTED,
        version_number=passage.version.number if passage else None,
        text=passage.text if passage else "",
        dense_rank=row.get("dense_rank"),
        dense_score=row.get("dense_score"),
        lexical_rank=row.get("lexical_rank"),
        lexical_score=row.get("lexical_score"),
        fused_score=float(row.get("fused_score") or 0.0),
        rerank_score=row.get("rerank_score"),
        number=numbers.get(str(row["passage"])),
        dropped=in_words(DROPPED, dropped) if dropped else "",
    )


def evidence_rows(evidence: Evidence | Mapping[str, Any]) -> list[tuple[str, Any]]:
    numbers = asdict(evidence) if isinstance(evidence, Evidence) else evidence
    return [(in_words(EVIDENCE, name), value) for name, value in numbers.items()]


def stage_rows(milliseconds: Mapping[str, float]) -> list[tuple[str, float]]:
    return [(in_words(STAGES, name), value) for name, value in milliseconds.items()]


def leg_names(legs: Iterable[str]) -> list[str]:
    return [in_words(LEGS, leg) for leg in legs]


def existing_documents(public_ids: Iterable[str]) -> set[str]:
    """Those of the documents that have not been deleted."""
    found = Document.objects.filter(public_id__in=[UUID(one) for one in public_ids if one])
    return {str(one) for one in found.values_list("public_id", flat=True)}


def verdict(sentence: dict[str, Any]) -> dict[str, Any]:
    fault = str(sentence.get("fault") or "")
    return {
        "text": sentence.get("text", ""),
        "is_released": bool(sentence.get("released")),
        "cited": sentence.get("cited", []),
        "support": sentence.get("support"),
        "unknown": sentence.get("unknown") or 0,
        "why": fault_in_words(fault, str(sentence.get("detail") or "")) if fault else "",
        "judgement": in_words(JUDGEMENTS, str(sentence.get("judgement") or "")),
    }
