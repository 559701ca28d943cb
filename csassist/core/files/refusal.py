"""Why a file is not taken: a code with facts, not a sentence, because whoever shows it may read another language."""

from typing import Literal

Reason = Literal[
    "unsupported_type",
    "encrypted",
    "scanned",
    "too_large",
    "timeout",
    "out_of_memory",
    "crashed",
    "malformed",
    "empty",
]


class Unparseable(Exception):
    """
    The file gives nothing usable, for a stable `reason`.

    `detail` names the finer cause (a key of `knowledge.parse_reasons`) and `facts` fill that sentence.
    """

    def __init__(self, reason: Reason, detail: str = "", **facts: str | int) -> None:
        super().__init__(detail or reason)
        self.reason: Reason = reason
        self.detail = detail
        self.facts = facts
