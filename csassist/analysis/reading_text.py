"""
A text read by the local reader under the catalogue of this moment: what is stored, shown and refined begins here.

A company without a catalogue has no intents to be read: its messages are out of scope with confidence 0, which is how
a reader of the row can tell "nothing to choose from" from "none of these".
"""

from dataclasses import replace

from csassist.analysis.catalogue_now import CatalogueNow
from csassist.analysis.local_reader import read_locally
from csassist.analysis.reading import OUT_OF_SCOPE, Reading, Verdict

UNREAD_INTENT = Verdict(OUT_OF_SCOPE, 0.0)


def read_text(text: str, *, language: str, catalogue: CatalogueNow) -> Reading:
    """
    The local reading. An intent that is not in the catalogue is no intent of this company: the shipped model knows
    others, and a trained one may know some that were switched off since.
    """
    reading = read_locally(text, language=language, intents=catalogue.model)
    if not catalogue.keys:
        return replace(reading, intent=UNREAD_INTENT)
    if reading.intent.label != OUT_OF_SCOPE and reading.intent.label not in catalogue.keys:
        return replace(reading, intent=UNREAD_INTENT)
    return reading
