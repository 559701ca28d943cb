"""The admin pages: readings to look at and correct, the catalogue, the sentence to try, and the training."""

from csassist.analysis.admin import intents, readings, training

__all__ = ["intents", "readings", "training"]
