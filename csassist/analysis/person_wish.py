"""
How likely a message asks for a person, by a reader taught by wishes in many wordings and by messages that only look
like one ("the person sensor", "I already spoke to a person").

Word patterns (`csassist.assistant.person_requests`) hear the usual wordings; this hears the unusual ones, and tells
where a pattern was misled.
"""

from typing import Final

from csassist.analysis.meaning_vectors import Embed
from csassist.analysis.trained_readers import trained_readers

# Chosen on examples that the reader was not taught; `docs/decisions/reading-messages.md` has the figures.
SURE: Final = 0.4  # a wish, whatever the patterns say
DOUBTFUL: Final = 0.1  # below this a pattern was misled


def wants_person_probability(text: str, embed: Embed) -> float | None:
    """0-1; None when there is no vector, since words alone are heard better by the patterns."""
    vector = embed(text)
    return None if vector is None else trained_readers().person.probability(text, "person", vector)
