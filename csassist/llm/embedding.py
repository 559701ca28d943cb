"""
The embedding that the settings name: carried by a package, or asked from an OpenAI-compatible server.

The remote one keeps to a deadline a batch, and refuses vectors whose length changed: a server that swapped its
model would fill the index with vectors that cannot be compared.
"""

from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from csassist.llm.errors import ModelNotConfigured


class RecipeEmbeddings(Protocol):
    """LangChain's Embeddings with the name of its vector space: vectors of two recipes can never be compared."""

    @property
    def recipe(self) -> str: ...

    def embed_documents(self, texts: list[str]) -> list[list[float]]: ...

    def embed_query(self, text: str) -> list[float]: ...


def embeddings() -> RecipeEmbeddings:
    """The configured embedding. Raises ModelNotConfigured when the remote one has no base URL."""
    if settings.CSASSIST_EMBEDDINGS != "openai":
        from csassist.llm.local_embeddings import local_embeddings

        return local_embeddings(settings.CSASSIST_EMBEDDINGS)
    base_url = settings.CSASSIST_EMBEDDINGS_BASE_URL or settings.CSASSIST_LLM_BASE_URL
    if not base_url:
        raise ModelNotConfigured(_("No server for embeddings is configured."), reason="not_configured")
    return _remote(
        base_url,
        settings.CSASSIST_EMBEDDINGS_API_KEY or settings.CSASSIST_LLM_API_KEY,
        settings.CSASSIST_EMBEDDINGS_MODEL,
        settings.CSASSIST_EMBEDDINGS_TIMEOUT_SECONDS,
    )


@lru_cache(maxsize=8)
def _remote(base_url: str, api_key: str, model: str, timeout_seconds: float) -> RecipeEmbeddings:
    from csassist.llm.remote_embeddings import RemoteEmbeddings

    return RemoteEmbeddings(base_url=base_url, api_key=api_key, model_name=model, timeout_seconds=timeout_seconds)
