"""A draft goes out only when a person lets out what they saw, once, and until then the customer has nothing of it."""

import pytest

from csassist.assistant.agent_acts import agent_reply, agent_take
from csassist.assistant.drafts import approve_draft, edit_draft, edit_ratio, reject_draft
from csassist.assistant.models import AnswerTrace, AutonomyRule, Draft
from csassist.assistant.runs import start_run, unanswered
from csassist.audit.models import AuditEvent
from csassist.conversations.models import Author, Citation, ConsoleEvent, Survey
from csassist.conversations.services import Written, close, reply_as_agent, take
from csassist.core.errors import Conflict, InvalidInput
from knowledge import services as knowledge_services
from tests.assistant.scripted import SENTENCES, ask, published, work

pytestmark = pytest.mark.django_db

WORDING = "You can return it within 30 days. [1] Return shipping costs 4.90 EUR. [1]"


@pytest.fixture
def approved_first(db):
    AutonomyRule.objects.create(level="approve")


@pytest.fixture
def draft(approved_first, script, talk):
    ask(talk)
    work(talk)
    return Draft.objects.get()


def replies(conversation):
    return list(conversation.messages.filter(author__in=[Author.ASSISTANT, Author.AGENT]))


def answered_through(conversation):
    return [run.answered_through_id for run in conversation.runs.order_by("pk")]


def test_a_held_answer_waits_with_its_sources_and_nothing_of_it_is_sent(draft, talk):
    assert (draft.state, draft.version, draft.text) == ("pending", 1, WORDING)
    assert (draft.language, draft.support, draft.reason, draft.written_by) == ("en", 0.9, "supported", "model")
    assert [one["title"] for one in draft.citations] == ["Returns"]
    assert replies(talk) == []
    talk.refresh_from_db()
    assert (talk.owner_kind, talk.waiting_since is not None) == ("assistant", True)
    assert AnswerTrace.objects.get().outcome == "draft"


def test_the_customer_is_told_once_an_episode_that_somebody_looks_at_the_answer(draft, talk):
    ask(talk, "And how do I send it?")
    work(talk)
    notices = talk.messages.filter(author=Author.SYSTEM)
    assert [notice.text for notice in notices] == [
        "A colleague looks at the answer before you get it. It will appear here."
    ]


def test_a_growing_draft_is_announced_with_each_sentence_and_cannot_be_decided_on(approved_first, script, talk, ben):
    seen = []

    def look(place):
        growing = Draft.objects.filter(state="writing").first()
        seen.append(growing.text if growing else "")
        if growing:
            with pytest.raises(Conflict, match="still writing"):
                approve_draft(draft=growing, by=ben, version=1)

    script.before = look
    ask(talk)
    work(talk)
    assert seen == ["", f"{SENTENCES[0]} [1]", WORDING]
    announced = ConsoleEvent.objects.about(talk).filter(kind="draft").count()
    assert announced == len(SENTENCES) + 1


def test_a_draft_approved_as_it_stands_is_the_assistants_answer_let_out_by_a_person(draft, talk, ben):
    message = approve_draft(draft=draft, by=ben, version=1)
    assert (message.author, message.author_user, message.text, message.outcome) == ("assistant", ben, WORDING, "send")
    assert [citation.title for citation in message.citations.all()] == ["Returns"]
    draft.refresh_from_db()
    talk.refresh_from_db()
    assert (draft.state, draft.decided_by, draft.edit_ratio, draft.message) == ("approved", ben, 0.0, message)
    assert (talk.owner_kind, talk.waiting_since) == ("assistant", None)
    assert AnswerTrace.objects.get().message == message
    assert AuditEvent.objects.filter(action="draft.approved").count() == 1
    assert unanswered(talk) == []


def test_a_draft_sent_in_other_words_is_the_persons_own_and_the_share_changed_is_kept(draft, talk, ben):
    message = approve_draft(draft=draft, by=ben, version=1, text="You have 30 days to return it. [1]")
    assert (message.author, message.author_user, message.outcome) == ("agent", ben, "")
    draft.refresh_from_db()
    assert draft.text == WORDING
    assert draft.edited_text == "You have 30 days to return it. [1]"
    assert 0.3 < draft.edit_ratio < 1


def test_only_sources_whose_marker_is_left_go_out(draft, ben):
    message = approve_draft(draft=draft, by=ben, version=1, text="You have 30 days.")
    assert message.citations.count() == 0


def test_an_edited_draft_is_sent_as_it_was_edited(draft, ben, cleo):
    edited = edit_draft(draft=draft, by=ben, version=1, text="You have 30 days. [1]")
    assert (edited.state, edited.version, edited.edited_by) == ("edited", 2, ben)
    message = approve_draft(draft=draft, by=cleo, version=2)
    assert (message.text, message.author_user) == ("You have 30 days. [1]", cleo)


def test_an_emptied_text_is_refused_and_never_replaced_by_what_was_there(draft, ben, talk):
    for empty in ("", "  \n", "\u200b"):
        with pytest.raises(InvalidInput):
            approve_draft(draft=draft, by=ben, version=1, text=empty)
    assert replies(talk) == []


@pytest.mark.parametrize("act", ["approve", "edit", "reject"])
def test_who_decides_on_an_older_version_is_told_who_changed_it(draft, ben, cleo, talk, act):
    edit_draft(draft=draft, by=cleo, version=1, text="You have 30 days. [1]")
    with pytest.raises(Conflict, match="cleo has changed this draft"):
        decide_as(act, draft, ben)
    assert replies(talk) == []


@pytest.mark.parametrize("act", ["approve", "edit", "reject"])
def test_a_decision_is_made_once(draft, ben, cleo, talk, act):
    approve_draft(draft=draft, by=cleo, version=1)
    with pytest.raises(Conflict, match="cleo has already sent it"):
        decide_as(act, draft, ben)
    assert len(replies(talk)) == 1


@pytest.mark.parametrize("act", ["approve", "edit", "reject"])
def test_a_customer_who_has_written_since_is_read_first(draft, ben, talk, act):
    ask(talk, "It is a gift, by the way.")
    with pytest.raises(Conflict, match="written since"):
        decide_as(act, draft, ben)
    assert replies(talk) == []


@pytest.mark.parametrize("act", ["approve", "edit", "reject"])
def test_a_colleague_who_owns_the_conversation_decides_alone(draft, ben, cleo, talk, act):
    take(conversation=talk, agent=cleo)
    with pytest.raises(Conflict, match="cleo has taken this conversation"):
        decide_as(act, draft, ben)
    decide_as(act, draft, cleo)


@pytest.mark.parametrize("act", ["approve", "edit", "reject"])
def test_nothing_is_decided_in_a_closed_conversation_and_its_draft_is_not_offered(draft, ben, cleo, talk, act):
    close(conversation=talk, by=cleo)
    with pytest.raises(Conflict, match="closed"):
        decide_as(act, draft, ben)
    assert replies(talk) == []
    assert not Draft.objects.waiting().exists()


def test_a_draft_of_the_matter_before_is_not_sent_into_the_next(draft, ben, talk):
    close(conversation=talk, by=ben)
    reply_as_agent(conversation=talk, agent=ben, written=Written(text="One more thing."))
    with pytest.raises(Conflict, match="closed"):
        approve_draft(draft=draft, by=ben, version=1)


def test_what_somebody_has_answered_by_another_way_is_not_answered_again(draft, ben, talk):
    reply_as_agent(conversation=talk, agent=ben, written=Written(text="30 days."))
    with pytest.raises(Conflict, match="answered meanwhile"):
        approve_draft(draft=draft, by=ben, version=1)
    assert [message.text for message in replies(talk)] == ["30 days."]


def test_a_withdrawn_source_keeps_the_draft_in_and_other_words_do_without_it(draft, ben, script):
    knowledge_services.withdraw(document=script.document)
    with pytest.raises(Conflict, match="withdrawn"):
        approve_draft(draft=draft, by=ben, version=1)
    draft.refresh_from_db()
    assert draft.state == "pending"
    message = approve_draft(draft=draft, by=ben, version=1, text="I will find out and write to you.")
    assert message.citations.count() == 0


def test_a_source_withdrawn_while_the_draft_is_written_is_not_in_it(approved_first, script, talk):
    other = published("Shipping")

    def withdraw(place):
        if place == 1:
            knowledge_services.withdraw(document=script.document)
            script.document = other

    script.before = withdraw
    ask(talk)
    work(talk)
    assert Draft.objects.get().text == f"{SENTENCES[0]} [1]"


def test_approving_can_close_and_the_survey_comes_after_the_answer(draft, ben, talk):
    approve_draft(draft=draft, by=ben, version=1, closes=True)
    talk.refresh_from_db()
    assert talk.status == "closed"
    types = list(talk.events.order_by("seq").values_list("type", flat=True))
    assert types[-3:] == ["message", "closed", "survey"]
    assert Survey.objects.get().agent is None, "the answer was the assistant's"


def test_whoever_rejects_a_draft_owns_the_conversation_and_the_customer_waits_on(draft, ben, talk):
    reject_draft(draft=draft, by=ben, version=1, reason="wrong", comment="The fee is out of date.")
    draft.refresh_from_db()
    talk.refresh_from_db()
    assert (draft.state, draft.rejection, draft.comment) == ("rejected", "wrong", "The fee is out of date.")
    assert (talk.owner_user, talk.waiting_since is not None, talk.return_at is not None) == (ben, True, True)
    assert replies(talk) == []
    assert len(unanswered(talk)) == 1


def test_a_rejection_names_one_of_the_reasons(draft, ben, talk):
    with pytest.raises(InvalidInput):
        reject_draft(draft=draft, by=ben, version=1, reason="because")
    talk.refresh_from_db()
    assert talk.owner_user is None


def test_a_newer_draft_reads_both_messages_and_takes_the_place_of_the_older(draft, talk, script):
    ask(talk, "It is a gift, by the way.")
    work(talk)
    draft.refresh_from_db()
    assert draft.state == "expired"
    newer = Draft.objects.waiting().get()
    assert newer != draft
    assert script.turns[-1].text.endswith("\nIt is a gift, by the way.")
    assert answered_through(talk)[-1] == talk.messages.filter(author="customer").last().pk


def test_a_newer_answer_that_needs_no_approval_leaves_no_draft_behind(draft, talk):
    ask(talk, "hello")
    AutonomyRule.objects.all().delete()
    work(talk)
    draft.refresh_from_db()
    assert draft.state == "expired"
    assert len(replies(talk)) == 1


def test_a_waiting_draft_is_not_written_again_and_again(draft, talk):
    assert start_run(talk) is None
    assert work(talk) == []


def test_the_share_changed_counts_words_of_both_languages():
    assert edit_ratio("You have 30 days. [1]", "You  have 30 days. [1]") == 0
    assert 0 < edit_ratio("You have 30 days. [1]", "You have 30 days! [1]") < 0.01
    assert edit_ratio("退货期为30天。", "退货期为60天。") < 0.5
    assert edit_ratio("You have 30 days.", "请稍等，我去问同事。") > 0.9


def test_citations_get_their_ids_when_the_answer_goes_out_and_not_before(draft, ben):
    known = {str(one["public_id"]) for one in draft.citations}
    assert not Citation.objects.exists()
    message = approve_draft(draft=draft, by=ben, version=1)
    assert {str(one.public_id) for one in message.citations.all()} == known


def test_an_own_answer_overtakes_the_draft(draft, ben, talk):
    agent_take(conversation=talk, agent=ben)
    draft.refresh_from_db()
    assert draft.state == "pending", "a draft that was open stays open"
    agent_reply(conversation=talk, agent=ben, written=Written(text="30 days."))
    draft.refresh_from_db()
    assert draft.state == "expired"
    with pytest.raises(Conflict, match="overtaken"):
        approve_draft(draft=draft, by=ben, version=1)


def decide_as(act, draft, user):
    if act == "approve":
        approve_draft(draft=draft, by=user, version=1)
    elif act == "edit":
        edit_draft(draft=draft, by=user, version=1, text="You have 30 days. [1]")
    else:
        reject_draft(draft=draft, by=user, version=1, reason="tone")
