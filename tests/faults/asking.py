"""Asking in this process, and what makes two answers the same."""

from dataclasses import dataclass

from csassist.assistant import services
from csassist.assistant.models import AnswerTrace
from csassist.conversations.services import start_conversation
from csassist.customers.services import anonymous_customer


@dataclass(frozen=True)
class Answered:
    """Equal when a customer could not tell them apart; `degraded` only says how it was found."""

    text: str
    outcome: str
    citations: tuple[tuple[object, ...], ...]


def answered(text: str) -> Answered:
    """The answer to a question asked in a conversation of its own."""
    return answered_with_trace(text)[0]


def answered_with_trace(text: str) -> tuple[Answered, AnswerTrace]:
    asked = services.ask(
        conversation=start_conversation(customer=anonymous_customer(language="en"), language="en"), text=text
    )
    assert asked.run is not None
    reply = services.wait_for_reply(asked.run)
    assert reply is not None
    shown = ("number", "document_id", "passage_id", "version_id", "title", "quote", "start", "end", "snapshot")
    citations = tuple(tuple(row) for row in reply.citations.order_by("number").values_list(*shown))
    return Answered(reply.text, reply.outcome, citations), AnswerTrace.objects.get(message=reply)
