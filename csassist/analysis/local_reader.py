"""
Reads a message in this process, without a network or a language model: what is wanted, how the writer feels, how urgent
it is, what it risks, what it names.

Every verdict comes from small readers taught by examples and from lists of words; both are files to read and to mend.
With the embedding out of order the words alone decide, which is worse and still an answer.
"""

from dataclasses import replace
from typing import Final

from csassist.analysis.classifier import IntentModel
from csassist.analysis.keywords import keywords
from csassist.analysis.lexicon import mood_words
from csassist.analysis.meaning_vectors import Embed, meaning_of
from csassist.analysis.reading import OUT_OF_SCOPE, Reading, Verdict
from csassist.analysis.risk import risks
from csassist.analysis.sentiment import emotions
from csassist.analysis.things import things
from csassist.analysis.trained_readers import trained_readers
from csassist.analysis.urgency import urgency
from csassist.analysis.words import MOST_CHARACTERS
from csassist.core.text import normalise

SAMPLE: Final = "Where is my parcel? 我的快递到哪了？"


def read_locally(text: str, *, language: str, intents: IntentModel | None = None, embed: Embed = meaning_of) -> Reading:
    """
    The reading of a text by the company's own intents, or those of the shipped model. Never raises for any text; at
    most 15 ms apart from `embed`. A text without words is out of scope, neutral and normal, with confidence 0.
    """
    shipped = trained_readers()
    reader = f"local-{shipped.version}"
    plain = normalise(text, keep_lines=True)[:MOST_CHARACTERS]
    if not any(character.isalnum() for character in plain):
        return Reading(
            language,
            Verdict(OUT_OF_SCOPE, 0.0),
            Verdict("neutral", 0.0),
            (),
            Verdict("normal", 0.0),
            (),
            (),
            (),
            reader,
        )
    vector = embed(plain)
    moods = mood_words(plain)
    found_risks = risks(plain, shipped.risk, vector)
    intent = (intents or shipped.intents).verdict_by(plain, vector)
    sentiment = shipped.sentiment.verdict(plain, vector, moods)
    how_urgent = urgency(plain, shipped.urgency, vector, risks=found_risks)

    def shown(verdict: Verdict) -> Verdict:
        """With the words that stand in the text itself; folding may have changed one."""
        return replace(verdict, evidence=tuple(words for words in verdict.evidence if words in text))

    return Reading(
        language=language,
        intent=shown(intent),
        sentiment=shown(sentiment),
        emotions=tuple(shown(verdict) for verdict in emotions(moods)),
        urgency=shown(how_urgent),
        risks=tuple(shown(verdict) for verdict in found_risks),
        keywords=keywords(plain, shipped.intents.words),
        things=things(plain),
        reader=reader,
    )


def is_warm() -> bool:
    """Whether the shipped readers are in memory, so that nobody waits for them."""
    return trained_readers.cache_info().currsize > 0


def warm_up() -> None:
    """Load the readers and the embeddings, which takes some seconds; for a web process to call when it starts."""
    read_locally(SAMPLE, language="en")
