"""Taking over, answering, passing on and giving back, also in the middle of an answer: everything once, nothing lost."""

import pytest
from django.db import DatabaseError, connection

from csassist.assistant import runs
from csassist.assistant.agent_acts import agent_assign, agent_reply, agent_take, ask_for_draft, hand_back
from csassist.assistant.answering import answer
from csassist.assistant.drafts import approve_draft
from csassist.assistant.models import AnswerRun, AutonomyRule, Draft
from csassist.conversations.models import Author, Conversation
from csassist.conversations.services import Owner, Written, assign, mark_done, reply_as_agent, take
from csassist.core.errors import Conflict
from tests.assistant.scripted import QUESTION, SENTENCES, ask, texts, work

pytestmark = pytest.mark.django_db

FULL = f"{SENTENCES[0]} [1] {SENTENCES[1]} [1]"


def replies(conversation):
    return texts(conversation.messages.filter(author__in=[Author.ASSISTANT, Author.AGENT]))


def events(conversation, kind):
    return [event.payload for event in conversation.events.filter(type=kind).order_by("seq")]


def at(place, act):
    """An act in the middle of an answer, once."""
    done: list[object] = []

    def before(reached):
        if reached == place and not done:
            done.append(act())

    return before


@pytest.fixture
def mine(talk, ben):
    """Ben's conversation."""
    return take(conversation=talk, agent=ben)


# --- Taking over ---


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_answer_that_somebody_takes_over_from_is_dropped_and_drafted_for_them(script, talk, ben, place):
    script.before = at(place, lambda: agent_take(conversation=talk, agent=ben))
    ask(talk)
    dropped, suggestion = work(talk)
    assert (dropped.purpose, dropped.state) == ("reply", "dropped")
    assert (suggestion.purpose, suggestion.state) == ("suggestion", "done")
    assert replies(talk) == []
    draft = Draft.objects.get()
    assert (draft.run, draft.state, draft.text, draft.why_held) == (suggestion, "pending", FULL, "suggestion")


def test_open_pages_are_told_that_a_begun_answer_does_not_come(script, talk, ben):
    script.before = at(1, lambda: agent_take(conversation=talk, agent=ben))
    message = ask(talk)
    dropped, _suggestion = work(talk)
    assert [payload["text"] for payload in events(talk, "sentence")] == [f"{SENTENCES[0]} [1]"]
    assert events(talk, "done") == [
        {"run": str(dropped.public_id), "outcome": "dropped", "reason": "", "message": None}
    ]
    assert dropped.answered_through_id == message.pk, "who waits for this run stops waiting"


def test_a_draft_begun_for_approval_is_forgotten_when_somebody_takes_over(script, talk, ben):
    AutonomyRule.objects.create(level="approve")
    script.before = at(1, lambda: agent_take(conversation=talk, agent=ben))
    ask(talk)
    _dropped, suggestion = work(talk)
    assert [draft.run for draft in Draft.objects.all()] == [suggestion]
    assert talk.messages.filter(author=Author.SYSTEM).count() == 0


def test_an_owner_who_changes_without_the_assistant_knowing_is_noticed_at_the_next_sentence(script, talk, ben):
    script.before = at(1, lambda: take(conversation=talk, agent=ben))
    ask(talk)
    dropped, suggestion = work(talk)
    assert (dropped.state, suggestion.purpose, suggestion.state) == ("dropped", "suggestion", "done")
    assert replies(talk) == []


def test_taking_what_is_answered_drafts_nothing(script, talk, ben):
    ask(talk)
    work(talk)
    agent_take(conversation=talk, agent=ben)
    assert work(talk) == []
    assert replies(talk) == [FULL]


def test_taking_ones_own_again_does_not_write_the_draft_again(script, talk, ben):
    ask(talk)
    agent_take(conversation=talk, agent=ben)
    work(talk)
    agent_take(conversation=talk, agent=ben)
    assert work(talk) == []
    assert Draft.objects.get().state == "pending"


def test_with_suggestions_off_a_person_gets_no_draft_and_the_begun_answer_still_ends(script, talk, ben):
    def switch_off_and_take():
        AutonomyRule.objects.create(level="off")
        agent_take(conversation=talk, agent=ben)

    script.before = at(1, switch_off_and_take)
    ask(talk)
    (run,) = work(talk)
    assert run.state == "dropped"
    assert replies(talk) == []
    assert not Draft.objects.exists()
    talk.refresh_from_db()
    assert talk.waiting_since is not None


# --- The agent's own answer ---


def test_an_own_answer_goes_out_once_per_key_and_ends_the_suggestion_under_way(script, mine, ben):
    own = Written(text="30 days, from me.", client_key="k1")
    script.before = at(1, lambda: agent_reply(conversation=mine, agent=ben, written=own))
    ask(mine)
    (suggestion,) = work(mine)
    assert suggestion.state == "dropped"
    assert not Draft.objects.exists(), "no draft of what was answered, not even half of one"
    _message, is_new = agent_reply(conversation=mine, agent=ben, written=own)
    assert not is_new
    assert replies(mine) == ["30 days, from me."]
    assert events(mine, "sentence") == []


def test_a_suggestion_that_is_overtaken_before_its_first_sentence_leaves_nothing(script, mine, ben):
    script.before = at(0, lambda: reply_as_agent(conversation=mine, agent=ben, written=Written(text="30 days.")))
    script.sentences = ()
    ask(mine)
    work(mine)
    assert not Draft.objects.exists()
    assert replies(mine) == ["30 days."]


def test_an_own_answer_in_the_middle_of_the_assistants_takes_the_conversation(script, talk, ben):
    script.before = at(1, lambda: agent_reply(conversation=talk, agent=ben, written=Written(text="30 days.")))
    ask(talk)
    (run,) = work(talk)
    talk.refresh_from_db()
    assert (run.state, talk.owner_user) == ("dropped", ben)
    assert replies(talk) == ["30 days."]


def test_a_message_that_comes_after_the_own_answer_is_drafted_alone(script, mine, ben):
    ask(mine)
    agent_reply(conversation=mine, agent=ben, written=Written(text="30 days."))
    ask(mine, "And in a shop?")
    work(mine)
    assert script.turns[-1].text == "And in a shop?"
    assert [line.text for line in script.turns[-1].history] == [QUESTION, "30 days."]


# --- Suggestions stay inside ---


def test_suggestions_beside_a_persons_conversation_never_reach_the_customer(script, mine):
    ask(mine)
    (suggestion,) = work(mine)
    assert (suggestion.purpose, suggestion.state) == ("suggestion", "done")
    assert replies(mine) == []
    assert {event.type for event in mine.events.all()} == {"owner", "message"}
    assert SENTENCES[0] not in str(list(mine.events.values_list("payload", flat=True)))


def test_an_approved_suggestion_reaches_the_customer_once(script, mine, ben):
    ask(mine)
    work(mine)
    approve_draft(draft=Draft.objects.get(), by=ben, version=1)
    assert replies(mine) == [FULL]
    assert work(mine) == []


def test_a_suggestion_without_support_leaves_no_draft_and_says_nothing(script, mine):
    script.support = 0.1
    ask(mine)
    work(mine)
    assert not Draft.objects.exists()
    assert replies(mine) == []
    assert events(mine, "done") == []


def test_a_suggestion_that_fails_says_nothing(script, mine, monkeypatch):
    run = ask(mine) and AnswerRun.objects.get()
    for _death in range(runs.MOST_ATTEMPTS):
        assert runs.claim(run.public_id)
        AnswerRun.objects.update(lease_until="2020-01-01T00:00Z")
    runs.resume_expired()
    run.refresh_from_db()
    assert (run.state, run.trace.reason) == ("done", "run_failed")
    assert replies(mine) == []
    assert {event.type for event in mine.events.all()} == {"owner", "message"}


# --- Giving back and passing on ---


@pytest.mark.parametrize("place", [None, 0, 1, 2])
def test_what_is_handed_back_is_answered_exactly_once_whenever_that_happens(script, mine, ben, place):
    """`place` is where in the suggestion it is handed back; None is after it."""
    script.before = at(place, lambda: hand_back(conversation=mine, by=ben))
    ask(mine)
    work(mine)
    if place is None:
        assert replies(mine) == []
        hand_back(conversation=mine, by=ben)
        work(mine)
    assert replies(mine) == [FULL]
    assert work(mine) == []
    assert not Draft.objects.still_open().exists()
    mine.refresh_from_db()
    assert (mine.is_assistants, mine.waiting_since) == (True, None)


def test_handing_back_twice_answers_once(script, mine, ben):
    ask(mine)
    hand_back(conversation=mine, by=ben)
    hand_back(conversation=mine, by=ben)
    work(mine)
    assert replies(mine) == [FULL]


def test_handing_back_what_is_answered_says_nothing_more(script, mine, ben):
    ask(mine)
    agent_reply(conversation=mine, agent=ben, written=Written(text="30 days."))
    hand_back(conversation=mine, by=ben)
    work(mine)
    assert replies(mine) == ["30 days."]


def test_several_messages_that_nobody_answered_are_answered_together(script, mine, ben):
    ask(mine)
    work(mine)
    ask(mine, "It is a gift.")
    work(mine)
    hand_back(conversation=mine, by=ben)
    work(mine)
    assert script.turns[-1].text == f"{QUESTION}\nIt is a gift."
    assert len(replies(mine)) == 1


def test_a_suggestion_that_did_not_begin_does_not_stand_in_the_way_of_the_answer(script, mine, ben):
    ask(mine)
    assign(conversation=mine, to=Owner(), by=ben)  # nobody told the assistant
    asked = ask(mine, "It is a gift.")
    work(mine)
    assert replies(mine) == [FULL]
    assert mine.runs.filter(purpose="reply", state="done").get().answered_through_id == asked.pk


def test_who_hands_back_over_a_colleagues_head_is_told(script, mine, ben, cleo):
    take(conversation=mine, agent=cleo)
    with pytest.raises(Conflict, match="cleo"):
        hand_back(conversation=mine, by=ben, seen_owner=f"person:{ben.pk}")
    assert mine.runs.count() == 0


def test_a_handing_back_that_is_rolled_back_leaves_the_draft_and_the_owner(script, mine, ben):
    ask(mine)
    work(mine)

    def fail(execute, sql, params, many, context):
        if sql.startswith("INSERT") and AnswerRun._meta.db_table in sql:
            raise DatabaseError("the disk is full")
        return execute(sql, params, many, context)

    with pytest.raises(DatabaseError), connection.execute_wrapper(fail):
        hand_back(conversation=mine, by=ben)
    mine.refresh_from_db()
    assert (mine.owner_user, Draft.objects.get().state) == (ben, "pending")


def test_a_colleague_who_is_passed_a_conversation_finds_the_draft(script, talk, ben, cleo):
    script.before = at(1, lambda: agent_assign(conversation=talk, to=Owner(user=cleo), by=ben))
    ask(talk)
    work(talk)
    assert replies(talk) == []
    assert Draft.objects.waiting().get().why_held == "suggestion"
    agent_assign(conversation=talk, to=Owner(is_queue=True), by=cleo)
    assert work(talk) == []
    assert Draft.objects.waiting().count() == 1


# --- Closing ---


def test_a_new_draft_on_request_takes_the_place_of_the_one_there(script, mine, ben):
    ask(mine)
    work(mine)
    first = Draft.objects.get()
    script.sentences = (SENTENCES[0],)
    assert ask_for_draft(conversation=mine, by=ben) is not None
    work(mine)
    first.refresh_from_db()
    assert first.state == "expired"
    assert Draft.objects.waiting().get().text == f"{SENTENCES[0]} [1]"


def test_pressing_twice_does_not_begin_the_draft_again(script, mine, ben):
    ask(mine)
    assert ask_for_draft(conversation=mine, by=ben) == ask_for_draft(conversation=mine, by=ben)
    assert AnswerRun.objects.count() == 1


def test_where_nothing_can_be_drafted_the_draft_that_is_there_stays(script, mine, ben):
    ask(mine)
    work(mine)
    AutonomyRule.objects.create(level="off")
    assert ask_for_draft(conversation=mine, by=ben) is None
    assert Draft.objects.get().state == "pending"


def test_a_customer_who_was_helped_elsewhere_is_not_handed_over_by_the_old_wish(script, talk, ben):
    ask(talk, "let me talk to a human")
    work(talk)
    ask(talk, "is a human there?")
    work(talk)
    mark_done(request=talk.person_requests.get(), handled_by=ben)
    ask(talk)
    work(talk)
    assert replies(talk)[-1] == FULL
    assert script.turns[-1].text == QUESTION
    talk.refresh_from_db()
    assert (talk.owner_kind, talk.person_requests.still_open().exists()) == ("assistant", False)


def test_a_hand_off_is_no_answer_and_whoever_takes_it_finds_a_draft_for_the_question(script, talk, ben):
    ask(talk, f"{QUESTION} Please let me talk to a human.")
    work(talk)
    talk.refresh_from_db()
    assert talk.owner_kind == Conversation.OwnerKind.QUEUE
    draft = Draft.objects.waiting().get()
    agent_take(conversation=talk, agent=ben)
    approve_draft(draft=draft, by=ben, version=1)
    assert replies(talk)[-1] == FULL


def test_an_abandoned_take_over_does_not_loop(script, talk, ben, cleo):
    """The owner changes at every sentence: each answer is dropped once, and the last owner's is left."""
    agents = [ben, cleo]

    def change(place):
        if len(script.turns) <= 4 and place == 1:
            if len(script.turns) % 2:
                agent_take(conversation=talk, agent=agents[len(script.turns) // 2 % 2])
            else:
                hand_back(conversation=talk, by=ben)

    script.before = change
    ask(talk)
    done = work(talk)
    assert [run.state for run in done] == ["dropped"] * 4 + ["done"]
    assert replies(talk) == [FULL]


def test_a_dropped_run_that_is_answered_late_changes_nothing(script, talk, ben):
    ask(talk)
    run = AnswerRun.objects.get()
    agent_reply(conversation=talk, agent=ben, written=Written(text="30 days."))
    answer(run.public_id)
    assert replies(talk) == ["30 days."]
