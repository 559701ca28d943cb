"""
What a message is about: one of a company's intents, or none of them.

A message is out of scope when no intent speaks for it strongly enough. How strongly is learned: from rows labelled
`oos` where there are any; otherwise from what the reader says of examples whose whole intent it was not taught.
"""

from collections.abc import Sequence
from typing import Final

from csassist.analysis import artifacts
from csassist.analysis.artifacts import UnreadableArtifact
from csassist.analysis.meaning_vectors import RECIPE, Embed, EmbedAll, meaning_of, meanings_of
from csassist.analysis.reading import OUT_OF_SCOPE, Verdict
from csassist.analysis.text_classifier import TextClassifier, teach
from csassist.analysis.words import WordTable
from csassist.core.errors import InvalidInput

MOST_ROWS: Final = 20_000  # a fit takes their square in memory: 1.6 GB


class IntentModel:
    """Reads intents. `labels` are their keys; OUT_OF_SCOPE is none of them."""

    def __init__(self, reader: TextClassifier) -> None:
        self._reader = reader

    @property
    def labels(self) -> tuple[str, ...]:
        return self._reader.labels

    @property
    def words(self) -> WordTable:
        """The terms it was taught, and how rare each is."""
        return self._reader.words

    def verdict(self, text: str, *, embed: Embed = meaning_of) -> Verdict:
        """The intent of a message; never raises. The evidence of "out of scope" is empty."""
        return self.verdict_by(text, embed(text) if self._reader.recipe == RECIPE else None)

    def verdict_by(self, text: str, vector: Sequence[float] | None) -> Verdict:
        """The same with the vector at hand; without one the words alone decide."""
        judged = self._reader.judge(text, vector)
        certainty = judged.view.certainty
        if certainty.is_outside(judged.scores):
            return Verdict(OUT_OF_SCOPE, round(certainty.confidence_outside(judged.scores), 4))
        label = self.labels[int(judged.scores.argmax())]
        return Verdict(
            label, round(certainty.confidence(judged.scores), 4), evidence=self._reader.evidence(text, label, judged)
        )

    def to_bytes(self) -> bytes:
        return artifacts.dumps(self._reader)

    @classmethod
    def from_bytes(cls, content: bytes) -> "IntentModel":
        """Raises UnreadableArtifact, a ValueError, for anything but what `to_bytes` gave."""
        return cls(artifacts.loads(content)[0])


def train(rows: Sequence[tuple[str, str]], *, embed_all: EmbedAll = meanings_of) -> IntentModel:
    """
    A model of (text, label) rows; OUT_OF_SCOPE labels what is about none of the intents. Deterministic. 1,700 rows
    take 2 s once their vectors are there, which come 25 to 30 a second. Raises InvalidInput.
    """
    if len(rows) > MOST_ROWS:
        raise InvalidInput(f"At most {MOST_ROWS:,} examples can be learned from; these are {len(rows):,}.")
    texts, labels = [text for text, _ in rows], [label for _, label in rows]
    if len(set(labels) - {OUT_OF_SCOPE}) < 2:
        raise InvalidInput("There must be examples of at least two intents.")
    vectors = embed_all(texts)
    taught = teach(texts, labels, vectors, recipe="" if vectors is None else RECIPE, outside=OUT_OF_SCOPE)
    return IntentModel(taught.reader)


__all__ = ["IntentModel", "UnreadableArtifact", "train"]
