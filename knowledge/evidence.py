"""
Measures how well the packed passages support an answer; the gate that decides answer or refuse is calibrated on it.

A cosine alone says little (off-topic questions reach 0.85 with e5), so that the words and codes of the question count
as well, weighted by how rare they are.
"""

from collections.abc import Mapping, Sequence

from knowledge.lexical import LexicalScale
from knowledge.ports import Evidence, PassageRecord, RankedPassage
from knowledge.tokenizing import index_tokens, is_code


def weigh_evidence(
    terms: Mapping[str, float],
    passages: Sequence[RankedPassage],
    dense: Mapping[str, float],
    lexical: Mapping[str, float],
    records: Mapping[str, PassageRecord],
    scale: LexicalScale,
) -> Evidence:
    """
    The evidence of a search for weighted terms; `dense` and `lexical` are the scores each leg gave to passages.

    Without a lexical scale (that leg is down) idf is left out.
    """
    weights = {term: weight * scale.idf.get(term, 1.0) for term, weight in terms.items()}
    terms_of = [set(index_tokens(passage_terms_text(one.passage))) for one in passages]
    codes = [term for term, weight in terms.items() if weight >= 1 and is_code(term)]
    found = set().union(*terms_of) if terms_of else set()
    dense_documents, lexical_documents = _best_of_documents(dense, records), _best_of_documents(lexical, records)
    return Evidence(
        coverage=_covered(weights, found),
        coverage_at_1=_covered(weights, terms_of[0] if terms_of else set()),
        dense_top=dense_documents[0][0] if dense_documents else 0.0,
        dense_margin=_lead(dense_documents),
        lexical_top=_lexical_top(passages, scale),
        lexical_margin=min(1.0, _lead(lexical_documents) / scale.highest) if scale.highest > 0 else 0.0,
        agreement=_agreement(dense_documents, lexical_documents),
        codes_asked=len(codes),
        codes_found=sum(code in found for code in codes) / len(codes) if codes else 1.0,
    )


def passage_terms_text(passage: PassageRecord) -> str:
    """Everything of a passage that a term may be found in."""
    return "\n".join([passage.title, *passage.heading_path, *passage.questions, passage.text])


def _lexical_top(passages: Sequence[RankedPassage], scale: LexicalScale) -> float:
    best = max((one.explanation.lexical_score or 0.0 for one in passages), default=0.0)
    return min(1.0, best / scale.highest) if scale.highest > 0 else 0.0


def _covered(weights: Mapping[str, float], found: set[str]) -> float:
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in found) / total if total else 0.0


def _best_of_documents(scores: Mapping[str, float], records: Mapping[str, PassageRecord]) -> list[tuple[float, str]]:
    """The best score of each document among its confirmed passages, best first."""
    best: dict[str, float] = {}
    for name, score in scores.items():
        if name in records:
            document = records[name].document_id
            best[document] = max(score, best.get(document, score))
    return sorted(((score, document) for document, score in best.items()), reverse=True)


def _lead(documents: Sequence[tuple[float, str]]) -> float:
    """How far the second document lies behind the first; 0 when there is only one."""
    return documents[0][0] - documents[1][0] if len(documents) > 1 else 0.0


def _agreement(dense: Sequence[tuple[float, str]], lexical: Sequence[tuple[float, str]]) -> float:
    """1 / the place that the lexical leg gives to the document the dense leg puts first; 0 when it gives none."""
    first = dense[0][1] if dense else None
    return next((1.0 / place for place, (_score, document) in enumerate(lexical, start=1) if document == first), 0.0)
