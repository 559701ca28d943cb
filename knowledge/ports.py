"""
What goes into a search and what comes out of it, as plain frozen data.

`retrieval.retrieve` is the only function between the two. Every number that decided something is in the result, so that
the playground, a stored answer trace and the evaluation can show why a passage was chosen or dropped.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from knowledge.lexical import LexicalIndex
    from knowledge.vector_store import DenseResult

Leg = Literal["dense", "lexical"]
Part = Leg | Literal["rerank"]
DropReason = Literal["not_confirmed", "document_limit", "source_limit", "duplicate", "budget", "limit", "rank"]


@dataclass(frozen=True, slots=True)
class Query:
    """
    One question. `history` holds earlier turns, oldest first, as "user: ..." or "agent: ...".

    `language` None is detected. At most `limit` passages are packed, within `budget_tokens`; neither changes the order
    of the candidates.
    """

    text: str
    collections: tuple[int, ...]
    language: str | None = None
    history: tuple[str, ...] = ()
    limit: int = 6
    budget_tokens: int = 1800


@dataclass(frozen=True, slots=True)
class PassageRecord:
    """
    A passage as the database confirms it now. `section_key` is equal for passages under the same heading.

    `source_id` is empty for what was written here; `is_trusted` is what is said of the source.
    """

    id: str
    document_id: str
    version_id: str
    version_number: int
    collection_id: int
    title: str
    heading_path: tuple[str, ...]
    text: str
    language: str
    kind: str
    section_key: str
    questions: tuple[str, ...] = ()
    source_id: str = ""
    is_trusted: bool = True


class PassageSource(Protocol):
    """The door to the truth: an id that is not returned may not be shown."""

    def confirm(self, passage_ids: Sequence[str], collections: Sequence[int]) -> Mapping[str, PassageRecord]:
        """Those of the passages that are published, current and visible in these collections."""
        ...

    def replaced(self, passage_ids: Sequence[str], collections: Sequence[int]) -> frozenset[str]:
        """The documents of these passages, none of which was confirmed, whose live text is another."""
        ...


class QueryEmbeddings(Protocol):
    """What a search needs of LangChain's Embeddings. Raises Unavailable when there is no vector now."""

    def embed_query(self, text: str) -> list[float]: ...


class VectorSearch(Protocol):
    """The dense leg. Raises Unavailable when it cannot be asked."""

    def search(self, names: Sequence[str], vector: "NDArray[np.float32]", depth: int) -> "DenseResult": ...

    def scores(
        self, names: Sequence[str], vector: "NDArray[np.float32]", passage_ids: Sequence[str]
    ) -> Mapping[str, float]:
        """The cosine of each of these passages that is there."""
        ...


# One weight a feature of `ranking_features`; empty leaves the fused order as it is.
RankerWeights = Mapping[str, float]


class Reranker(Protocol):
    """Reads the question beside at most `passages_count` passages. Raises Unavailable when it has no scores in time."""

    @property
    def passages_count(self) -> int: ...

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """One finite number a text, in order, the higher the better."""
        ...


# Makes a question that stands alone out of the last turn and the turns before, or None to leave it to the rules.
Rewriter = Callable[[str, tuple[str, ...]], str | None]


@dataclass(frozen=True)
class Engine:
    """The parts a search needs. `vector_names` maps a collection id to its name in the vector store."""

    embeddings: QueryEmbeddings
    vectors: "VectorSearch"
    vector_names: Mapping[int, str]
    lexical: "LexicalIndex"
    passages: PassageSource
    rewriter: Rewriter | None = None
    reranker: Reranker | None = None
    ranker_weights: RankerWeights = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    How one candidate came to its place; a rank or score that is None was not given by that leg.

    `fused_score` is in [0, 1] and comparable within one search only. `rerank_score` is what a re-ranker gave, which
    then decided. `dropped` None means packed.
    """

    dense_rank: int | None = None
    dense_score: float | None = None
    lexical_rank: int | None = None
    lexical_score: float | None = None
    fused_score: float = 0.0
    rerank_score: float | None = None
    dropped: DropReason | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage some leg proposed; `document_id` is empty when the database did not confirm it."""

    passage_id: str
    document_id: str
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A packed passage; `rank` starts at 1, `score` is the fused score that belongs to its place."""

    passage: PassageRecord
    rank: int
    score: float
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    What speaks for and against answering from these passages; each in [0, 1] unless said otherwise.

    `coverage`, `coverage_at_1`: idf-weighted share of the question's terms in the packed passages, in the first.
    `dense_top`: best cosine, in [-1, 1]. `dense_margin`: its distance to the best passage of another document.
    `lexical_top`: best lexical score as a share of what a passage holding every term often could reach.
    `lexical_margin`: its distance to the best passage of another document, as such a share.
    `agreement`: 1 / the place that the words give to the document whose meaning is nearest; 0 when they do not find it.
    `codes_asked`: how many numbers and codes the question holds; `codes_found`: the share of them that stands in the
    packed passages (1 when none is asked for).
    """

    coverage: float = 0.0
    coverage_at_1: float = 0.0
    dense_top: float = 0.0
    dense_margin: float = 0.0
    lexical_top: float = 0.0
    lexical_margin: float = 0.0
    agreement: float = 0.0
    codes_asked: int = 0
    codes_found: float = 1.0


@dataclass(frozen=True, slots=True)
class RetrievalResult:
    """
    `passages` are packed, best first. `candidates` are all that were considered, in the order of ranking.

    `degraded` names the parts that gave nothing because they were down; `missing` the collections without an index.
    `evidence` is weighed in the search's own order, whatever a re-ranker says: the gate is calibrated on that.
    """

    passages: tuple[RankedPassage, ...]
    candidates: tuple[Candidate, ...]
    degraded: tuple[Part, ...]
    language: str
    searched_text: str
    evidence: Evidence = field(default_factory=Evidence)
    missing: tuple[str, ...] = ()
    stage_milliseconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_down(self) -> bool:
        """Whether no index could be asked."""
        return {"dense", "lexical"} <= set(self.degraded)
