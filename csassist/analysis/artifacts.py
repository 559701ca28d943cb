"""
How trained readers are kept: one skops file each, of arrays, numbers and texts and nothing else, so that loading one
runs no code of it. A digest of the content stands in the file and is checked; the format has a number of its own.

Importing skops costs 3 s, so it is imported when the first reader is loaded: a web process does that while it warms up.
"""

import hashlib
import io
import warnings
import zipfile
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from csassist.analysis.calibration import Certainty
from csassist.analysis.meanings import Meanings
from csassist.analysis.text_classifier import TextClassifier, View
from csassist.analysis.words import WordTable

FORMAT: Final = 1
MOST_BYTES: Final = 200_000_000

Parts = Mapping[str, Any]


class UnreadableArtifact(ValueError):
    """The bytes are no trained reader that this release can load."""


def dumps(reader: TextClassifier, extra: Parts | None = None) -> bytes:
    """The reader as the content of a file, with `extra` numbers, texts and lists of them beside it."""
    content = {**_parts(reader), **(extra or {})}
    from skops import io as skops_io

    stored = {"format": FORMAT, "digest": digest_of(content), "content": content}
    return bytes(skops_io.dumps(stored, compression=zipfile.ZIP_DEFLATED, compresslevel=9))


def loads(content: bytes) -> tuple[TextClassifier, Parts]:
    """The reader, and all parts it was stored with. Raises UnreadableArtifact."""
    stored = _unpacked(content)
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise UnreadableArtifact(f"This release reads format {FORMAT} of trained readers only.")
    parts = stored["content"]
    if digest_of(parts) != stored.get("digest"):
        raise UnreadableArtifact("The content is not what its digest says.")
    try:
        return _reader(parts), parts
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise UnreadableArtifact(f"A part is missing or wrong: {error}.") from error


def _unpacked(content: bytes) -> Any:
    from skops import io as skops_io
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                raise UnreadableArtifact("The file is larger than any reader when it is unpacked.")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return skops_io.loads(content, trusted=[])
    except (zipfile.BadZipFile, UntrustedTypesFoundException, ValueError, KeyError, TypeError, Warning) as error:
        raise UnreadableArtifact(f"This is no trained reader: {type(error).__name__}.") from error


def digest_of(content: Parts) -> str:
    """SHA-256 of names, types, shapes and values, in the order of the names: the same for the same reader."""
    digest = hashlib.sha256()
    for name in sorted(content):
        value = content[name]
        if isinstance(value, np.ndarray):
            digest.update(f"{name}|{value.dtype.str}|{value.shape}|".encode())
            digest.update(np.ascontiguousarray(value).tobytes())
        else:
            digest.update(f"{name}|{value!r}|".encode())
    return digest.hexdigest()


def _parts(reader: TextClassifier) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "labels": list(reader.labels),
        "terms": "\n".join(reader.words.columns),
        "rarity": reader.words.rarity.astype(np.float16),
        **_view_parts("words", reader.by_words),
    }
    if reader.by_all is None or reader.meanings is None:
        return parts
    meanings = reader.meanings
    return {
        **parts,
        **_view_parts("all", reader.by_all),
        "recipe": meanings.recipe,
        "languages": list(meanings.centres),
        "centres": np.stack(list(meanings.centres.values())),
        "axes": meanings.axes,
        "bytes": meanings.bytes,
        "scales": meanings.scales,
    }


def _view_parts(name: str, view: View) -> dict[str, Any]:
    certainty = view.certainty
    numbers = [certainty.sharpness, certainty.least_score, *certainty.right, *certainty.outside]
    parts = {f"{name}_terms": view.term_weights, f"{name}_certainty": np.array(numbers)}
    return parts if view.row_weights is None else parts | {f"{name}_rows": view.row_weights}


def _reader(parts: Parts) -> TextClassifier:
    words = WordTable.load(parts["terms"].split("\n"), parts["rarity"])
    labels = tuple(parts["labels"])
    if "recipe" not in parts:
        return TextClassifier(labels, words, _view("words", parts), None, None)
    centres = dict(zip(parts["languages"], parts["centres"], strict=True))
    meanings = Meanings(parts["recipe"], centres, parts["axes"], parts["bytes"], parts["scales"])
    return TextClassifier(labels, words, _view("words", parts), _view("all", parts), meanings)


def _view(name: str, parts: Parts) -> View:
    sharpness, least, *others = (float(value) for value in parts[f"{name}_certainty"])
    right, outside = (others[0], others[1], others[2]), (others[3], others[4])
    return View(parts[f"{name}_terms"], Certainty(sharpness, least, right, outside), parts.get(f"{name}_rows"))
