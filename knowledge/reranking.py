"""
Lets a re-ranker order the head of a search anew; the rest keeps its place.

Only passages that the database has confirmed are shown to it. Where it gives equal scores, or none, the search's own
order stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from csassist.core.errors import Unavailable
from knowledge.evidence import passage_terms_text
from knowledge.ports import PassageRecord, Reranker
from knowledge.ranking import Fused


@dataclass(frozen=True)
class Reranked:
    """`scores` are the re-ranker's by passage id; `is_down` when it was asked and gave nothing."""

    order: Sequence[Fused]
    scores: Mapping[str, float] = field(default_factory=dict)
    is_down: bool = False


def rerank(question: str, fused: Sequence[Fused], records: Mapping[str, PassageRecord], reranker: Reranker) -> Reranked:
    """The order to pack in. Never raises for a re-ranker that is down."""
    head = [one for one in fused if one.passage_id in records][: reranker.passages_count]
    if len(head) < 2:
        return Reranked(fused)
    try:
        given = reranker.scores(question, [passage_terms_text(records[one.passage_id]) for one in head])
    except Unavailable:
        return Reranked(fused, is_down=True)
    scores = {one.passage_id: score for one, score in zip(head, given, strict=True)}
    best_first = iter(sorted(head, key=lambda one: -scores[one.passage_id]))
    return Reranked([next(best_first) if one.passage_id in scores else one for one in fused], scores)
