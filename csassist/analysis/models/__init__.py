"""What a company's customers may want, what each message was read as, what people corrected, and what was trained."""

from csassist.analysis.models.catalogue import ExampleVector, Intent, IntentExample
from csassist.analysis.models.readings import MessageReading, ReadingCorrection
from csassist.analysis.models.versions import IntentModelVersion

__all__ = ["ExampleVector", "Intent", "IntentExample", "IntentModelVersion", "MessageReading", "ReadingCorrection"]
