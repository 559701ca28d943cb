"""Collects what a run saw and decided, and stores it as one row."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import UUID

from langchain_core.messages import BaseMessage

from csassist.assistant.decision import UNANSWERED
from csassist.assistant.grounding.disclosure import Instructions
from csassist.assistant.models import AnswerArm, AnswerRun, AnswerTrace
from csassist.assistant.repeating import Repetition
from csassist.conversations.models import Message
from csassist.core.json_types import JSONObject
from csassist.core.suspicion import marks
from csassist.customers import own_events
from knowledge.ports import RetrievalResult
from prompts.experimenting import Assigned

MOST_CANDIDATES = 30
ROLES = {"system": "system", "human": "user", "ai": "assistant"}
PLAIN_FIELDS = (
    "question",
    "language",
    "asks",
    "topic",
    "outcome",
    "reason",
    "written_by",
    "model_name",
    "model_call_id",
    "model_problem",
    "finish_reason",
    "prompt_versions",
    "generation",
    "support",
    "sentences",
)


@dataclass(frozen=True)
class SentPrompt:
    """What a model was given: role and text of each message. `call` is the ledger's row, once it was opened."""

    purpose: str
    messages: tuple[tuple[str, str], ...]
    call: UUID | None = None


@dataclass
class TraceNotes:
    """
    Filled step by step while a run goes on, `run`; None when somebody only tries a question. `sent` is shown to who
    does, and never stored. `repetition` says what the customer asks or complains of again.
    """

    question: str
    language: str
    run: AnswerRun | None = None
    asks: str = ""
    topic: str = ""
    outcome: str = ""
    reason: str = ""
    written_by: str = ""
    model_name: str = ""
    model_call_id: UUID | None = None
    model_problem: str = ""
    finish_reason: str = ""
    prompt_versions: dict[str, int] = field(default_factory=dict)
    generation: int | None = None
    support: float = 0.0
    found: RetrievalResult | None = None
    sentences: list[JSONObject] = field(default_factory=list)
    stage_milliseconds: dict[str, float] = field(default_factory=dict)
    sent: list[SentPrompt] = field(default_factory=list)
    arms: tuple[Assigned, ...] = ()
    repetition: Repetition = Repetition.NONE
    instructions: Instructions = field(default_factory=Instructions)  # what the model was told; not stored

    def note_sent(self, purpose: str, messages: Sequence[BaseMessage]) -> None:
        self.sent.append(SentPrompt(purpose, tuple((ROLES[one.type], str(one.text)) for one in messages)))

    def note_call(self, call: UUID) -> None:
        """The prompt that was noted last went out by this call."""
        self.sent[-1] = replace(self.sent[-1], call=call)

    def note_sentence(self, text: str, *, released: bool, **facts: Any) -> None:
        self.sentences.append({"text": text, "released": released, **facts})


def save_trace(run: AnswerRun, notes: TraceNotes, message: Message | None) -> AnswerTrace:
    """Store the notes; a resumed run replaces the trace of its first attempt."""
    found = notes.found
    fields: dict[str, Any] = {name: getattr(notes, name) for name in PLAIN_FIELDS}
    milliseconds = dict(found.stage_milliseconds) if found else {}
    fields["marks"] = list(marks(notes.question))
    fields["stage_milliseconds"] = {**notes.stage_milliseconds, **milliseconds}
    if found is not None:
        fields |= {
            "searched_text": found.searched_text,
            "evidence": asdict(found.evidence),
            "degraded": list(found.degraded),
            "passages": [_passage(ranked) for ranked in found.passages],
            "candidates": [
                {"passage": one.passage_id, "document": one.document_id, **asdict(one.explanation)}
                for one in found.candidates[:MOST_CANDIDATES]
            ],
        }
    trace, _created = AnswerTrace.objects.update_or_create(run=run, defaults={**fields, "message": message})
    trace.arms.all().delete()
    AnswerArm.objects.bulk_create(
        AnswerArm(trace=trace, experiment=one.experiment, arm=one.arm)
        for one in notes.arms
        if one.experiment.prompt.name in notes.prompt_versions
    )
    if notes.reason in UNANSWERED:
        own_events.note(
            customer=run.conversation.customer_id,
            name=own_events.UNANSWERED,
            key=str(run.public_id),
            properties={"reason": str(notes.reason), "topic": notes.topic},
        )
    return trace


def _passage(ranked: Any) -> Mapping[str, Any]:
    passage = ranked.passage
    return {
        "number": ranked.rank,
        "passage": passage.id,
        "document": passage.document_id,
        "version": passage.version_id,
        "version_number": passage.version_number,
        "title": passage.title,
        "heading_path": list(passage.heading_path),
        "score": ranked.score,
    }
