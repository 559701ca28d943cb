"""
The vectors of the last questions, by their exact text: a suggested question is clicked many times, and embedding it is
the longest step of a search.

A vector depends on the text and the recipe and on nothing else: not on who asks, what is published or which generation
is live. So no change makes one stale, and one reader's can serve another without telling anything. What is *found* is
never kept: that depends on all three.
"""

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from csassist.llm.embedding import RecipeEmbeddings

MOST_KEPT: Final = 1_000
LONGEST_KEPT_CHARACTERS: Final = 500  # longer ones are hardly asked twice

_kept: "OrderedDict[tuple[str, str], NDArray[np.float32]]" = OrderedDict()
_lock = threading.Lock()


class RememberedQuestions:
    """`QueryEmbeddings` over an embedding with a recipe. An error is raised as it comes and never kept."""

    def __init__(self, inner: "RecipeEmbeddings") -> None:
        self._inner = inner

    def embed_query(self, text: str) -> list[float]:
        import numpy as np

        key = (self._inner.recipe, text)
        with _lock:
            if (known := _kept.get(key)) is not None:
                _kept.move_to_end(key)
                return [float(value) for value in known]
        vector = self._inner.embed_query(text)
        if len(text) <= LONGEST_KEPT_CHARACTERS:
            with _lock:
                _kept[key] = np.asarray(vector, dtype=np.float32)
                while len(_kept) > MOST_KEPT:
                    _kept.popitem(last=False)
        return vector


def forget_questions() -> None:
    with _lock:
        _kept.clear()
