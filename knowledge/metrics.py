"""
The retrieval figures every evaluation reports, by their textbook definitions, for one query at a time.

Ties count against us: among equal scores relevant documents are placed last, so that a ranker which gives every
document the same score is not rewarded for the order of its input.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

Scored = tuple[str, float]


@dataclass(frozen=True, slots=True)
class RankingFigures:
    """Each in [0, 1]; of several queries the plain mean."""

    hit_at_1: float
    hit_at_5: float
    recall_at_5: float
    mrr_at_10: float
    ndcg_at_10: float

    def as_report(self) -> dict[str, float]:
        return {
            "hit@1": round(self.hit_at_1, 4),
            "recall@5": round(self.recall_at_5, 4),
            "hit@5": round(self.hit_at_5, 4),
            "mrr@10": round(self.mrr_at_10, 4),
            "ndcg@10": round(self.ndcg_at_10, 4),
        }


def rank_pessimistically(scored: Iterable[Scored], relevant: Collection[str]) -> list[str]:
    """Ids by falling score; among equal scores the relevant ones last."""
    return [name for name, _ in sorted(scored, key=lambda item: (-item[1], item[0] in relevant, item[0]))]


def hit_at(ranked: Sequence[str], relevant: Collection[str], depth: int) -> float:
    return float(any(name in relevant for name in ranked[:depth]))


def recall_at(ranked: Sequence[str], relevant: Collection[str], depth: int) -> float:
    """The share of the relevant documents within the first `depth`."""
    return sum(name in relevant for name in ranked[:depth]) / len(relevant)


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], depth: int) -> float:
    """1 / rank of the first relevant document, 0 when none is within `depth`."""
    return next((1 / rank for rank, name in enumerate(ranked[:depth], start=1) if name in relevant), 0.0)


def ndcg_at(ranked: Sequence[str], relevant: Collection[str], depth: int) -> float:
    """Normalised discounted cumulative gain with binary gains (Järvelin & Kekäläinen 2002, log2 discount)."""
    gained = sum(1 / math.log2(rank + 1) for rank, name in enumerate(ranked[:depth], start=1) if name in relevant)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(relevant), depth) + 1))
    return gained / ideal


def figures(ranked: Sequence[str], relevant: Collection[str]) -> RankingFigures:
    """The figures of one query. `relevant` must not be empty: such a query has no right answer to find."""
    if not relevant:
        raise ValueError("A query without a relevant document cannot be scored.")
    return RankingFigures(
        hit_at_1=hit_at(ranked, relevant, 1),
        hit_at_5=hit_at(ranked, relevant, 5),
        recall_at_5=recall_at(ranked, relevant, 5),
        mrr_at_10=reciprocal_rank(ranked, relevant, 10),
        ndcg_at_10=ndcg_at(ranked, relevant, 10),
    )


def mean_figures(all_figures: Sequence[RankingFigures]) -> RankingFigures:
    """The mean over queries, zeros when there are none."""
    if not all_figures:
        return RankingFigures(0.0, 0.0, 0.0, 0.0, 0.0)
    return RankingFigures(
        hit_at_1=fmean(one.hit_at_1 for one in all_figures),
        hit_at_5=fmean(one.hit_at_5 for one in all_figures),
        recall_at_5=fmean(one.recall_at_5 for one in all_figures),
        mrr_at_10=fmean(one.mrr_at_10 for one in all_figures),
        ndcg_at_10=fmean(one.ndcg_at_10 for one in all_figures),
    )
