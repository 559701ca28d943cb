"""
Who gets the sentences of an answer: the customer of a run, or nobody.

The customer's outlet is the last gate before a person reads something: it refuses once a source was withdrawn, and
raises once the run or the conversation is no longer the assistant's.
"""

from collections.abc import Callable

from django.db import transaction

from csassist.assistant.draft_growing import grow_draft
from csassist.assistant.release import ReleasedSentence
from csassist.assistant.runs import Lease
from csassist.conversations.events import citation_payloads
from csassist.conversations.services import lock, publish_event
from csassist.core.json_types import JSONObject
from csassist.core.rendering import render_message
from knowledge.selectors import hold_answerable


class CustomerOutlet:
    """Sentences become stored events of the conversation, which its open pages follow."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease

    def stage(self, name: str) -> None:
        run = self._lease.run
        publish_event(run.conversation_id, "status", {"run": str(run.public_id), "stage": name})

    def held(self) -> "DraftOutlet":
        return DraftOutlet(self._lease)

    def show(self, sentence: ReleasedSentence) -> bool:
        """
        False when a source may no longer be used: from the commit of a withdrawal on, no sentence cites the document.
        Raises RunLost when nothing may be shown any more.
        """
        run = self._lease.run
        with transaction.atomic():
            if not hold_answerable(set(sentence.document_ids)):
                return False
            lock(run.conversation)
            self._lease.check()
            publish_event(run.conversation_id, "sentence", {"run": str(run.public_id), **sentence_payload(sentence)})
        return True


class DraftOutlet:
    """
    Sentences grow a draft that staff can watch; the customer sees nothing of it. The draft is there with its first
    sentence, and `drafts.file_draft` completes it.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease

    def stage(self, name: str) -> None:
        """Staff see the draft itself."""

    def held(self) -> "DraftOutlet":
        return self

    def show(self, sentence: ReleasedSentence) -> bool:
        """False when a source may no longer be used. Raises RunLost when the draft is no longer wanted."""
        with transaction.atomic():
            if not hold_answerable(set(sentence.document_ids)):
                return False
            lock(self._lease.run.conversation)
            self._lease.check()
            grow_draft(self._lease.run, sentence)
        return True


class Rehearsal:
    """Nobody: nothing is stored or sent. `watch`, if given, is told each stage and sentence as it comes."""

    def __init__(self, watch: Callable[[str, JSONObject], None] | None = None) -> None:
        self._watch = watch

    def stage(self, name: str) -> None:
        if self._watch is not None:
            self._watch("status", {"stage": name})

    def held(self) -> "Rehearsal":
        return self

    def show(self, sentence: ReleasedSentence) -> bool:
        if self._watch is not None:
            self._watch("sentence", sentence_payload(sentence))
        return True


def sentence_payload(sentence: ReleasedSentence) -> JSONObject:
    """The shape of a `sentence` event."""
    return {
        "index": sentence.index,
        "text": sentence.part,
        "html": str(render_message(sentence.text)),
        "citations": citation_payloads(sentence.citations),
    }
