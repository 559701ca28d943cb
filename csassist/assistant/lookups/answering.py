"""
From a message about the customer's own account to an answer from the company's system, or an honest word instead.

`look_up` is the whole of it: recognise, know who asks, ask, check, say. Only a conversation in which it is proven who
asks is ever asked about; what is tried out or replayed has none, so it gets as far as a stranger does. What is said
never tells whether something exists that is not this customer's.
"""

from dataclasses import dataclass, replace
from time import perf_counter

from csassist.assistant import phrases
from csassist.assistant.conditions import Conditions
from csassist.assistant.decision import Decision, Reason
from csassist.assistant.lookups.asking import Outcome, Verdict, ask
from csassist.assistant.lookups.calls import finish_call, note_unasked, open_call
from csassist.assistant.lookups.definitions import Parameter
from csassist.assistant.lookups.recognising import Recognised, recognise
from csassist.assistant.lookups.rows import enabled_definitions
from csassist.assistant.lookups.values import NUMBERS
from csassist.assistant.lookups.wording import answer_lines
from csassist.assistant.lookups.written_forms import sample_of
from csassist.assistant.release import Outlet, Release
from csassist.assistant.traces import TraceNotes
from csassist.assistant.turns import Turn
from csassist.assistant.verification import withheld
from csassist.conversations.identity import proven_customer
from csassist.core.text import Language
from csassist.customers.models import Customer

WRITTEN_BY = "lookup"


@dataclass(frozen=True)
class LookedUp:
    """What became of it. `words` is what is said when nothing was released."""

    decision: Decision
    release: Release
    words: str = ""


def look_up(turn: Turn, conditions: Conditions, outlet: Outlet, notes: TraceNotes) -> LookedUp | None:
    """None when the message asks for nothing that a look-up answers."""
    asked = _recognised(turn)
    if asked is None:
        return None
    definition, release = asked.definition, Release(outlet, ())
    customer = _proven(conditions) if definition.requires_verification else None
    if definition.requires_verification and customer is None:
        note_unasked(notes.run, asked, Verdict.NOT_VERIFIED)
        words = phrases.prove_yourself(turn.language)
        return LookedUp(Decision("clarify", Reason.VERIFICATION_NEEDED), release, words)
    if (missing := _missing(asked)) is not None:
        note_unasked(notes.run, asked, Verdict.NUMBER_NEEDED, customer)
        words = phrases.which_number(missing.label[turn.language], sample_of(missing.form), turn.language)
        return LookedUp(Decision("clarify", Reason.NUMBER_NEEDED), release, words)
    outlet.stage("looking_up")
    call = open_call(notes.run, asked, customer)
    started = perf_counter()
    outcome = ask(definition, asked.values, customer)
    notes.stage_milliseconds["look_up"] = round((perf_counter() - started) * 1000, 3)
    outcome, lines = checked_lines(outcome, asked, turn.language, customer)
    if lines and definition.requires_verification and _proven(conditions) != customer:
        outcome, lines = replace(outcome, verdict=Verdict.LOST), []
    finish_call(call, outcome)
    if not lines:
        words = phrases.refusal(Reason.LOOKUP_UNAVAILABLE, turn.language)
        return LookedUp(Decision("hand_off", Reason.LOOKUP_UNAVAILABLE), release, words)
    notes.written_by = WRITTEN_BY
    _release(lines, release, notes)
    return LookedUp(Decision("send", Reason.LOOKED_UP), release)


def checked_lines(
    outcome: Outcome, asked: Recognised, language: Language, customer: Customer | None
) -> tuple[Outcome, list[str]]:
    """
    What may be said of an outcome, line by line, nothing when it cannot be looked up now; and the outcome after that.

    A number that is another customer's gets the very answer of one that does not exist. Where no number was named, a
    reply about somebody else says nothing about this customer either.
    """
    is_nothing = outcome.verdict == Verdict.NOT_FOUND or (outcome.verdict == Verdict.NOT_YOURS and bool(asked.values))
    if outcome.verdict != Verdict.OK and not is_nothing:
        return outcome, []
    zone = customer.timezone if customer else ""
    lines = answer_lines(asked.definition, outcome.reading.results, language, zone=zone)
    if not lines or _is_withheld(lines):
        return replace(outcome, verdict=Verdict.BAD_REPLY, detail="wording"), []
    return outcome, lines


def _recognised(turn: Turn) -> Recognised | None:
    look_ups = enabled_definitions()
    before = [line.text for line in turn.history if line.speaker == "Customer"]
    return recognise(turn.text, turn.language, look_ups, before=before) if look_ups else None


def _proven(conditions: Conditions) -> Customer | None:
    return proven_customer(conditions.conversation) if conditions.conversation is not None else None


def _missing(asked: Recognised) -> Parameter | None:
    """The value without which nothing can be asked, or that was given in a form nobody can read."""
    of_message = asked.definition.asked_parameters
    needed = (one for one in of_message if one.is_required and one.name not in asked.values)
    numbers = (one for one in of_message if one.kind in NUMBERS and asked.is_unreadable)
    return next(needed, next(numbers, None))


def _is_withheld(lines: list[str]) -> bool:
    """
    Whether something in an answer may not leave at all: a credential, or words for the assistant or a browser.

    Its values are given: the system named them for the customer it was asked about, so an identifier among them
    discloses nothing.
    """
    text = "\n".join(lines)
    return any(withheld(line, text, own_words=text)[0] is not None for line in lines)


def _release(lines: list[str], release: Release, notes: TraceNotes) -> None:
    lead = ""
    for line in lines:
        if not line.strip():
            lead = "\n\n"
            continue
        is_shown = release.sentence(lead or "\n", line, ())
        notes.note_sentence(line, released=is_shown, cited=[])
        lead = ""
