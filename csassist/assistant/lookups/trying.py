"""
Trying a look-up with a real customer: the very request and the very checks, shown to the admin who asks and to nobody
else. Nothing of it is stored but that it was done, for whom and by whom.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from csassist.assistant.lookups.answering import checked_lines
from csassist.assistant.lookups.asking import Outcome, Verdict, ask
from csassist.assistant.lookups.definitions import Definition
from csassist.assistant.lookups.recognising import given, recognise
from csassist.assistant.lookups.reply import Reading
from csassist.assistant.lookups.rows import definition_of
from csassist.assistant.lookups.signing import HEADER_SIGNATURE
from csassist.assistant.models import LookUp
from csassist.audit.services import record
from csassist.core.text import Language, detect_language
from csassist.customers.models import Customer

LONGEST_SHOWN = 4_000
REDACTED = "•••"


@dataclass(frozen=True)
class Tried:
    """`is_recognised` is whether the question alone would have led here. `headers` are without the signature."""

    is_recognised: bool
    values: Mapping[str, str]
    outcome: Outcome
    headers: Mapping[str, str]
    body: str
    fields: tuple[tuple[str, str], ...]
    lines: tuple[str, ...]


def try_look_up(*, look_up: LookUp, customer: Customer, question: str) -> Tried:
    """Raises InvalidInput when the look-up does not hold together."""
    definition = definition_of(look_up)
    language = detect_language(question)
    recognised = recognise(question, language, (definition,))
    asked = recognised or given(definition, question)
    lines: list[str] = []
    if missing := [one.name for one in definition.asked_parameters if one.is_required and one.name not in asked.values]:
        outcome = Outcome(Verdict.NUMBER_NEEDED, Reading(), missing[0])
    else:
        about = customer if definition.requires_verification else None
        outcome, lines = checked_lines(ask(definition, asked.values, about), asked, language, about)
    record("look_up.tried", look_up, customer=str(customer.public_id), verdict=str(outcome.verdict))
    return Tried(
        is_recognised=recognised is not None,
        values=asked.values,
        outcome=outcome,
        headers={**outcome.request.headers, HEADER_SIGNATURE: REDACTED} if outcome.request else {},
        body=_shown(outcome.body),
        fields=_fields(outcome, definition, language),
        lines=tuple(lines),
    )


def _fields(outcome: Outcome, definition: Definition, language: Language) -> tuple[tuple[str, str], ...]:
    """What was read of the first result, by its labels."""
    first = next(iter(outcome.reading.results), {})
    return tuple((one.label[language], str(first[one.name])) for one in definition.reply.fields if one.name in first)


def _shown(body: bytes) -> str:
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace")
    return text[:LONGEST_SHOWN]
