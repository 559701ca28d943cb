"""
How scorers are kept: JSON for scorecards and logistic regression, a skops file of arrays, numbers and texts for
boosting. Nothing of a class is named in either, so loading one runs no code of it; the SHA-256 of the bytes is checked.

Importing skops costs 3 s, so it is imported when the first boosting is loaded.
"""

import io
import json
import warnings
import zipfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple, NoReturn

from proactive.learning.boosting import Boosting
from proactive.learning.kinds import ScorerKind
from proactive.learning.logistic import Logistic
from proactive.learning.scorecard import Scorecard

FORMAT: Final = 1
MOST_BYTES: Final = 20_000_000

KeptScorer = Scorecard | Logistic | Boosting
_READERS: Final[Mapping[ScorerKind, Callable[[Mapping[str, Any]], KeptScorer]]] = {
    ScorerKind.SCORECARD: Scorecard.from_parts,
    ScorerKind.LOGISTIC: Logistic.from_parts,
    ScorerKind.BOOSTING: Boosting.from_parts,
}


class UnreadableScorer(ValueError):
    """The bytes are no scorer that this release can load, or not those that were kept."""


class KeptBytes(NamedTuple):
    kind: ScorerKind
    content: bytes
    sha256: str


def dumps(scorer: KeptScorer) -> KeptBytes:
    """The scorer as bytes: the same bytes for the same JSON scorer; loading gives the same probabilities to the bit."""
    stored = {"format": FORMAT, "kind": scorer.kind.value, "parts": scorer.parts()}
    if scorer.kind is ScorerKind.BOOSTING:
        from skops import io as skops_io

        content = bytes(skops_io.dumps(stored, compression=zipfile.ZIP_DEFLATED, compresslevel=9))
    else:
        text = json.dumps(stored, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
        content = text.encode()
    return KeptBytes(scorer.kind, content, sha256(content).hexdigest())


def loads(kind: str, content: bytes, digest: str) -> KeptScorer:
    """Raises UnreadableScorer for other bytes than were kept, an unknown kind or format, or parts that are wrong."""
    if kind not in set(ScorerKind):
        raise UnreadableScorer(f"This release knows no scorer called {kind!r}.")
    content = bytes(content)
    if len(content) > MOST_BYTES:
        raise UnreadableScorer("The file is larger than any scorer.")
    if sha256(content).hexdigest() != digest:
        raise UnreadableScorer("The content is not what its digest says.")
    stored = _unpacked(content) if kind == ScorerKind.BOOSTING else _parsed(content)
    if not isinstance(stored, dict) or stored.get("format") != FORMAT or stored.get("kind") != kind:
        raise UnreadableScorer(f"This release reads format {FORMAT} of a {kind} only.")
    try:
        return _READERS[ScorerKind(kind)](stored["parts"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UnreadableScorer(f"A part is missing or wrong: {error}.") from error


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise UnreadableScorer(f"This is no scorer: {type(error).__name__}.") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number.")


def _unpacked(content: bytes) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                raise UnreadableScorer("The file is larger than any scorer when it is unpacked.")
    except zipfile.BadZipFile as error:
        raise UnreadableScorer("This is no scorer: BadZipFile.") from error

    from skops import io as skops_io
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return skops_io.loads(content, trusted=[])
    except (zipfile.BadZipFile, UntrustedTypesFoundException, ValueError, KeyError, TypeError, Warning) as error:
        raise UnreadableScorer(f"This is no scorer: {type(error).__name__}.") from error
