"""
The one way to find passages: chat, drafts, playground, API and evaluation all call `retrieve`.

Both indexes only propose. A passage is used when the database confirms, in one call, that it is published, current and
visible; only then may a re-ranker see it. Either index may be down: the other answers alone and the result says so, as
it does when the re-ranker has no scores in time.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING

from csassist.core.errors import Unavailable
from csassist.core.text import detect_language
from csassist.core.threads import cores, thread_pool
from knowledge.entries import dense_query
from knowledge.evidence import weigh_evidence
from knowledge.learned_ranking import corrected
from knowledge.lexical import LexicalScale
from knowledge.packing import pack
from knowledge.ports import (
    Candidate,
    DropReason,
    Engine,
    Evidence,
    Explanation,
    Leg,
    PassageRecord,
    PassageSource,
    Query,
    RankedPassage,
    RetrievalResult,
    Rewriter,
)
from knowledge.ranking import Fused, fuse
from knowledge.ranking_features import Searched
from knowledge.reranking import Reranked, rerank
from knowledge.rewriting import rewrite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from knowledge.vector_store import Vector

__all__ = [
    "Candidate",
    "Engine",
    "Evidence",
    "Explanation",
    "PassageRecord",
    "PassageSource",
    "Query",
    "RankedPassage",
    "RetrievalResult",
    "Rewriter",
    "retrieve",
]

DEPTH = 100  # of each leg, whatever the caller's limit: a larger limit must not reorder the head


@dataclass
class _Stopwatch:
    milliseconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> "Iterator[None]":
        started = perf_counter()
        try:
            yield
        finally:
            spent = (perf_counter() - started) * 1000
            self.milliseconds[name] = round(self.milliseconds.get(name, 0.0) + spent, 3)


@dataclass(frozen=True, slots=True)
class _Proposals:
    """Best score of each passage by leg, the scale of the lexical scores, and what could not be asked."""

    dense: Mapping[str, float]
    lexical: Mapping[str, float]
    lexical_scale: LexicalScale
    phrases: Mapping[str, float]
    degraded: tuple[Leg, ...]
    missing: tuple[str, ...]


def retrieve(query: Query, engine: Engine) -> RetrievalResult:
    """
    The passages that answer the question, packed within its limits, with everything that led to them.

    Never raises for an index or an embedding model that is down; errors of the passage source are the caller's.
    """
    watch = _Stopwatch()
    with watch.stage("total"):
        with watch.stage("rewrite"):
            searched = rewrite(query.text, query.history, engine.rewriter)
            language = query.language or detect_language(searched.turn)
            terms = searched.weighted_terms()
        proposals, fused, records = _confirmed(searched.weighted_texts(), terms, query, engine, watch)
        if _misses_new_text(fused, records, query, engine):
            proposals, fused, records = _confirmed(searched.weighted_texts(), terms, query, engine, watch)
        if engine.ranker_weights:
            with watch.stage("fuse"):
                fused = corrected(fused, _seen(proposals, terms, language), records, engine.ranker_weights)
        reranked = Reranked(fused)
        if engine.reranker is not None:
            with watch.stage("rerank"):
                reranked = rerank(searched.text, fused, records, engine.reranker)
        with watch.stage("pack"):
            own = _pack(Reranked(fused), proposals, records, query)
            evidence = weigh_evidence(
                terms, own[1], proposals.dense, proposals.lexical, records, proposals.lexical_scale
            )
            candidates, passages = _pack(reranked, proposals, records, query) if reranked.scores else own
    return RetrievalResult(
        passages=passages,
        candidates=candidates,
        degraded=(*proposals.degraded, "rerank") if reranked.is_down else proposals.degraded,
        language=language,
        searched_text=searched.text,
        evidence=evidence,
        missing=proposals.missing,
        stage_milliseconds=watch.milliseconds,
    )


def search_order(query: Query, engine: Engine) -> tuple[Searched, list[Fused]]:
    """What the indexes propose, in the fused order, and what a learned ranker would see of it; to learn from."""
    searched = rewrite(query.text, query.history, engine.rewriter)
    terms = searched.weighted_terms()
    proposals = _propose(searched.weighted_texts(), terms, query, engine, _Stopwatch())
    fused = fuse(proposals.dense, proposals.lexical, proposals.phrases, depth=DEPTH)
    return _seen(proposals, terms, query.language or detect_language(searched.turn)), fused


def _seen(proposals: _Proposals, terms: Mapping[str, float], language: str) -> Searched:
    return Searched(
        terms=terms,
        idf=proposals.lexical_scale.idf,
        language=language,
        dense=proposals.dense,
        lexical=proposals.lexical,
        phrases=proposals.phrases,
    )


def _confirmed(
    texts: Sequence[tuple[str, float]], terms: Mapping[str, float], query: Query, engine: Engine, watch: _Stopwatch
) -> tuple[_Proposals, list[Fused], Mapping[str, PassageRecord]]:
    """What the indexes propose, in one order, and those of it that the database confirms."""
    proposals = _propose(texts, terms, query, engine, watch)
    with watch.stage("fuse"):
        fused = fuse(proposals.dense, proposals.lexical, proposals.phrases, depth=DEPTH)
    with watch.stage("confirm"):
        records = engine.passages.confirm([one.passage_id for one in fused], query.collections) if fused else {}
    return proposals, fused, records


def _misses_new_text(
    fused: Sequence[Fused], records: Mapping[str, PassageRecord], query: Query, engine: Engine
) -> bool:
    """
    Whether an article was replaced between the indexes' word and the database's; asking again finds its new text.

    A passage that nothing confirms is usually that of a draft, or of a text whose successor was proposed beside it.
    """
    unconfirmed = [one.passage_id for one in fused[: query.limit] if one.passage_id not in records]
    if not unconfirmed:
        return False
    found = {record.document_id for record in records.values()}
    return not engine.passages.replaced(unconfirmed, query.collections) <= found


def _propose(
    texts: Sequence[tuple[str, float]], terms: Mapping[str, float], query: Query, engine: Engine, watch: _Stopwatch
) -> _Proposals:
    degraded: list[Leg] = []
    missing: tuple[str, ...] = ()
    vector: Vector | None = None
    dense: dict[str, float] = {}
    lexical: dict[str, float] = {}
    phrases: dict[str, float] = {}
    scale = LexicalScale()
    by_words = _beside().submit(_by_words, terms, query, engine, watch)
    names = [engine.vector_names[one] for one in query.collections if one in engine.vector_names]
    try:
        with watch.stage("embed"):
            vector = dense_query([(engine.embeddings.embed_query(text), weight) for text, weight in texts])
        with watch.stage("dense"):
            found = engine.vectors.search(names, vector, DEPTH)
        missing = found.missing
        for hit in found.hits:
            dense[hit.passage_id] = max(hit.score, dense.get(hit.passage_id, -1.0))
    except Unavailable:
        degraded.append("dense")
    try:
        lexical, scale, phrases = by_words.result()
    except Unavailable:
        degraded.append("lexical")
    if vector is not None and "dense" not in degraded:
        with watch.stage("dense"):
            dense |= _overlooked(dense, lexical, lambda unscored: engine.vectors.scores(names, vector, unscored))
    return _Proposals(dense, lexical, scale, phrases, tuple(degraded), missing)


def _by_words(
    terms: Mapping[str, float], query: Query, engine: Engine, watch: _Stopwatch
) -> tuple[dict[str, float], LexicalScale, dict[str, float]]:
    """What the lexical index says of the terms and of their phrases. Raises Unavailable."""
    with watch.stage("lexical"):
        hits = engine.lexical.search(terms, collection_ids=query.collections, depth=DEPTH)
        scale = engine.lexical.scale(terms)
        phrases = engine.lexical.phrases(_pairs(terms, scale), collection_ids=query.collections, depth=2 * DEPTH)
    return {hit.passage_id: hit.score for hit in hits}, scale, phrases


# For the words, which need neither database nor network, while the model embeds the question.
_beside = thread_pool("lexical", cores)


def _pairs(terms: Mapping[str, float], scale: LexicalScale) -> dict[tuple[str, str], float]:
    """Neighbouring terms of the turn itself, as rare as both of them together."""
    asked = [term for term, weight in terms.items() if weight >= 1]
    return {(one, other): scale.idf[one] + scale.idf[other] for one, other in pairwise(asked)}


def _overlooked(
    dense: Mapping[str, float],
    lexical: Mapping[str, float],
    scores_of: Callable[[Sequence[str]], Mapping[str, float]],
) -> dict[str, float]:
    """
    What the vector search should have proposed of the lexical proposals.

    Its graph is approximate, and worst among many near-copies, of which it may reach only some: the same article in
    two versions while a new one is being published. An exact search would have given nothing below its last hit.
    """
    try:
        exact = scores_of([name for name in lexical if name not in dense])
    except Unavailable:
        return {}
    least = min(dense.values()) if len(dense) >= DEPTH else -1.0
    return {name: score for name, score in exact.items() if score > least}


def _pack(
    reranked: Reranked, proposals: _Proposals, records: Mapping[str, PassageRecord], query: Query
) -> tuple[tuple[Candidate, ...], tuple[RankedPassage, ...]]:
    explain = _explainer(proposals, reranked.scores)
    ranked = [records[one.passage_id] for one in reranked.order if one.passage_id in records]
    decisions = pack(ranked, limit=query.limit, budget_tokens=query.budget_tokens)
    dropped: dict[str, DropReason | None] = {one.passage_id: one.dropped for one in decisions}
    candidates: list[Candidate] = []
    passages: list[RankedPassage] = []
    scores_of_places = sorted((one.score for one in reranked.order), reverse=True)
    for one, score in zip(reranked.order, scores_of_places, strict=True):
        record = records.get(one.passage_id)
        reason: DropReason | None = "not_confirmed" if record is None else dropped[one.passage_id]
        explanation = replace(explain(one), dropped=reason)
        candidates.append(Candidate(one.passage_id, record.document_id if record else "", explanation))
        if record is not None and reason is None:
            passages.append(RankedPassage(record, len(passages) + 1, score, explanation))
    return tuple(candidates), tuple(passages)


def _explainer(proposals: _Proposals, rerank_scores: Mapping[str, float]) -> Callable[[Fused], Explanation]:
    dense_ranks, lexical_ranks = _ranks(proposals.dense), _ranks(proposals.lexical)

    def explain(one: Fused) -> Explanation:
        name = one.passage_id
        return Explanation(
            dense_rank=dense_ranks.get(name),
            dense_score=proposals.dense.get(name),
            lexical_rank=lexical_ranks.get(name),
            lexical_score=proposals.lexical.get(name),
            fused_score=one.score,
            rerank_score=rerank_scores.get(name),
        )

    return explain


def _ranks(scores: Mapping[str, float]) -> dict[str, int]:
    ordered = sorted(scores, key=lambda name: (-scores[name], name))
    return {name: rank for rank, name in enumerate(ordered, start=1)}
