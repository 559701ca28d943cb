"""
The only door to models: what other apps may call.

`chat_model` and `embeddings` return LangChain's own interfaces; what they raise is a `csassist.llm.errors.ModelError`
(the package-carried embeddings raise `EmbeddingsUnavailable`). Nothing heavy is imported before it is used.
"""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from csassist.llm.embedding import RecipeEmbeddings
    from csassist.llm.reranking import RemoteReranker

Purpose = Literal["answer", "rewrite", "judge", "draft", "read", "copilot", "practice"]


def is_configured() -> bool:
    """Whether there is a language model to ask at all."""
    from csassist.llm import gateway

    return gateway.is_configured()


def chat_model(purpose: Purpose, *, model: str = "", is_trial: bool = False) -> "BaseChatModel":
    """
    The model for a purpose, bounded by the settings CSASSIST_LLM_*; the same object while they stay the same.

    `model` names another model of the configured server, to try it. `is_trial` changes nothing but the ledger, where
    the call stands under trials: somebody of the staff tried something.

    Raises ModelNotConfigured. Its calls (`stream`, `invoke` and their asynchronous forms) raise the other
    ModelErrors, also after part of the reply was given out, and RuntimeError inside an open transaction. The first
    and the last chunk carry `response_metadata["model_call"]` (the ledger row's UUID), the last one also
    `usage_metadata`.
    """
    from csassist.llm import gateway

    return gateway.chat_model(purpose, model=model, is_trial=is_trial)


def embeddings() -> "RecipeEmbeddings":
    """The embedding that CSASSIST_EMBEDDINGS names."""
    from csassist.llm import embedding

    return embedding.embeddings()


def reranker() -> "RemoteReranker | None":
    """The re-ranker that CSASSIST_RERANKER_BASE_URL names, or None; its `scores` raises what a chat model raises."""
    from django.conf import settings

    if not settings.CSASSIST_RERANKER_BASE_URL:
        return None
    from csassist.llm import reranking

    return reranking.reranker()


def warm_up() -> None:
    """Import and build what the first answer needs, which takes seconds; for a web process to call when it starts."""
    from csassist.llm import gateway

    gateway.warm_up()
