"""
Does a customer want a person? What the word patterns hear, and a small reader taught by examples beside them: it hears
unusual wordings, and tells where a pattern was misled.

Until the reader and its embeddings are in memory the patterns alone decide: nobody waits for a model to be loaded.
"""

import re

from csassist.analysis.local_reader import is_warm
from csassist.analysis.meaning_vectors import Embed, meaning_if_loaded
from csassist.analysis.person_wish import DOUBTFUL, SURE, wants_person_probability
from csassist.assistant.person_requests import wants_person, without_look_alikes

_CLAUSE = re.compile(r"[^,.;:!?，。；：！？\n]+")


def asks_for_person(text: str, *, embed: Embed | None = None) -> bool:
    """Whether the message, in its normal form, asks for a person. `embed` None is the installation's own."""
    if embed is None and not is_warm():
        return wants_person(text)
    return hears_wish(text, embed or meaning_if_loaded)


def hears_wish(text: str, embed: Embed) -> bool:
    """The same with the reader, as far as `embed` gives vectors."""
    is_heard = wants_person(text)
    likely = wants_person_probability(without_look_alikes(text), embed)
    if likely is None:
        return is_heard
    if likely >= SURE or not is_heard:
        return likely >= SURE
    # A message may be about much else: then the clause in which the wish stands is asked by itself.
    return likely >= DOUBTFUL or any(_is_wish(clause, embed) for clause in _CLAUSE.findall(text) if clause != text)


def _is_wish(clause: str, embed: Embed) -> bool:
    return wants_person(clause) and (wants_person_probability(clause, embed) or 0.0) >= DOUBTFUL
