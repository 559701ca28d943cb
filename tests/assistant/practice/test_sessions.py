"""A session from its first line to its feedback, with two tabs, an edited scenario and a withdrawn article."""

from datetime import timedelta

import pytest

from csassist.accounts.models import User
from csassist.assistant.models import PracticeScenario, PracticeSession, PracticeTurn
from csassist.assistant.practice import library, selectors, sessions
from csassist.audit.models import AuditEvent
from csassist.core.errors import Conflict, InvalidInput, NotFound
from knowledge.models import Document
from tests.assistant.practice.small import TEXT

pytestmark = [pytest.mark.django_db, pytest.mark.once]
GOOD = (
    "Hello Ivo, I am sorry about that. Could you tell me the order number, please?",
    "Thank you. You have 30 days.",
    "We pay for the label. Is there anything else?",
)


def say(session: PracticeSession, text: str, *documents: Document) -> PracticeSession:
    return sessions.say(session=session, text=text, version=session.version, cited=[one.public_id for one in documents])


def test_a_whole_session_ends_with_feedback_that_is_kept(session: PracticeSession, returns: Document):
    for text in GOOD:
        say(session, text, returns)
    session.refresh_from_db()

    assert (session.state, session.ending) == ("finished", "satisfied")
    assert session.score == 100
    assert session.feedback["parts"][2]["findings"][0]["code"] == "cited_and_given"
    assert [turn.author for turn in session.turns.all()] == ["customer", *["agent", "customer"] * 3]
    assert session.turns.get(number=2).cited[0]["key"] == "en/returns"


def test_two_tabs_cannot_answer_the_same_line(session: PracticeSession):
    other = PracticeSession.objects.get(pk=session.pk)
    say(session, "Hello.")

    with pytest.raises(Conflict):
        say(other, "Hello from the other tab.")
    with pytest.raises(Conflict):
        sessions.say(session=session, text="Again.", version=0)
    assert session.turns.filter(author=PracticeTurn.Author.AGENT).count() == 1


def test_a_message_needs_words_and_an_ended_session_takes_none(session: PracticeSession):
    with pytest.raises(InvalidInput):
        say(session, "  ")
    ended = sessions.end(session=session)
    with pytest.raises(Conflict):
        say(ended, "Hello?")
    assert ended.score is None
    assert ended.feedback == {}


def test_starting_again_ends_what_was_left_open(session: PracticeSession, scenario: PracticeScenario, ben: User):
    say(session, "Hello.")
    again = sessions.start(scenario=scenario, agent=ben)
    session.refresh_from_db()

    assert session.state == "finished"
    assert again.state == "running"
    assert [one.running for one in selectors.offered_to(ben)] == [again]


def test_an_edit_of_the_scenario_changes_no_session_that_has_begun(
    session: PracticeSession, scenario: PracticeScenario
):
    library.write(text=TEXT.replace("It is LH-10203040.", "I will not tell."), scenario=scenario)
    say(session, "What is the order number?")

    assert session.turns.get(number=3).text == "It is LH-10203040."


def test_a_scenario_that_is_withdrawn_cannot_be_started(scenario: PracticeScenario, ben: User):
    library.offer(scenarios=[scenario], is_active=False)

    with pytest.raises(NotFound):
        sessions.start(scenario=scenario, agent=ben)


def test_an_article_nobody_may_read_is_not_cited(session: PracticeSession, returns: Document):
    Document.objects.filter(pk=returns.pk).update(live_version=None)
    say(session, "You have 30 days.", returns)

    assert session.turns.get(number=2).cited == []


def test_an_agent_sees_their_own_sessions_and_a_supervisor_all(session: PracticeSession, cleo: User, ben: User):
    other = User.objects.create_user("eve", role="agent")

    assert selectors.session_seen_by(ben, session.public_id) == session
    assert selectors.session_seen_by(cleo, session.public_id) == session
    with pytest.raises(NotFound):
        selectors.session_seen_by(other, session.public_id)
    with pytest.raises(NotFound):
        selectors.own_session(cleo, session.public_id)
    assert selectors.recent_sessions(other) == []


def test_earlier_sessions_are_those_of_the_same_agent_and_scenario(
    session: PracticeSession, scenario: PracticeScenario, ben: User, cleo: User
):
    say(session, "Hello.")
    sessions.end(session=session)
    PracticeSession.objects.filter(pk=session.pk).update(started_at=session.started_at - timedelta(hours=1))
    sessions.end(session=sessions.start(scenario=scenario, agent=cleo))
    later = sessions.start(scenario=scenario, agent=ben)

    assert [one.pk for one in selectors.earlier_of(later)] == [session.pk]
    row = next(one for one in selectors.who_practised() if one.agent == ben)
    assert (row.sessions_count, row.scenarios_count) == (1, 1)


def test_files_are_imported_whole_or_not_at_all_and_exported_to_be_read_back(scenario: PracticeScenario):
    exported = library.export_scenarios([scenario])
    assert library.import_scenarios(text=exported) == (0, 0)
    renamed = exported.replace("A kettle to send back", "A kettle")
    assert library.import_scenarios(text=renamed) == (0, 1)
    broken = renamed.replace("A kettle", "Another") + "\n- key: half\n"
    with pytest.raises(InvalidInput):
        library.import_scenarios(text=broken)
    assert PracticeScenario.objects.get().title == "A kettle"
    assert AuditEvent.objects.filter(action="practice_scenario.changed").count() == 1


def test_a_key_is_taken_once_in_each_language(scenario: PracticeScenario):
    with pytest.raises(Conflict):
        library.write(text=TEXT)
