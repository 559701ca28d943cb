"""
What the customer's words say beside the question: the topic, the mood, and whether either calls for a person.

The local reader reads each message once, in milliseconds. What it finds sets the tone of an answer and who sees it; it
makes no answer bolder. Without the reader nothing is heard, and everything goes on as if the customer were calm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from csassist.analysis.admissions import acting_risks
from csassist.analysis.artifacts import UnreadableArtifact
from csassist.analysis.models import MessageReading
from csassist.analysis.reading import OUT_OF_SCOPE
from csassist.analysis.selectors import trajectory_of
from csassist.analysis.services import read_message
from csassist.analysis.trajectory import PLAIN_INSTRUCTION, Trajectory
from csassist.analysis.trajectory import Reason as MoodReason
from csassist.assistant.decision import Reason
from csassist.conversations.models import Conversation, Message
from csassist.core.errors import AppError
from csassist.core.logs import emit

# A topic chooses a rule of autonomy only when the reader is this sure of it.
TOPIC_FROM = 0.6
_CALLS_FOR_PERSON = {
    MoodReason.VERY_NEGATIVE_WITH_ANGER: Reason.ANGRY,
    MoodReason.NEGATIVE_THREE_TIMES: Reason.ANGRY,
}


@dataclass(frozen=True, slots=True)
class Heard:
    """
    `topic` is the key of an intent, blank when none is sure; `tone` are words for the prompt; `risks` are those that
    hand over, gravest first.
    """

    topic: str = ""
    mood: str = ""
    tone: str = PLAIN_INSTRUCTION
    needs_person: Reason | None = None
    risks: tuple[str, ...] = ()


NOTHING_HEARD = Heard()


def hear(conversation: Conversation, message_ids: Sequence[int]) -> Heard:
    """Read what was not read yet; say how the episode goes. Not inside a transaction: the embedding may be remote."""
    messages = Message.objects.filter(pk__in=message_ids).exclude(text="").order_by("pk")
    try:
        readings = [read_message(message=message) for message in messages]
        risks = acting_risks(readings)
    except (AppError, UnreadableArtifact) as error:
        emit("reading.failed", error=type(error).__name__)
        return NOTHING_HEARD
    if not readings:
        return NOTHING_HEARD
    newest = readings[-1]
    way = trajectory_of(conversation, since=newest.message.episode.opened_at)
    Conversation.objects.filter(pk=conversation.pk).exclude(mood=way.mood).update(mood=way.mood)
    return heard(way, topic=topic_of(newest), risks=risks)


def heard(way: Trajectory, *, topic: str = "", risks: Sequence[str] = ()) -> Heard:
    """
    What follows from how the episode goes, and from the risks whose labels may act. Pure. A risk comes before a mood:
    it says more about who should answer, and how soon. Who may leave is marked by the reading and handed over for no
    more than the mood calls for.
    """
    calls = (_CALLS_FOR_PERSON.get(reason) for reason in way.reasons)
    needs_person = Reason.RISK if risks else next((reason for reason in calls if reason is not None), None)
    return Heard(topic, str(way.mood), way.tone_instructions, needs_person, tuple(risks))


def topic_of(reading: MessageReading) -> str:
    is_sure = reading.intent_key != OUT_OF_SCOPE and reading.intent_confidence >= TOPIC_FROM
    return reading.intent_key if is_sure else ""
