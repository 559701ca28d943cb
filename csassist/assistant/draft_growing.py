"""A draft while the assistant writes it: opened with its first sentence, longer with each, complete at the end."""

from collections.abc import Sequence

from django.utils import timezone

from csassist.assistant.models import AnswerRun, Draft
from csassist.assistant.overtaking import expire_open
from csassist.assistant.release import ReleasedSentence
from csassist.assistant.traces import TraceNotes
from csassist.conversations.models import ConsoleEvent
from csassist.conversations.services import announce, last_episode
from csassist.core.json_types import JSONObject

State = Draft.State
# Below it a reviewer is shown which sentence to look at; the gate that drops sentences lies lower.
WEAK_BELOW = 0.7


def grow_draft(run: AnswerRun, sentence: ReleasedSentence) -> None:
    """Add a sentence. The caller holds the conversation's lock."""
    draft = Draft.objects.filter(run=run).first() or _open(run)
    draft.text += sentence.part
    draft.save(update_fields=["text"])
    announce(run.conversation_id, ConsoleEvent.Kind.DRAFT)


def file_draft(run: AnswerRun, *, text: str, citations: list[JSONObject], notes: TraceNotes) -> Draft:
    """The finished draft, ready for a decision. The caller holds the conversation's lock."""
    draft = Draft.objects.filter(run=run).first() or _open(run)
    draft.state, draft.text, draft.citations = State.PENDING, text, citations
    draft.language, draft.topic, draft.support = notes.language, notes.topic, notes.support
    draft.written_by, draft.reason = notes.written_by, notes.reason
    draft.weak = weak_sentences(notes.sentences)
    draft.why_held = run.purpose
    draft.created_at = timezone.now()
    draft.save()
    announce(run.conversation_id, ConsoleEvent.Kind.DRAFT)
    return draft


def weak_sentences(sentences: Sequence[JSONObject]) -> list[int]:
    """The places, among the released ones from 0, of sentences with little support."""
    released = [one for one in sentences if one.get("released")]
    return [place for place, one in enumerate(released) if float(str(one.get("support") or 1.0)) < WEAK_BELOW]


def _open(run: AnswerRun) -> Draft:
    expire_open(run.conversation)
    return Draft.objects.create(
        conversation=run.conversation, episode=last_episode(run.conversation), run=run, language=run.language
    )
