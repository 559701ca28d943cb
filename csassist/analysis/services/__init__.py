"""What changes readings, the catalogue and the model that reads."""

from csassist.analysis.services.catalogue import (
    ExampleText,
    ImportOutcome,
    IntentText,
    add_examples,
    learn_from,
    move_example,
    remove_examples,
    remove_intents,
    require_intent,
    switch_intents,
    write_intent,
)
from csassist.analysis.services.corrections import correct
from csassist.analysis.services.readings import read_message, refine
from csassist.analysis.services.versions import promote, train_intents

__all__ = [
    "ExampleText",
    "ImportOutcome",
    "IntentText",
    "add_examples",
    "correct",
    "learn_from",
    "move_example",
    "promote",
    "read_message",
    "refine",
    "remove_examples",
    "remove_intents",
    "require_intent",
    "switch_intents",
    "train_intents",
    "write_intent",
]
