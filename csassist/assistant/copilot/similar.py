"""
Similar cases that were solved: closed episodes by the meaning of their question, for agents alone.

A background job makes the gists. The search compares with every one of the newest MOST_SEARCHED in memory: ten thousand
vectors are a few milliseconds, and no second index has to be kept in step with the database.
"""

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from csassist.assistant.copilot.dialogue import said_in
from csassist.assistant.copilot.gists import Gist, gist_of
from csassist.assistant.models import EpisodeGist
from csassist.conversations.models import Episode, Feedback
from csassist.core.errors import Unavailable
from csassist.core.redaction import mask_personal
from csassist.core.text import detect_language
from csassist.llm import embeddings
from csassist.llm.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from csassist.llm.embedding import RecipeEmbeddings

MOST_SEARCHED: Final = 10_000
MOST_SHOWN: Final = 4
MOST_A_SWEEP: Final = 50
LEAST_COSINE: Final = 0.35
WORST_SCORE: Final = 2  # of a survey: this and less was not solved


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """`score` is the cosine, 0-1. `survey_score` and `rating` are what the customer said of it, None for nothing."""

    conversation_id: UUID
    question: str
    answer: str
    score: float
    closed_at: datetime
    survey_score: int | None
    rating: str | None

    @property
    def percent(self) -> int:
        return round(100 * self.score)


def similar_cases(text: str, *, besides: int | None = None, most: int = MOST_SHOWN) -> tuple[SimilarCase, ...]:
    """
    The solved cases nearest to a text, best first, without the conversation with that primary key. Empty when the
    embedding is down: the panel says less, it does not fail.
    """
    asked = mask_personal(text).strip()
    if not asked:
        return ()
    try:
        model = embeddings()
        vector = _unit(model.embed_query(asked[:2_000]))
    except (ModelError, Unavailable):
        return ()
    pks, matrix = _remembered.of(model.recipe)
    if not pks:
        return ()
    scores = matrix @ vector
    order = scores.argsort()[::-1][: 4 * most]
    near = {pks[place]: float(scores[place]) for place in order if scores[place] >= LEAST_COSINE}
    return _cases(near, besides)[:most]


def sweep() -> int:
    """Make the gists that are missing or of another recipe; returns how many episodes were read."""
    model = embeddings()
    episodes = list(_without_gist(model.recipe)[:MOST_A_SWEEP])
    if not episodes:
        return 0
    gists = [(episode, gist_of(said_in(episode))) for episode in episodes]
    vectors = _vectors([gist for _episode, gist in gists if gist], model)
    for episode, gist in gists:
        EpisodeGist.objects.update_or_create(
            episode=episode,
            defaults=_row(episode, gist, vectors.get(gist.content_hash) if gist else None, model.recipe),
        )
    return len(gists)


def _without_gist(recipe: str) -> QuerySet[Episode]:
    """Closed episodes without a gist in this space, newest first; what has no answer is read once."""
    other = Q(gist=None) | (Q(gist__is_solved=True) & ~Q(gist__recipe=recipe))
    return Episode.objects.filter(other, closed_at__isnull=False).select_related("conversation").order_by("-closed_at")


def _vectors(gists: list[Gist], model: "RecipeEmbeddings") -> "dict[str, NDArray[np.float32]]":
    """By content hash; what is stored in this space already is not embedded again."""
    import numpy as np

    by_hash = {gist.content_hash: gist.text for gist in gists}
    stored = EpisodeGist.objects.searchable(model.recipe).filter(content_hash__in=by_hash)
    known = {one.content_hash: np.frombuffer(bytes(one.vector), dtype="<f4") for one in stored}
    wanted = [one for one in by_hash if one not in known]
    made = model.embed_documents([by_hash[one] for one in wanted]) if wanted else []
    return known | {name: _unit(vector) for name, vector in zip(wanted, made, strict=True)}


def _row(episode: Episode, gist: Gist | None, vector: "NDArray[np.float32] | None", recipe: str) -> dict[str, object]:
    is_solved = gist is not None and vector is not None
    return {
        "question": gist.question if gist else "",
        "answer": gist.answer if gist else "",
        "language": detect_language(gist.question) if gist else episode.conversation.language,
        "is_solved": is_solved,
        "content_hash": gist.content_hash if gist else "",
        "recipe": recipe,
        "vector": vector.astype("<f4").tobytes() if vector is not None else b"",
        "closed_at": episode.closed_at or timezone.now(),
        "made_at": timezone.now(),
    }


def _cases(near: dict[int, float], besides: int | None) -> tuple[SimilarCase, ...]:
    """From the database, so that what was erased is gone; without what the customer called unsolved."""
    rows = EpisodeGist.objects.filter(pk__in=near, is_solved=True)
    if besides is not None:
        rows = rows.exclude(episode__conversation_id=besides)
    rows = rows.exclude(episode__survey__resolved=False).exclude(episode__survey__score__lte=WORST_SCORE)
    rows = rows.select_related("episode__conversation", "episode__survey")
    ratings = _ratings([one.episode_id for one in rows])
    found = [
        SimilarCase(
            conversation_id=one.episode.conversation.public_id,
            question=one.question,
            answer=one.answer,
            score=round(near[one.pk], 3),
            closed_at=one.closed_at,
            survey_score=getattr(getattr(one.episode, "survey", None), "score", None),
            rating=ratings.get(one.episode_id),
        )
        for one in rows
        if ratings.get(one.episode_id) != Feedback.Rating.DOWN
    ]
    return tuple(sorted(found, key=lambda one: (-one.score, -one.closed_at.timestamp())))


def _ratings(episode_pks: list[int]) -> dict[int, str]:
    """The newest rating in each of these episodes."""
    rows = Feedback.objects.filter(message__episode__in=episode_pks).order_by("updated_at")
    return dict(rows.values_list("message__episode_id", "rating"))


def _unit(vector: "list[float]") -> "NDArray[np.float32]":
    import numpy as np

    made = np.asarray(vector, dtype=np.float32)
    length = float(np.linalg.norm(made))
    return made / length if length else made


class _Remembered:
    """The vectors of one recipe in this process, read again when a gist came, changed or went."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mark: tuple[object, ...] = ()
        self._pks: list[int] = []
        self._matrix: NDArray[np.float32] | None = None

    def of(self, recipe: str) -> "tuple[list[int], NDArray[np.float32]]":
        import numpy as np

        rows = EpisodeGist.objects.searchable(recipe)
        counted = rows.order_by().aggregate(count=Count("pk"), newest=Max("made_at"), last=Max("pk"))
        mark = (recipe, counted["count"], counted["newest"], counted["last"])
        with self._lock:
            if mark != self._mark or self._matrix is None:
                read = list(rows.values_list("pk", "vector")[:MOST_SEARCHED])
                self._pks = [pk for pk, _vector in read]
                vectors = [np.frombuffer(bytes(vector), dtype="<f4") for _pk, vector in read]
                self._matrix = np.stack(vectors) if vectors else np.zeros((0, 0), dtype=np.float32)
                self._mark = mark
            return self._pks, self._matrix


_remembered = _Remembered()
