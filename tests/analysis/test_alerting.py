"""Who is told that a message calls for somebody: the owner, or else the team and the supervisors; once an episode."""

from datetime import timedelta

import pytest
from django.utils import timezone

from csassist.accounts.models import AlertKind, Team, User
from csassist.analysis import services
from csassist.analysis.reading import Verdict
from csassist.analysis.services import readings
from csassist.analysis.services.alerting import tell_of_risk
from csassist.conversations.models import Conversation, Message
from csassist.conversations.services import Owner, assign, close, receive_message, take
from csassist.delivery.models import Delivery, StaffAlert
from tests.analysis.made import reading

pytestmark = pytest.mark.django_db
DANGER = reading(risks={"safety": 0.95})


def told() -> set[tuple[str, str]]:
    rows = StaffAlert.objects.filter(kind=AlertKind.RISK).values_list("user__username", "occasion")
    return {(name, occasion.split(":")[1]) for name, occasion in rows}


@pytest.fixture
def conversation(message: Message) -> Conversation:
    return message.conversation


def test_the_owner_is_told_and_nobody_else(stored, conversation: Conversation, ben: User, cleo: User):
    take(conversation=conversation, agent=ben)

    assert tell_of_risk(stored(DANGER)) == 1
    assert told() == {("ben", "safety")}
    assert StaffAlert.objects.get().words.startswith("Look at a conversation: Danger to somebody. (")


def test_without_an_owner_the_team_of_the_queue_and_the_supervisors_are(
    stored, conversation: Conversation, ben: User, cleo: User, dora: User
):
    team = Team.objects.create(name="Returns")
    team.members.add(ben)
    assign(conversation=conversation, to=Owner(team=team, is_queue=True), by=dora)

    tell_of_risk(stored(DANGER))

    assert told() == {("ben", "safety"), ("cleo", "safety")}


def test_of_the_assistants_own_conversations_supervisors_hear_what_is_certain(
    stored, message: Message, ben: User, cleo: User
):
    doubtful, _is_new = receive_message(conversation=message.conversation, text="It chirps")
    assert tell_of_risk(stored(reading(risks={"safety": 0.8}), of=doubtful)) == 0
    assert tell_of_risk(stored(DANGER)) == 1
    assert told() == {("cleo", "safety")}


def test_where_nobody_leads_the_admins_do(stored, ben: User, dora: User):
    tell_of_risk(stored(DANGER))

    assert told() == {("dora", "safety")}


def test_each_reason_is_told_once_an_episode(stored, conversation: Conversation, message: Message, cleo: User):
    cleo.email = "cleo@larkhouse.example"
    cleo.save()
    row = stored(DANGER)
    for _ in range(2):
        tell_of_risk(row)
    assert Delivery.objects.count() == 1
    close(conversation=conversation, by=cleo)
    again, _is_new = receive_message(conversation=conversation, text="Smoke again")
    tell_of_risk(stored(DANGER, of=again))
    assert Delivery.objects.count() == 2


def test_a_falling_mood_is_told_although_no_message_alone_alarms(stored, conversation: Conversation, ben: User):
    take(conversation=conversation, agent=ben)
    for number in range(3):
        said, _is_new = receive_message(conversation=conversation, text=f"Still nothing, {number}")
        counted = tell_of_risk(stored(reading("negative"), of=said))
        assert counted == (1 if number == 2 else 0)

    assert told() == {("ben", "falling_mood")}


def test_what_was_said_long_ago_calls_nobody(stored, message: Message, cleo: User):
    Message.objects.filter(pk=message.pk).update(created_at=timezone.now() - timedelta(hours=2))
    message.refresh_from_db()

    assert tell_of_risk(stored(DANGER)) == 0


def test_reading_a_message_tells_with_it_and_reading_it_again_does_not(
    catalogue, message: Message, cleo: User, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(readings, "read_text", lambda *_, **__: DANGER)
    for _ in range(2):
        services.read_message(message=message)

    assert told() == {("cleo", "safety")}


def test_a_colleague_who_marks_a_risk_tells_the_owner_and_not_themselves(
    stored, conversation: Conversation, ben: User, cleo: User
):
    take(conversation=conversation, agent=ben)
    row = stored()
    services.correct(reading=row, field="risks", value=["legal"], by=cleo)
    services.correct(reading=row, field="risks", value=["legal", "safety"], by=ben)
    services.correct(reading=row, field="urgency", value="critical", by=cleo)

    assert {reason for name, reason in told() if name == "ben"} >= {"legal", "critical_urgency"}
    assert not {name for name, _reason in told()} - {"ben"}


def test_an_urgency_that_only_the_reader_sees_calls_nobody(stored, conversation: Conversation, ben: User):
    take(conversation=conversation, agent=ben)

    assert tell_of_risk(stored(reading(urgency=Verdict("critical", 0.99)))) == 0
