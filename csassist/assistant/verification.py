"""
Checks each sentence before anyone sees it.

Deterministic: a sentence is released when it cites a passage that was retrieved for this answer, when every number,
date, code, address and name in it stands in the passages it cites, when it promises nothing and shows nothing active,
and when its words rest on theirs without turning them around. A model's word is not evidence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from csassist.assistant.grounding.dictation import dictation, without_dictation
from csassist.assistant.grounding.disclosure import Instructions, disclosed, plain
from csassist.assistant.grounding.features import (
    Comparison,
    compare,
    figures_without_source,
    names_without_source,
    terms_share,
)
from csassist.assistant.grounding.promises import promised
from csassist.assistant.grounding.reading import SourceReading, Statement, Terms, read_source, read_statement
from csassist.assistant.grounding.scoring import GroundingWeights, shipped_weights
from csassist.core.text import HAN_CHARACTER, LATIN_WORD, Language, detect_language, normalise

# Fewer of its words than this in the source, and no other measure is looked at.
LEAST_SUPPORT_RATIO = 0.2
# An uncited sentence is given its source only when nearly all of it stands there.
LEAST_SUPPORT_TO_ADD_CITATION_RATIO = 0.75
# Shorter sentences ("OK.", a menu path) tell too little about their language.
LEAST_WORDS_OF_A_LANGUAGE = 4

_ACTIVE = re.compile(
    r"<\s*(?:a|img|script|iframe|svg|form|input|button|object|embed|link|style|meta|base|video|audio)\b[^>]*>?"
    r"|!\[[^\]]*\]\s*[(\[][^)\]]*[)\]]?|\b(?:javascript|vbscript|data)\s*:[^\s)]*",
    re.IGNORECASE,
)
# Harmless when shown as text, and yet no company's answer.
_NEVER_SHOWN = re.compile(r"\bon[a-z]{3,20}\s?=|\b(?:java|vb)script\s?:|\bdata\s?:\s?text/html", re.IGNORECASE)
_LINK_TARGET = re.compile(r"\]\(\s*<?([^)\s>]+)")


class Fault(StrEnum):
    """The closed list of why a sentence was not released."""

    UNCITED = "uncited"
    PROMISED_ACTION = "promised_action"
    WRONG_LANGUAGE = "wrong_language"
    ACTIVE_CONTENT = "active_content"
    ADDRESS_NOT_IN_SOURCE = "address_not_in_source"
    FIGURE_NOT_IN_SOURCE = "figure_not_in_source"
    NAME_NOT_IN_SOURCE = "name_not_in_source"
    FIGURE_OUT_OF_PLACE = "figure_out_of_place"
    CONTRADICTS_SOURCE = "contradicts_source"
    NOT_SUPPORTED = "not_supported"
    SOURCE_WITHDRAWN = "source_withdrawn"  # found at its release, not by `verify`
    FOR_THE_ASSISTANT = "for_the_assistant"
    DISCLOSES_CREDENTIAL = "discloses_credential"
    DISCLOSES_IDENTIFIER = "discloses_identifier"
    DISCLOSES_INSTRUCTIONS = "discloses_instructions"
    NOT_COMPARABLE = "not_comparable"
    JUDGED_UNSUPPORTED = "judged_unsupported"  # by a model, where `verify` is in doubt


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    `fault` None means: release it, with these citations.

    `support` is the calibrated probability, 0-1, that the sentence says what its sources say; for a sentence in another
    language than theirs, whose words cannot be compared, 1. `detail` are the words that decided.
    """

    cited: tuple[int, ...]
    support: float
    fault: Fault | None = None
    detail: str = ""


DISCLOSING = frozenset({Fault.DISCLOSES_CREDENTIAL, Fault.DISCLOSES_IDENTIFIER, Fault.DISCLOSES_INSTRUCTIONS})
# Of these not even the sentence is kept.
NOT_KEPT = DISCLOSING - {Fault.DISCLOSES_IDENTIFIER}
_FAULT_OF_DISCLOSURE = {
    "credential": Fault.DISCLOSES_CREDENTIAL,
    "identifier": Fault.DISCLOSES_IDENTIFIER,
    "instructions": Fault.DISCLOSES_INSTRUCTIONS,
}

# What a measure that weighs heaviest against a sentence says about it; any other says that it is not supported.
_FAULT_OF_MEASURE = {
    "figure_elsewhere": Fault.FIGURE_OUT_OF_PLACE,
    "figure_conflict": Fault.FIGURE_OUT_OF_PLACE,
    **dict.fromkeys(
        ("negation", "exclusive_added", "exclusive_lost", "condition_added", "condition_lost", "duty", "quantity"),
        Fault.CONTRADICTS_SOURCE,
    ),
    **dict.fromkeys(("bound", "opposite"), Fault.CONTRADICTS_SOURCE),
}


def verify(
    text: str,
    cited: tuple[int, ...],
    sources: Mapping[int, str],
    terms: Terms,
    *,
    language: Language | None = None,
    weights: GroundingWeights | None = None,
) -> Verdict:
    """
    Whether a sentence may be released. `sources` are the texts by number, their first line the title; `terms` gives the
    words that count.

    `language` is the one the customer is answered in; None leaves it open. A sentence in another language than its
    sources is judged by its figures, addresses and promises alone: its words cannot match. `checking` decides on it.
    """
    statement = read_statement(text, terms)
    read = {number: read_source(without_dictation(source), terms) for number, source in sources.items()}
    cited = cited or _attributed(statement, read)
    if not cited:
        return Verdict((), 0.0, Fault.UNCITED)
    evidence = [read[number] for number in cited]
    spoken = detect_language(text)
    comparable = [source for source in evidence if detect_language(source.text) == spoken]
    comparison = compare(statement, comparable) if comparable else None
    scale = weights or shipped_weights()
    score = scale.score(comparison.values) if comparison else 1.0
    fault, detail = _stated_fault(statement, evidence, bool(comparable), language)
    if fault is None and comparison is not None:
        fault, detail = _support_fault(comparison, score, scale)
    return Verdict(cited, score, fault, detail)


def withheld(
    text: str, evidence: str, *, own_words: str = "", instructions: Instructions | None = None
) -> tuple[Fault | None, str]:
    """
    Why a text of anyone, a model or a passage, must not leave at all, and the sort of what it would tell; else None.

    `evidence` are the passages it cites, `own_words` what this customer wrote or is known to be.
    """
    if meant := dictation(text):
        return Fault.FOR_THE_ASSISTANT, meant
    if active := _NEVER_SHOWN.search(plain(text)):
        return Fault.ACTIVE_CONTENT, active.group()
    found = disclosed(text, evidence=evidence, own_words=own_words, instructions=instructions)
    return (_FAULT_OF_DISCLOSURE[found.kind], found.what) if found else (None, "")


def _stated_fault(
    statement: Statement, evidence: Sequence[SourceReading], is_comparable: bool, language: Language | None
) -> tuple[Fault | None, str]:
    """What a sentence states that its sources do not, whatever else it says."""
    known = "\n".join(source.text for source in evidence)
    if claim := promised(statement.text, known):
        return Fault.PROMISED_ACTION, claim
    if language is not None and _is_in_another_language(statement.text, language):
        return Fault.WRONG_LANGUAGE, ""
    if active := _active(statement.text, known):
        return Fault.ACTIVE_CONTENT, active
    if foreign := _foreign_addresses(statement, evidence):
        return Fault.ADDRESS_NOT_IN_SOURCE, foreign[0]
    if missing := figures_without_source(statement, evidence):
        return Fault.FIGURE_NOT_IN_SOURCE, missing[0].text
    # Names are written otherwise in Chinese, but an English name in a Chinese sentence was taken over as it is.
    names_count = is_comparable or detect_language(statement.text) == "zh"
    if names_count and (invented := names_without_source(statement, evidence)):
        return Fault.NAME_NOT_IN_SOURCE, invented[0]
    return None, ""


def _support_fault(comparison: Comparison, score: float, scale: GroundingWeights) -> tuple[Fault | None, str]:
    """Whether its words rest on the source; the reason is the measure that weighs most against it."""
    if 1.0 - comparison.values["novel"] < LEAST_SUPPORT_RATIO:
        return Fault.NOT_SUPPORTED, ""
    if score >= scale.release_from:
        return None, ""
    worst = min(comparison.values, key=lambda name: scale.features.get(name, 0.0) * comparison.values[name])
    fault = _FAULT_OF_MEASURE.get(worst, Fault.NOT_SUPPORTED)
    return fault, comparison.contradiction if fault is Fault.CONTRADICTS_SOURCE else comparison.misplaced


def _attributed(statement: Statement, sources: Mapping[int, SourceReading]) -> tuple[int, ...]:
    """The one source that holds nearly all of an uncited sentence, or none."""
    if len(statement.terms) + len(statement.figures) < 3:
        return ()
    shares = ((terms_share(statement, source), -number) for number, source in sources.items())
    share, number = max(shares, default=(0.0, 0))
    return (-number,) if share >= LEAST_SUPPORT_TO_ADD_CITATION_RATIO else ()


def _is_in_another_language(text: str, language: Language) -> bool:
    han = len(HAN_CHARACTER.findall(text))
    latin = len(LATIN_WORD.findall(HAN_CHARACTER.sub(" ", text)))
    return max(latin, han / 2) >= LEAST_WORDS_OF_A_LANGUAGE and detect_language(text) != language


def _active(text: str, known: str) -> str:
    """The first element or image that no source shows just so; "" when there is none."""
    shown = normalise(known).lower()
    return next(
        (found.group() for found in _ACTIVE.finditer(normalise(text)) if found.group().lower() not in shown), ""
    )


def _foreign_addresses(statement: Statement, evidence: Sequence[SourceReading]) -> list[str]:
    """The addresses that no source holds; a bare host may stand for an address on it."""
    held = frozenset().union(*(source.addresses for source in evidence))
    hosts = {address.partition("/")[0] for address in held if "@" not in address}
    foreign = [one for one in sorted(statement.addresses) if one not in held and one not in hosts]
    known = " ".join(source.folded for source in evidence)
    targets = [target.lower() for target in _LINK_TARGET.findall(statement.text)]
    return foreign + [target for target in targets if target not in known]
