"""A compared answer in words: both texts with what differs marked, and why an answer counts as right or wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from csassist.assistant.golden import Answered, Miss, MissKind
from csassist.assistant.models import ComparedAnswer
from csassist.assistant.reasons import OUTCOME_TONES, OUTCOMES, REASONS, in_words
from prompts.selectors import DiffLine, DiffPart, diff

CHANGE_TONES: Mapping[str, str] = {
    "same": "neutral",
    "different": "info",
    "improved": "good",
    "regressed": "danger",
    "right": "good",
    "wrong": "danger",
    "failed": "warning",
}
MISSES: Mapping[str, Promise] = {
    MissKind.NOT_ANSWERED: _("It was not answered."),
    MissKind.ANSWERED: _("It was answered, and should not be."),
    MissKind.LACKS: _("The answer does not contain “%s”."),
    MissKind.HOLDS: _("The answer contains “%s”."),
    MissKind.CITES_NONE_OF: _("It cites none of the documents it should."),
}


@dataclass(frozen=True)
class Side:
    """One of the two answers. `lines` are its paragraphs, in parts, of which the changed ones are marked."""

    answered: Answered
    outcome: str
    tone: str
    reason: str
    misses: tuple[str, ...]
    lines: tuple[tuple[DiffPart, ...], ...]


@dataclass(frozen=True)
class Shown:
    row: ComparedAnswer
    tone: str
    before: Side | None
    after: Side | None


def shown(row: ComparedAnswer) -> Shown:
    before = Answered.from_json(row.before) if row.before else None
    after = Answered.from_json(row.after) if row.after else None
    lines = diff(before.text, after.text) if before and after else ()
    return Shown(
        row=row,
        tone=CHANGE_TONES.get(row.change, "neutral"),
        before=_side(before, lines, "removed") if before else None,
        after=_side(after, lines, "added") if after else None,
    )


def _side(answered: Answered, lines: tuple[DiffLine, ...], kind: str) -> Side:
    """The text as it is where both are equal, so that a long answer is not cut to its differences."""
    is_whole = not lines or any(line.kind == "gap" for line in lines)
    parts = (
        tuple((DiffPart(line),) for line in answered.text.splitlines() if line.strip())
        if is_whole
        else tuple(line.parts for line in lines if line.kind in {"same", kind})
    )
    return Side(
        answered=answered,
        outcome=in_words(OUTCOMES, answered.action),
        tone=OUTCOME_TONES.get(answered.action, "neutral"),
        reason=in_words(REASONS, answered.reason),
        misses=tuple(_in_words(miss) for miss in answered.misses),
        lines=parts,
    )


def _in_words(miss: Miss) -> str:
    words = str(MISSES[miss.kind])
    return words % miss.detail if "%s" in words else words
