"""
Vectors from an OpenAI-compatible server, each batch within its deadline and of the length this recipe has always had.

The length is kept in the database, so that it holds across restarts and processes.
"""

import math
from collections.abc import Sequence
from typing import Any

from asgiref.sync import sync_to_async
from django.utils.translation import gettext as _
from langchain_core.embeddings import Embeddings

from csassist.llm import event_loop, faults, upstream
from csassist.llm.errors import ModelReplyMalformed, ModelTimedOut
from csassist.llm.models import EmbeddingSpace
from csassist.llm.upstream import Server

BATCH_TEXTS = 64
BYTES_PER_TEXT = 120_000  # 4096 numbers written out


class RemoteEmbeddings(Embeddings):
    def __init__(self, *, base_url: str, api_key: str, model_name: str, timeout_seconds: float) -> None:
        self._server = Server(base_url, api_key)
        self._model_name = model_name
        self._timeout_seconds = timeout_seconds
        self._dimension: int | None = None

    @property
    def recipe(self) -> str:
        return f"openai|{self._model_name}"[:120]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text, in order. Raises ModelTimedOut, ModelUnavailable, ModelRefused or ModelReplyMalformed."""
        vectors: list[list[float]] = []
        for start in range(0, len(texts), BATCH_TEXTS):
            batch = event_loop.start(self._batch(texts[start : start + BATCH_TEXTS]))
            try:
                vectors += batch.result(self._timeout_seconds)
            except TimeoutError as error:
                raise self._timed_out() from error
            finally:
                batch.cancel()
        self._check_dimension(vectors)
        return vectors

    async def aembed_query(self, text: str) -> list[float]:
        return (await self.aembed_documents([text]))[0]

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        return await sync_to_async(self.embed_documents, thread_sensitive=False)(texts)

    async def _batch(self, texts: Sequence[str]) -> list[list[float]]:
        upstream.most_reply_bytes.set(upstream.BASE_REPLY_BYTES + BYTES_PER_TEXT * len(texts))
        try:
            client = upstream.client(self._server)
            reply = await client.embeddings.create(model=self._model_name, input=list(texts), encoding_format="float")
            return _vectors(reply.model_dump(warnings=False), len(texts))
        except faults.TRANSPORT_ERRORS as error:
            raise faults.from_transport(error) from error
        except faults.SHAPE_ERRORS as error:
            raise faults.malformed("wrong_type") from error

    def _check_dimension(self, vectors: Sequence[Sequence[float]]) -> None:
        if not vectors:
            return
        if self._dimension is None:
            space, _created = EmbeddingSpace.objects.get_or_create(
                recipe=self.recipe, defaults={"dimension": len(vectors[0])}
            )
            self._dimension = space.dimension
        if found := {len(vector) for vector in vectors} - {self._dimension}:
            raise ModelReplyMalformed(
                _(
                    "The embedding model now returns %(found)d numbers instead of %(expected)d. "
                    "Give the new model another name and rebuild the index."
                )
                % {"found": found.pop(), "expected": self._dimension},
                reason="dimension_changed",
            )

    def _timed_out(self) -> ModelTimedOut:
        return ModelTimedOut(_("The embedding model did not answer in time."), reason="total")


def _vectors(reply: dict[str, Any], count: int) -> list[list[float]]:
    """The vectors of a reply in the order of the texts. Raises one of SHAPE_ERRORS."""
    rows = sorted(reply["data"], key=lambda row: int(row["index"]))
    vectors = [[float(value) for value in row["embedding"]] for row in rows]
    if len(vectors) != count or not all(vector and all(map(math.isfinite, vector)) for vector in vectors):
        raise ValueError("Not one vector a text.")
    return vectors
