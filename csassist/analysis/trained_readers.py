"""The readers that come with the code, in `trained/`: `manage.py train reader` makes them from `examples/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from csassist.analysis import artifacts
from csassist.analysis.acting import Counts
from csassist.analysis.classifier import IntentModel
from csassist.analysis.risk_figures import figures_in
from csassist.analysis.sentiment import SentimentModel
from csassist.analysis.text_classifier import TextClassifier

TRAINED: Final = Path(__file__).with_name("trained")
NAMES: Final = ("intents", "sentiment", "urgency", "risk", "person", "thanks")


@dataclass(frozen=True)
class TrainedReaders:
    """
    `version` is the beginning of a digest of all of them. `risk_figures` are how the reader of risks reads what it was
    not taught, by label; empty when it was never measured.
    """

    intents: IntentModel
    sentiment: SentimentModel
    urgency: TextClassifier
    risk: TextClassifier
    person: TextClassifier
    thanks: TextClassifier
    version: str
    risk_figures: Mapping[str, Counts]


@lru_cache(maxsize=1)
def trained_readers() -> TrainedReaders:
    """All of them; read once, in 0.2 s and the 3 s that skops takes to be imported. Raises UnreadableArtifact."""
    return loaded(TRAINED)


def loaded(directory: Path) -> TrainedReaders:
    """The readers of a directory; each file must be what its own digest says."""
    parts = {name: artifacts.loads((directory / f"{name}.skops").read_bytes()) for name in NAMES}
    readers = {name: reader for name, (reader, _) in parts.items()}
    digests = {name: artifacts.digest_of(stored) for name, (_, stored) in parts.items()}
    return TrainedReaders(
        intents=IntentModel(readers["intents"]),
        sentiment=SentimentModel.of(*parts["sentiment"]),
        urgency=readers["urgency"],
        risk=readers["risk"],
        person=readers["person"],
        thanks=readers["thanks"],
        version=artifacts.digest_of({"readers": "".join(digests.values())})[:6],
        risk_figures=figures_in(directory, reader_digest=digests["risk"]),
    )
