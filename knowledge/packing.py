"""
Chooses which of the ranked passages go before the model or the customer, and says why the others do not.

Pure: it sees confirmed records in their final order. A document gives at most two passages, so that one long article
cannot push the second-best source out; rows of a question-and-answer list each count as their own document. A source
that is not trusted gives at most two in all: whoever can plant one text there can plant many.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from csassist.core.text import estimate_tokens
from knowledge.ports import DropReason, PassageRecord

PASSAGES_PER_DOCUMENT = 2
PASSAGES_PER_UNTRUSTED_SOURCE = 2


@dataclass(frozen=True, slots=True)
class PackingDecision:
    passage_id: str
    dropped: DropReason | None


def pack(ranked: Sequence[PassageRecord], *, limit: int, budget_tokens: int) -> list[PackingDecision]:
    """
    One decision a passage, in the order given. The best passage is packed even if it alone is over the budget: a long
    answer is better than none.
    """
    decisions: list[PackingDecision] = []
    packed_of_document: dict[str, int] = {}
    packed_of_source: dict[str, int] = {}
    seen_texts: set[str] = set()
    packed = spent_tokens = 0
    for record in ranked:
        tokens = estimate_tokens(record.text)
        text = " ".join(record.text.split())
        reason: DropReason | None = None
        if packed >= limit:
            reason = "limit"
        elif text in seen_texts:
            reason = "duplicate"
        elif record.kind != "qa" and packed_of_document.get(record.document_id, 0) >= PASSAGES_PER_DOCUMENT:
            reason = "document_limit"
        elif not record.is_trusted and packed_of_source.get(record.source_id, 0) >= PASSAGES_PER_UNTRUSTED_SOURCE:
            reason = "source_limit"
        elif packed and spent_tokens + tokens > budget_tokens:
            reason = "budget"
        if reason is None:
            packed += 1
            spent_tokens += tokens
            seen_texts.add(text)
            packed_of_source[record.source_id] = packed_of_source.get(record.source_id, 0) + 1
            packed_of_document[record.document_id] = packed_of_document.get(record.document_id, 0) + 1
        decisions.append(PackingDecision(record.id, reason))
    return decisions
