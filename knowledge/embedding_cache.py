"""
An embedding that remembers its vectors in a SQLite file, so that measuring a second time takes seconds, not minutes.

Only for measurements: the product keeps vectors in its database.
"""

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

_LARGEST_BATCH = 32


class CachedEmbeddings(Embeddings):
    """Wraps an embedding with a `recipe`; `on_progress` is told how many texts have got their vector."""

    def __init__(
        self, inner: Embeddings, recipe: str, directory: Path, on_progress: Callable[[int], object] = bool
    ) -> None:
        self._inner = inner
        self.recipe = recipe
        self._path = directory / "vectors.sqlite3"
        self.on_progress = on_progress
        directory.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)")

    def embed_query(self, text: str) -> list[float]:
        return self._cached("query", [text], lambda missing: [self._inner.embed_query(one) for one in missing])[0]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = []
        for start in range(0, len(texts), _LARGEST_BATCH):
            batch = texts[start : start + _LARGEST_BATCH]
            vectors.extend(self._cached("passage", batch, self._inner.embed_documents))
            self.on_progress(len(batch))
        return vectors

    def _cached(
        self, kind: str, texts: list[str], embed: Callable[[list[str]], list[list[float]]]
    ) -> list[list[float]]:
        keys = {text: hashlib.sha256(f"{self.recipe}\0{kind}\0{text}".encode()).hexdigest() for text in texts}
        with closing(self._connect()) as connection, connection:
            known = {text: vector for text, key in keys.items() if (vector := _read(connection, key)) is not None}
            missing = [text for text in keys if text not in known]
            if missing:
                made = dict(zip(missing, embed(missing), strict=True))
                connection.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                    [(keys[text], np.asarray(vector, dtype="<f4").tobytes()) for text, vector in made.items()],
                )
                known |= made
        return [known[text] for text in texts]

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=60)


def _read(connection: sqlite3.Connection, key: str) -> list[float] | None:
    row = connection.execute("SELECT vector FROM vectors WHERE key = ?", [key]).fetchone()
    if row is None:
        return None
    vector: list[float] = np.frombuffer(row[0], dtype="<f4").tolist()
    return vector
