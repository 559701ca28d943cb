"""
The only door to tantivy: an inverted index with BM25 over terms that `tokenizing` made.

It is a directory that can be deleted and rebuilt. One process writes at a time (the others are told
`LexicalIndexBusy`); every search first loads what was committed, also by another process. Query text is never parsed:
queries are built from terms, so that no customer can write query syntax.
"""

import math
import shutil
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from csassist.core.errors import Unavailable

if TYPE_CHECKING:
    import tantivy

_WRITER_HEAP_BYTES = 32_000_000
_FIELDS: Final = ("question", "body")
MOST_QUERY_TERMS = 64
MOST_QUERY_PAIRS = 12
MOST_PAIR_PASSAGES = 3_000  # a pair costs as many positions as its rarer term has passages
_K1: Final = 1.2  # fixed inside tantivy, as is b = 0.75


class LexicalIndexUnavailable(Unavailable):
    """The directory is missing, unreadable or of an older schema: rebuild it; the vector store still works."""

    code = "lexical_index_unavailable"


class LexicalIndexBusy(Unavailable):
    """Another process is writing. Nothing was lost: try again."""

    code = "lexical_index_busy"


@dataclass(frozen=True, slots=True)
class LexicalEntry:
    """
    A passage as terms of `index_tokens`: the questions it answers apart from its text, which begins with the title.

    A field of the title's own was measured as well: better on help articles, worse on a manual with titles like "Band".
    """

    passage_id: str
    document_id: str
    collection_id: int
    question_tokens: tuple[str, ...]
    body_tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldWeights:
    question: float = 1.0
    body: float = 1.0


@dataclass(frozen=True, slots=True)
class LexicalHit:
    """`score` is a BM25 sum, at least 0 and without an upper bound: compare it within one query only."""

    passage_id: str
    score: float


@dataclass(frozen=True, slots=True)
class LexicalScale:
    """What makes the scores of one query comparable: the idf of its terms and the `highest` score they could give."""

    idf: Mapping[str, float] = field(default_factory=dict)
    highest: float = 0.0


class LexicalWriter:
    """Collects changes; nothing is visible to a search before the `writer()` block ends well."""

    def __init__(self, schema: "tantivy.Schema", writer: "tantivy.IndexWriter") -> None:
        self._schema = schema
        self._writer = writer

    def replace_document(self, document_id: str, entries: Iterable[LexicalEntry]) -> None:
        """These entries and no others are from now on the document's."""
        import tantivy

        self.delete_document(document_id)
        for entry in entries:
            document = tantivy.Document()
            document.add_text("passage_id", entry.passage_id)
            document.add_text("document_id", document_id)
            document.add_integer("collection_id", entry.collection_id)
            for name in _FIELDS:
                # The whitespace tokenizer hands our terms on as they are.
                document.add_text(name, " ".join(getattr(entry, f"{name}_tokens")))
            self._writer.add_document(document)

    def delete_document(self, document_id: str) -> None:
        self._writer.delete_documents_by_term("document_id", document_id)

    def delete_everything(self) -> None:
        self._writer.delete_all_documents()


class LexicalIndex:
    """
    One index directory. Searches may come from many threads at once.

    `search` and the listings raise LexicalIndexUnavailable while the directory is missing or damaged; `writer()`
    creates a missing one.
    """

    def __init__(self, path: Path, *, weights: FieldWeights | None = None) -> None:
        self._path = path
        self._weights = weights or FieldWeights()
        self._index: tantivy.Index | None = None
        self._lock = threading.Lock()

    @contextmanager
    def writer(self) -> Iterator[LexicalWriter]:
        """One commit at the end of the block; an error inside leaves the index as it was. Raises LexicalIndexBusy."""
        index = self._open(create=True)
        try:
            writer = index.writer(_WRITER_HEAP_BYTES, 1)
        except ValueError as error:
            if "lock" in str(error).lower():
                raise LexicalIndexBusy(
                    "Another process is writing the lexical index.", retry_after_seconds=1
                ) from error
            raise LexicalIndexUnavailable("The lexical index cannot be written.") from error
        try:
            yield LexicalWriter(index.schema, writer)
        except BaseException:
            writer.rollback()
            raise
        else:
            try:
                writer.commit()
            except (ValueError, OSError) as error:
                raise LexicalIndexUnavailable("The lexical index cannot be written.") from error
        finally:
            # The directory's lock lives as long as the writer object: the name must not outlive the block.
            writer.wait_merging_threads()
            del writer

    def search(self, terms: Mapping[str, float], *, collection_ids: Collection[int], depth: int) -> list[LexicalHit]:
        """The `depth` best passages of these collections by weighted terms, ties by id; nothing without either."""
        if not terms or not collection_ids or depth < 1:
            return []
        index = self._open()
        with _vendor_errors():
            index.reload()
            searcher = index.searcher()
            query = _within(index.schema, collection_ids, self._any_term(index.schema, terms))
            found = searcher.search(query, limit=depth, count=False).hits
            hits = [LexicalHit(_text(searcher, address, "passage_id"), float(score)) for score, address in found]
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))

    def phrases(
        self, pairs: Mapping[tuple[str, str], float], *, collection_ids: Collection[int], depth: int
    ) -> dict[str, float]:
        """
        How much of the weight of the term pairs stands side by side in a passage, in (0, 1], for the `depth` best
        passages of these collections. In title and text, or in a question, a pair counts once.
        """

        total = sum(pairs.values())
        if total <= 0 or not collection_ids or depth < 1:
            return {}
        index = self._open()
        with _vendor_errors():
            index.reload()
            searcher = index.searcher()
            cheap = _cheap_pairs(searcher, pairs)
            if not cheap:
                return {}
            query = _within(index.schema, collection_ids, self._any_pair(index.schema, cheap))
            found = searcher.search(query, limit=depth, count=False)
            return {
                _text(searcher, address, "passage_id"): min(1.0, float(score) / total) for score, address in found.hits
            }

    def scale(self, terms: Mapping[str, float]) -> LexicalScale:
        """How much each term weighs in this index, and the score of a short passage full of all of them."""
        index = self._open()
        with _vendor_errors():
            index.reload()
            searcher = index.searcher()
            total = int(searcher.num_docs)
            idf = {token: _idf(max(int(searcher.doc_freq(name, token)) for name in _FIELDS), total) for token in terms}
        return LexicalScale(idf, sum(weight * idf[token] for token, weight in terms.items()) * (_K1 + 1))

    def all_passage_ids(self) -> set[str]:
        return self._all_values("passage_id")

    def document_ids(self) -> set[str]:
        return self._all_values("document_id")

    def entries(self) -> list[tuple[str, str]]:
        """Passage id and document id of every entry, as often as it is there."""
        return list(zip(self._listed("passage_id"), self._listed("document_id"), strict=True))

    def count(self) -> int:
        """How many passages are committed."""
        index = self._open()
        with _vendor_errors():
            index.reload()
            return int(index.searcher().num_docs)

    def remove(self) -> None:
        """Delete the directory with everything in it."""
        with self._lock:
            self._index = None
            shutil.rmtree(self._path, ignore_errors=True)

    def _any_term(self, schema: "tantivy.Schema", terms: Mapping[str, float]) -> "tantivy.Query":
        import tantivy

        clauses: list[tuple[tantivy.Occur, tantivy.Query]] = []
        for token, weight in islice(terms.items(), MOST_QUERY_TERMS):
            for name in _FIELDS:
                boost = weight * getattr(self._weights, name)
                if boost > 0:
                    term = tantivy.Query.term_query(schema, name, token, index_option="freq")
                    clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(term, boost)))
        return tantivy.Query.boolean_query(clauses)

    def _any_pair(self, schema: "tantivy.Schema", pairs: Mapping[tuple[str, str], float]) -> "tantivy.Query":
        import tantivy

        clauses: list[tuple[tantivy.Occur, tantivy.Query]] = []
        for pair, weight in pairs.items():
            in_any = [tantivy.Query.phrase_query(schema, name, list(pair)) for name in _FIELDS]
            once = tantivy.Query.const_score_query(
                tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in in_any]), weight
            )
            clauses.append((tantivy.Occur.Should, once))
        return tantivy.Query.boolean_query(clauses)

    def _all_values(self, name: str) -> set[str]:
        return set(self._listed(name))

    def _listed(self, name: str) -> list[str]:
        import tantivy

        index = self._open()
        with _vendor_errors():
            index.reload()
            searcher = index.searcher()
            total = int(searcher.num_docs)
            if total == 0:
                return []
            found = searcher.search(tantivy.Query.all_query(), limit=total, count=False).hits
            return [_text(searcher, address, name) for _, address in found]

    def _open(self, *, create: bool = False) -> "tantivy.Index":
        import tantivy

        with self._lock:
            # A removed and rebuilt directory must not be read through the old handle.
            if self._index is not None and (self._path / "meta.json").exists():
                return self._index
            if create:
                self._path.mkdir(parents=True, exist_ok=True)
            elif not (self._path / "meta.json").exists():
                raise LexicalIndexUnavailable("The lexical index has not been built yet.")
            try:
                self._index = tantivy.Index(_schema(), str(self._path))
            except (ValueError, OSError) as error:
                raise LexicalIndexUnavailable("The lexical index cannot be read.") from error
            return self._index


def _cheap_pairs(searcher: "tantivy.Searcher", pairs: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """The weightiest pairs, without those of two terms the index is full of: they say little and cost most."""

    def passages(token: str) -> int:
        return max(int(searcher.doc_freq(name, token)) for name in _FIELDS)

    weightiest = sorted(pairs.items(), key=lambda one: (-one[1], one[0]))[:MOST_QUERY_PAIRS]
    return {pair: weight for pair, weight in weightiest if min(map(passages, pair)) <= MOST_PAIR_PASSAGES}


def _within(schema: "tantivy.Schema", collection_ids: Collection[int], query: "tantivy.Query") -> "tantivy.Query":
    import tantivy

    scope = tantivy.Query.term_set_query(schema, "collection_id", sorted(collection_ids))
    return tantivy.Query.boolean_query(
        [(tantivy.Occur.Must, query), (tantivy.Occur.Must, tantivy.Query.const_score_query(scope, 0.0))]
    )


@contextmanager
def _vendor_errors() -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError) as error:
        raise LexicalIndexUnavailable("The lexical index cannot be read.") from error


def _schema() -> "tantivy.Schema":
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("passage_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("document_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("collection_id", indexed=True)
    for name in _FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    return builder.build()


def _idf(document_frequency: int, passages: int) -> float:
    """Lucene's BM25 idf: above 0 for every term."""
    return math.log(1 + (passages - document_frequency + 0.5) / (document_frequency + 0.5))


def _text(searcher: "tantivy.Searcher", address: "tantivy.DocAddress", name: str) -> str:
    return str(searcher.doc(address)[name][0])
