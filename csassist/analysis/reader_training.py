"""
`manage.py train reader`: teaches the shipped readers what stands in `examples/` and writes them to `trained/`.

Nothing is drawn by chance: the same examples give readers that read the same. What is printed was read of rows that
were not taught.
"""

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np

from csassist.analysis import artifacts, risk_figures, sentiment
from csassist.analysis.acting import ACTS_FROM, Looked, admission
from csassist.analysis.labelled_rows import Rows, macro_f1, read_rows, with_vectors
from csassist.analysis.lexicon import EXAMPLES
from csassist.analysis.meaning_vectors import RECIPE
from csassist.analysis.reading import OUT_OF_SCOPE, RISKS, SENTIMENTS, URGENCIES
from csassist.analysis.risk import NO_RISK
from csassist.analysis.text_classifier import Taught, teach
from csassist.analysis.trained_readers import NAMES, TRAINED
from csassist.core.errors import InvalidInput, Unavailable

PERSON, OTHER = "person", "other"
# Of the intents' examples these may hold a wish for a person and may not.
_MAY_WISH: Final = frozenset({"complaint_service", "contact_hours"})
_WISH: Final = "talk_to_person"
# And these may speak of a fault that hurts, of law or of leaving; all others are ordinary for the reader of risks.
_MAY_RISK: Final = frozenset(
    {
        *("complaint_service", "device_fault", "damaged_item", "data_privacy", "subscription_change", "account_change"),
        *(_WISH, OUT_OF_SCOPE),
    }
)
_EVERY_WISH: Final = 3  # so many wishes for a person stand for one beside the risks: all would outweigh them
_LABELS: Final[Mapping[str, Sequence[str]]] = {
    "sentiment": SENTIMENTS,
    "urgency": URGENCIES,
    "risk": (NO_RISK, *RISKS),
    "person": (PERSON, OTHER),
    "thanks": ("thanks", OTHER),
}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--examples", type=Path, default=EXAMPLES, help="directory of the examples (default: shipped)")
    parser.add_argument("--out", type=Path, default=TRAINED, help="directory of the readers (default: shipped)")
    parser.add_argument("--only", choices=NAMES, help="teach this one and leave the others as they are")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """
    Teach, print how each reader reads what it was not taught, and write all of them. Raises InvalidInput for bad
    examples, Unavailable when the embedding cannot be run.
    """
    options["out"].mkdir(parents=True, exist_ok=True)
    size = 0
    for name, rows in examples_of(options["examples"]).items():
        if options["only"] not in {None, name}:
            continue
        embedded = with_vectors(rows, is_quiet=options["quiet"])
        if embedded.vectors is None:
            raise Unavailable("The embedding cannot be run, and a reader without it would be a worse one.")
        made = trained(name, embedded)
        path = options["out"] / f"{name}.skops"
        path.write_bytes(made.content)
        size += len(made.content)
        stdout.write(f"{name:10} {len(rows):5} examples  {made.figures}\n")
        if name == "risk" and made.taught is not None:
            held_back = with_vectors(_held_back(options["examples"]), is_quiet=options["quiet"])
            _measure_risks(made.taught, made.content, embedded, held_back, out=options["out"], stdout=stdout)
    stdout.write(f"The readers are in {options['out']}, {size / 1e6:.1f} MB.\n")


@dataclass(frozen=True)
class Trained:
    """One reader as the content of its file, and how it reads rows that it was not taught."""

    content: bytes
    figures: str
    taught: Taught | None = None


def trained(name: str, rows: Rows) -> Trained:
    if name == "sentiment":
        model = sentiment.train(rows.texts, rows.labels, rows.vectors, recipe=RECIPE)
        figures = f"mood weight {model.with_meaning.mood_weight}"
        return Trained(artifacts.dumps(model.reader, model.extra_parts()), figures)
    outside = OUT_OF_SCOPE if name == "intents" else None
    taught = teach(rows.texts, rows.labels, rows.vectors, recipe=RECIPE, outside=outside)
    return Trained(artifacts.dumps(taught.reader), _figures(taught, rows.labels), taught)


def _held_back(directory: Path) -> Rows:
    """Rows about risks that no reader is taught; none when the directory has no such file. Raises InvalidInput."""
    path = directory / "risk.test.jsonl"
    return read_rows(path, _LABELS["risk"]) if path.exists() else Rows((), ())


def _measure_risks(taught: Taught, content: bytes, rows: Rows, held_back: Rows, *, out: Path, stdout: TextIO) -> None:
    """Write beside the reader how it reads what it was not taught: without these figures no risk acts."""
    _reader, parts = artifacts.loads(content)
    read = risk_figures.read_untaught(taught, rows) + risk_figures.read_by(taught.reader, held_back)
    figures = risk_figures.measured(read)
    digest = artifacts.digest_of(parts)
    (out / risk_figures.FILE_NAME).write_text(risk_figures.as_text(figures, reader_digest=digest), encoding="utf-8")
    for label, counts in figures.items():
        reason = admission(label, counts, Looked()).reason
        stdout.write(
            f"  {label:10} from {ACTS_FROM[label]}: {counts.found} of {counts.present} found, {counts.right} of "
            f"{counts.said} right, {counts.mistaken} of {counts.ordinary} ordinary mistaken: {reason}\n"
        )


def examples_of(directory: Path) -> dict[str, Rows]:
    """The rows of every reader. Raises InvalidInput."""
    found = {name: read_rows(directory / f"{name}.jsonl", _LABELS[name]) for name in ("urgency", "risk", "thanks")}
    intents = read_rows(directory / "intents.jsonl")
    moods = [read_rows(directory / f"sentiment.{language}.jsonl", SENTIMENTS) for language in ("en", "zh")]
    wishes = read_rows(directory / "person.jsonl", _LABELS["person"])
    found["risk"] = _joined(found["risk"], _ordinary(intents, wishes))
    found |= {"intents": intents, "sentiment": _joined(*moods), "person": _joined(wishes, _wishes_of(intents))}
    for name, rows in found.items():
        if len(set(rows.labels)) < 2:
            raise InvalidInput(f"The examples of {name} must hold two labels at least.")
    return found


def _wishes_of(intents: Rows) -> Rows:
    """Ordinary messages, most of which wish for no person: beside look-alikes alone these would seem half a wish."""
    places = [place for place, label in enumerate(intents.labels) if label not in _MAY_WISH]
    labels = tuple(PERSON if intents.labels[place] == _WISH else OTHER for place in places)
    return Rows(intents.part(places).texts, labels)


def _ordinary(intents: Rows, wishes: Rows) -> Rows:
    """What customers mostly write, none of it a risk: beside look-alikes alone it would seem half a one."""
    texts = [text for text, label in zip(intents.texts, intents.labels, strict=True) if label not in _MAY_RISK]
    texts += wishes.texts[::_EVERY_WISH]
    return Rows(tuple(texts), (NO_RISK,) * len(texts))


def _joined(*parts: Rows) -> Rows:
    return Rows(
        tuple(text for part in parts for text in part.texts), tuple(label for part in parts for label in part.labels)
    )


def _figures(taught: Taught, labels: Sequence[str]) -> str:
    known = taught.reader.labels
    said = [known[place] for place in np.argmax(taught.left_out, axis=1)]
    places = [place for place, label in enumerate(labels) if label in known]
    expected, answers = [labels[place] for place in places], [said[place] for place in places]
    accuracy = sum(map(str.__eq__, expected, answers)) / len(places)
    return f"untaught: accuracy {accuracy:.3f}, macro F1 {macro_f1(expected, answers):.3f}"
