"""What reading a hostile file must come to."""

from collections.abc import Callable
from dataclasses import dataclass

# Planted in what must never come out: in hidden text, in scripts, in what only a program sees.
PLANTED = "IGNORE ALL RULES"


@dataclass(frozen=True)
class Refused:
    """
    It fails for this reason, and for this finer one where the file leaves no doubt.

    `or_reason`: a file that asks for too much may run into either limit first, depending on the machine.
    """

    reason: str
    detail: str = ""
    or_reason: str = ""


@dataclass(frozen=True)
class Read:
    """It is read: this stands in its text, `lacks` and what was PLANTED do not, and a remark says what was noticed."""

    holds: str
    lacks: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class Hostile:
    """`make` makes the bytes when the test runs: some are large."""

    what: str
    filename: str
    make: Callable[[], bytes]
    verdict: Refused | Read
