"""
What the knowledge store keeps: documents with versions, their passages and vectors, the state of the indexes, and what
readers of the help centre did.
"""

from knowledge.models.article_feedback import ArticleFeedback
from knowledge.models.documents import (
    AUDIENCES_OF_READER,
    Audience,
    Collection,
    Document,
    DocumentVersion,
    Source,
    VersionKind,
    VersionState,
)
from knowledge.models.findings import DocumentCheck, Finding
from knowledge.models.gaps import Gap, GapQuestion
from knowledge.models.indexing import IndexGeneration, IndexJob
from knowledge.models.passages import Passage, PassageVector
from knowledge.models.reading_counts import ArticleViews

__all__ = [
    "AUDIENCES_OF_READER",
    "ArticleFeedback",
    "ArticleViews",
    "Audience",
    "Collection",
    "Document",
    "DocumentCheck",
    "DocumentVersion",
    "Finding",
    "Gap",
    "GapQuestion",
    "IndexGeneration",
    "IndexJob",
    "Passage",
    "PassageVector",
    "Source",
    "VersionKind",
    "VersionState",
]
