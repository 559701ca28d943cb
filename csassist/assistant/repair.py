"""
What may be said in place of a sentence that did not pass: the passage's own words on the same matter.

Only where the model spoke of the right thing and got it wrong: a number, a name, a condition. A sentence about
something else is dropped, and so is a promise: there is nothing to put right.
"""

from collections.abc import Iterable, Sequence

from csassist.assistant.extractive import Excerpt, QuotablePassage, TextSense, excerpt
from csassist.assistant.verification import Fault
from csassist.core.text import detect_language

REPAIRABLE = frozenset(
    {
        Fault.FIGURE_NOT_IN_SOURCE,
        Fault.FIGURE_OUT_OF_PLACE,
        Fault.NAME_NOT_IN_SOURCE,
        Fault.CONTRADICTS_SOURCE,
        Fault.NOT_SUPPORTED,
        Fault.JUDGED_UNSUPPORTED,
        Fault.DISCLOSES_IDENTIFIER,  # most are inventions in the place of the company's own
    }
)
# The share of the sentence's terms that the quoted words must hold to speak of the same matter.
LEAST_SHARE = 0.5
LARGEST_REPAIR_SIZE = 0.35  # in units of `text_size`


def repair(
    text: str, fault: Fault, passages: Sequence[QuotablePassage], text_sense: TextSense, *, said: Iterable[str]
) -> Excerpt | None:
    """
    The sentence of the cited passages that holds most of this one's terms, or None.

    None as well when it is in another language, or was said before: `said` are the texts released so far.
    """
    if fault not in REPAIRABLE:
        return None
    wanted = set(text_sense.terms(text))
    spoken = detect_language(text)
    found = [
        excerpt(text, passage, text_sense, largest=LARGEST_REPAIR_SIZE)
        for passage in passages
        if detect_language(passage.text) == spoken
    ]
    shares = [(len(wanted & set(text_sense.terms(one.text))) / len(wanted) if wanted else 0.0, one) for one in found]
    share, best = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    if best is None or share < LEAST_SHARE or any(best.text in one or one in best.text for one in said):
        return None
    return best
