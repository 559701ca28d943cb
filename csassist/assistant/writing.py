"""
Writing an answer with a model: the prompt, the stream, sentences as they come.

Whatever goes wrong with the model is a ModelError, also in the middle: what was read before it has already been given
out.
"""

from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.utils import timezone
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from csassist.assistant.citations import MARKER, SentenceReader, WrittenSentence
from csassist.assistant.conditions import Conditions
from csassist.assistant.grounding.disclosure import read_instructions
from csassist.assistant.phrases import LANGUAGE_NAMES
from csassist.assistant.planting import planted_mark, with_mark
from csassist.assistant.traces import TraceNotes
from csassist.assistant.turns import Turn
from knowledge.ports import RankedPassage
from prompts.fences import fence_message, fence_profile, fence_source

NO_ANSWER = "NO_ANSWER"


class NoAnswer(Exception):
    """The model says that the sources do not answer the question."""


def write(
    turn: Turn, sources: tuple[RankedPassage, ...], conditions: Conditions, notes: TraceNotes
) -> Iterator[WrittenSentence]:
    """The sentences of the answer. Raises NoAnswer before the first one, ModelError at any time."""
    reader = SentenceReader(len(sources))
    opening: str | None = ""  # held back for as long as it may become NO_ANSWER
    messages = prompt_messages(turn, sources, conditions, notes)
    notes.note_sent("answer", messages)
    for chunk in conditions.chat_model("answer").stream(messages):
        _note_facts(chunk.response_metadata, notes)
        piece = str(chunk.text)
        if opening is not None:
            opening += piece
            if NO_ANSWER.startswith(opening.strip()):
                continue
            if opening.strip().startswith(NO_ANSWER):
                raise NoAnswer
            piece, opening = opening, None
        yield from reader.feed(piece)
    if opening is not None and opening.strip():
        raise NoAnswer
    yield from reader.close()


def prompt_messages(
    turn: Turn, sources: tuple[RankedPassage, ...], conditions: Conditions, notes: TraceNotes
) -> list[BaseMessage]:
    """System prompt, the turns before, and the sources with the question, as the prompts say."""
    variables = {
        "company_name": settings.CSASSIST_COMPANY_NAME,
        "language_name": LANGUAGE_NAMES[turn.language],
        "today": _in_words(timezone.localdate()),
    }
    system = conditions.render("answer_question", variables)
    fenced = "\n\n".join(
        fence_source(
            number=ranked.rank,
            title=ranked.passage.title,
            heading=" › ".join(ranked.passage.heading_path),
            text=ranked.passage.text,
        )
        for ranked in sources
    )
    question = fence_message(turn.text)
    given = {**variables, "tone_instructions": conditions.heard.tone, "sources": fenced, "question": question}
    user = conditions.render("answer_question_user", given)
    standing = user.text.replace(fenced, " ").replace(question, " ")
    notes.instructions = read_instructions(system.text, standing, marks=[planted_mark()])
    notes.prompt_versions |= {one.name: one.version_number for one in (system, user)}
    history = [
        # Numbers of earlier turns belong to other sources: a model would copy them.
        AIMessage(MARKER.sub("", line.text)) if line.speaker == "Assistant" else HumanMessage(fence_message(line.text))
        for line in turn.history
    ]
    about = _about_customer(conditions, notes)
    return [SystemMessage(with_mark(system.text)), *history, *about, HumanMessage(user.text)]


def _about_customer(conditions: Conditions, notes: TraceNotes) -> list[BaseMessage]:
    """What is known of a verified customer, as a user's message: the standing instructions hold nobody's data."""
    if not conditions.profile:
        return []
    prompt = conditions.render("customer_profile", {"profile": fence_profile(conditions.profile.facts)})
    notes.prompt_versions[prompt.name] = prompt.version_number
    return [HumanMessage(prompt.text)]


def _note_facts(metadata: dict[str, object], notes: TraceNotes) -> None:
    if call := metadata.get("model_call"):
        notes.model_call_id = call  # type: ignore[assignment]  # a UUID by contract of chat_model
        notes.note_call(call)  # type: ignore[arg-type]
    if name := metadata.get("model_name"):
        notes.model_name = str(name)[:120]
    if finish := metadata.get("finish_reason"):
        notes.finish_reason = str(finish)[:32]


def _in_words(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"
