"""
How the server behaves, written as `name?option=value&option=value`.

A mode comes from the model name of a request ("test:slow?first=2"), else from `POST /control/mode`, else from the
start of the server. Options are documented in docs/how-to/connect-a-model.md.
"""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

MODES = (
    "echo-cited",
    "scripted",
    "obedient-adversary",
    "fabricate",
    "looping",
    "slow",
    "cut",
    "garbage",
    "error",
    "no-usage",
    "length",
)


class UnknownMode(ValueError):
    """Nothing is known by that name."""


@dataclass(frozen=True)
class Mode:
    name: str = "echo-cited"
    options: dict[str, str] = field(default_factory=dict)

    def number(self, name: str, default: float) -> float:
        return float(self.options.get(name, default))

    def word(self, name: str, default: str = "") -> str:
        return self.options.get(name, default)

    @property
    def times(self) -> int | None:
        """For how many requests the mode holds before `then` takes over; None means always."""
        return int(self.options["times"]) if "times" in self.options else None

    @property
    def text(self) -> str:
        return "&".join([self.name, *(f"{key}={value}" for key, value in sorted(self.options.items()))])


def parse_mode(text: str) -> Mode:
    """The mode a text names. Raises UnknownMode."""
    name, _, query = text.partition("?")
    if name not in MODES:
        raise UnknownMode(f"{name!r} is not one of {', '.join(MODES)}.")
    return Mode(name, dict(parse_qsl(query, keep_blank_values=True)))


def mode_of_model(model: str) -> Mode | None:
    """The mode that a model name asks for after its colon; None when it names none."""
    _, separator, suffix = model.partition(":")
    return parse_mode(suffix) if separator and suffix.partition("?")[0] in MODES else None
