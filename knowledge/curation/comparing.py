"""Everything wrong between two documents, as quotes that can be shown side by side. Pure: texts in, issues out."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from csassist.core.json_types import JSONObject
from csassist.core.text import normalise
from knowledge.curation.claims import Claim, PassageText, read_claims
from knowledge.curation.contradictions import Circumstances, Rarity, contradictions
from knowledge.curation.duplicates import Double, double
from knowledge.curation.reversals import read_statements, reversals

# Raise it when a rule changes: every document is then compared anew.
RULES: Final = 1
MOST_CONTRADICTIONS: Final = 10

IssueKind = Literal["contradiction", "near_duplicate", "stale", "unused"]


@dataclass(frozen=True, slots=True)
class DocumentText:
    """One version of a document: those of its passages that are worth comparing, and how long all of them are."""

    document: str
    version: str
    number: int
    title: str
    audience: str
    language: str
    characters: int
    passages: Mapping[str, PassageText] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a document that are evidence; `marked` are the parts of `text` that matter, `start` their place."""

    document: str
    number: int
    title: str
    heading: str
    passage: str
    text: str
    start: int
    end: int
    marked: tuple[str, ...] = ()

    def as_json(self) -> JSONObject:
        return {name: getattr(self, name) for name in self.__slots__ if name != "marked"} | {
            "marked": list(self.marked)
        }


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong with one document, or between two; `facts` are told by kind."""

    kind: IssueKind
    documents: tuple[str, ...]
    score: float
    quotes: tuple[Quote, ...]
    facts: JSONObject = field(default_factory=dict, hash=False)

    def as_evidence(self) -> JSONObject:
        """The facts, and under "quotes" the words."""
        return {**self.facts, "quotes": [quote.as_json() for quote in self.quotes]}

    @property
    def key(self) -> str:
        """The same for the same words of the same documents, whatever else changed; of doubles, their versions."""
        is_told_by_words = self.kind != "near_duplicate"
        words = sorted(f"{quote.document}\n{normalise(quote.text)}" for quote in self.quotes if is_told_by_words)
        said = "\n\n".join([self.kind, *sorted(self.documents), *words, str(self.facts.get("reason", ""))])
        return hashlib.sha256(said.encode()).hexdigest()


def compare(
    one: DocumentText, other: DocumentText, candidates: Collection[tuple[str, str]], rarity: Rarity
) -> list[Issue]:
    """
    The issues between two documents (or within one), looking only at these pairs of passages, the surest first.

    Texts in two languages are not compared: their words cannot be laid beside each other.
    """
    if one.language != other.language:
        return []
    is_same = one.document == other.document
    where = Circumstances(is_same, one.audience != other.audience)
    doubled = None if is_same else double(one, other, candidates, rarity)
    found = [_double(one, other, doubled)] if doubled else []
    told: dict[str, Issue] = {}
    for one_id, other_id in sorted(candidates):
        if one_id != other_id:
            for issue in _between(one, other, (one.passages[one_id], other.passages[other_id]), rarity, where):
                told.setdefault(issue.key, issue)
    surest = sorted(told.values(), key=lambda issue: (-issue.score, issue.key))
    return found + surest[:MOST_CONTRADICTIONS]


def _between(
    one: DocumentText,
    other: DocumentText,
    passages: tuple[PassageText, PassageText],
    rarity: Rarity,
    where: Circumstances,
) -> Iterable[Issue]:
    mine, yours = passages
    for found in contradictions(read_claims(mine), read_claims(yours), rarity, where):
        quotes = (_claim_quote(one, mine, found.one, found.unit), _claim_quote(other, yours, found.other, found.unit))
        facts: JSONObject = {"reason": "figures", "unit": found.unit}
        yield Issue("contradiction", (one.document, other.document), found.score, quotes, facts)
    for turned in reversals(read_statements(mine), read_statements(yours), rarity, where):
        said = (
            _quote(one, mine, turned.one.quote, (turned.one.start, turned.one.end)),
            _quote(other, yours, turned.other.quote, (turned.other.start, turned.other.end)),
        )
        yield Issue("contradiction", (one.document, other.document), turned.score, said, {"reason": "polarity"})


def _double(one: DocumentText, other: DocumentText, doubled: Double) -> Issue:
    quotes: list[Quote] = []
    for match in doubled.matches:
        for document, passage in ((one, match.one), (other, match.other)):
            held = document if passage.id in document.passages else (other if document is one else one)
            quotes.append(_quote(held, passage, passage.text, (0, len(passage.text))))
    versions = " ".join(sorted((one.version, other.version)))
    facts: JSONObject = {"share": doubled.share, "other_share": doubled.other_share, "reason": versions}
    score = max(doubled.share, doubled.other_share)
    return Issue("near_duplicate", (one.document, other.document), score, tuple(quotes), facts)


def _claim_quote(document: DocumentText, passage: PassageText, claim: Claim, unit: str) -> Quote:
    marked = tuple(figure.text for figure in claim.stated if figure.unit == unit)
    return _quote(document, passage, claim.quote, (claim.start, claim.end), marked)


def _quote(
    document: DocumentText, passage: PassageText, text: str, span: tuple[int, int], marked: tuple[str, ...] = ()
) -> Quote:
    heading = " › ".join(passage.heading_path)
    return Quote(
        document.document, document.number, document.title, heading, passage.id, text, span[0], span[1], marked
    )  # fmt: skip
