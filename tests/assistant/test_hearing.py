"""What is heard beside the question: a risk whose label may act hands over, and nothing else does for it alone."""

import pytest

from csassist.analysis import admissions
from csassist.analysis.acting import Admission, AdmissionReason
from csassist.analysis.trajectory import trajectory
from csassist.assistant import handing_over
from csassist.assistant.decision import Reason
from csassist.assistant.handing_over import packet_of
from csassist.assistant.hearing import hear, heard
from csassist.conversations.models import HandOffReason
from csassist.conversations.services import receive_message, start_conversation
from tests.analysis.made import reading

FIRE = "The charger caught fire and burned my hand, there are flames and smoke from the socket"
LAWYER = "You will hear from my lawyer, I am going to sue you in court"
LEAVING = "I'm switching to a competitor, never buying from you again"


@pytest.fixture
def talk(ana, settings):
    settings.CSASSIST_EMBEDDINGS = "hashed"
    return start_conversation(customer=ana)


def heard_of(conversation, *texts):
    messages = [receive_message(conversation=conversation, text=text)[0] for text in texts]
    return hear(conversation, [message.pk for message in messages])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "risks", "priority"),
    [(FIRE, ("safety",), "now"), (LAWYER, ("legal",), "soon"), ("我不想活了，我想自杀", ("self_harm",), "now")],
)
def test_a_risk_hands_over_with_its_reason_and_priority(talk, text, risks, priority):
    found = heard_of(talk, text)
    assert (found.needs_person, found.risks) == (Reason.RISK, risks)
    packet = packet_of(talk, HandOffReason.RISK)
    assert (packet.risks, packet.priority, packet.next_step) == (risks, priority, "answer_at_once")
    assert len(packet.mood) == 1


@pytest.mark.django_db
def test_a_risk_in_any_message_of_a_burst_counts(talk):
    assert heard_of(talk, LAWYER, "And where is my parcel?").risks == ("legal",)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [LEAVING, "The smoke alarm chirps, which battery does it take?", "烟雾报警器怎么换电池", "Where is my order?"],
)
def test_who_may_leave_and_ordinary_questions_are_not_handed_over(talk, text):
    found = heard_of(talk, text)
    assert found.needs_person != Reason.RISK
    assert found.risks == ()


@pytest.mark.django_db
def test_a_label_that_is_not_admitted_hands_nothing_over(talk, monkeypatch):
    refused = [Admission("legal", 0.5, AdmissionReason.IMPRECISE)]
    monkeypatch.setattr(admissions, "admissions", lambda: refused)
    assert heard_of(talk, LAWYER).needs_person != Reason.RISK
    assert handing_over.packet_of(talk, HandOffReason.ASKED).risks == ()


def test_a_risk_comes_before_a_mood():
    angry = trajectory([reading("very_negative", emotions={"anger": 0.9})])
    assert heard(angry).needs_person == Reason.ANGRY
    assert heard(angry, risks=("legal",)).needs_person == Reason.RISK
    assert heard(trajectory([reading(risks={"churn": 0.99})])).needs_person is None
