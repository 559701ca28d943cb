"""
An assistant that comes to a known answer, so that a test can say what happens between two of its sentences.

Only what it says is scripted, and it hears no topic and no mood. Deciding, releasing, showing, holding back, locking and
closing are the product's own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from csassist.assistant import answering, runs, services
from csassist.assistant.answering import answer
from csassist.assistant.autonomy import choose
from csassist.assistant.composing import Composed
from csassist.assistant.conditions import Conditions
from csassist.assistant.decision import Facts, decide
from csassist.assistant.hearing import NOTHING_HEARD
from csassist.assistant.models import AnswerRun
from csassist.assistant.release import Outlet, Release
from csassist.assistant.requests import read_request
from csassist.assistant.traces import TraceNotes
from csassist.assistant.turns import Turn
from csassist.conversations.models import Conversation, Message
from knowledge import services as knowledge_services
from knowledge.going_live import make_live
from knowledge.models import Collection, Document
from knowledge.ports import Explanation, PassageRecord, RankedPassage
from knowledge.services import Place, VersionText

SENTENCES = ("You can return it within 30 days.", "Return shipping costs 4.90 EUR.")
PASSAGE = "You can return it within 30 days. Return shipping costs 4.90 EUR."
QUESTION = "How long can I return it, and who pays?"


@dataclass
class Script:
    """`before` is called ahead of each sentence with its place, and at last with their number."""

    document: Document
    sentences: tuple[str, ...] = SENTENCES
    support: float = 0.9
    before: Callable[[int], object] = lambda place: None
    turns: list[Turn] = field(default_factory=list)

    def compose(self, turn: Turn, conditions: Conditions, outlet: Outlet, notes: TraceNotes) -> Composed:
        self.turns.append(turn)
        notes.asks, notes.support = read_request(turn.text), self.support
        facts = Facts(
            asks=notes.asks,
            passages_count=1,
            support=self.support,
            is_search_down=False,
            question_terms_count=6,
            level=choose(conditions.autonomy, topic=notes.topic, channel=conditions.channel).level,
            is_suggestion=conditions.is_suggestion,
        )
        decision = decide(facts)
        release = Release(outlet.held() if decision.action == "draft" else outlet, [self.passage()])
        written = self.sentences if decision.action in {"send", "draft"} else ()
        for place, sentence in enumerate(written):
            self.before(place)
            shown = release.sentence(" ", sentence, (1,))
            notes.note_sentence(sentence, released=shown, support=0.9)
        self.before(len(written))
        notes.outcome, notes.reason, notes.written_by = decision.action, decision.reason, "model"
        return Composed(decision, release)

    def passage(self) -> RankedPassage:
        version = self.document.live_version
        assert version is not None
        record = PassageRecord(
            id=str(uuid4()),
            document_id=str(self.document.public_id),
            version_id=str(version.public_id),
            version_number=version.number,
            collection_id=self.document.collection_id,
            title=version.title,
            heading_path=(),
            text=PASSAGE,
            language="en",
            kind="text",
            section_key="",
        )
        return RankedPassage(passage=record, rank=1, score=1.0, explanation=Explanation())


def published(title: str = "Returns") -> Document:
    """An article that answers may use."""
    shelf, _created = Collection.objects.get_or_create(name="Help", slug="help")
    document = knowledge_services.create_document(place=Place(shelf), text=VersionText(title=title, body=PASSAGE))
    knowledge_services.publish(version=document.versions.get())
    make_live(Document.objects.get(pk=document.pk))
    return Document.objects.get(pk=document.pk)


def scripted_assistant(patch: pytest.MonkeyPatch) -> Script:
    """No thread of this process takes a run: the test says when one is answered."""
    script = Script(published())
    patch.setattr(answering, "compose", script.compose)
    patch.setattr(answering, "hear", lambda conversation, message_ids: NOTHING_HEARD)
    patch.setattr(runs, "kick", lambda run_public_id: None)
    return script


def ask(conversation: Conversation, text: str = QUESTION) -> Message:
    return services.ask(conversation=conversation, text=text).message


def work(conversation: Conversation) -> list[AnswerRun]:
    """Answer until nothing is left to do; the runs that were worked on."""
    done: list[AnswerRun] = []
    while run := AnswerRun.objects.active().filter(conversation=conversation).first():
        assert len(done) < 20, "runs follow one another without end"
        answer(run.public_id)
        run.refresh_from_db()
        done.append(run)
    return done


def texts(messages: Iterable[Message]) -> list[str]:
    return [message.text for message in messages]
