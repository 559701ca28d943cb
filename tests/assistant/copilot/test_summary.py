"""The rolling summary: at once by rules, later by the model, never older than it says, never worse for a broken model."""

import json

import pytest
import time_machine

from csassist.accounts.models import User
from csassist.assistant.copilot.summary import due, refresh, shown_summary, sweep
from csassist.assistant.models import EpisodeSummary
from csassist.conversations.models import Conversation
from csassist.customers.models import Customer
from csassist.llm.test_server import TestModelServer
from tests.assistant.copilot.talking import say, talk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

LINES = (
    ("customer", "My lamp from order LH-40021 arrived broken. Can I get a new one?"),
    ("agent", "I will ask the workshop and write to you on Friday."),
)
WRITTEN = {
    "request": "A new lamp",
    "facts": ["Lamp of order LH-40021 arrived broken"],
    "open_questions": [],
    "promises": ["Agent will ask the workshop and write on Friday"],
    "mood": "calm",
}


@pytest.fixture
def case(ana: Customer, ben: User) -> Conversation:
    return talk(ana, *LINES, agent=ben)


def test_without_a_model_the_rules_sum_up_and_nothing_is_stored_by_looking(case: Conversation):
    shown = shown_summary(case)

    assert shown is not None
    assert shown.written_by == "rules"
    assert shown.summary.request == "Can I get a new one?"
    assert not EpisodeSummary.objects.exists()


def test_the_job_sums_up_what_people_own_once_until_something_is_said(case: Conversation, dan: Customer, ben: User):
    talk(dan, ("customer", "How long is the warranty?"), ("assistant", "Two years."))

    assert sweep() == 1
    assert EpisodeSummary.objects.get().episode.conversation == case
    assert sweep() == 0

    say(case, ("customer", "Any news?"))
    assert sweep() == 1
    shown = shown_summary(case)
    assert shown is not None
    assert [one.text for one in shown.summary.open_questions] == ["Any news?"]


def test_a_burst_is_waited_for(case: Conversation):
    with time_machine.travel(case.messages.latest("id").created_at):
        assert not due().exists()
    assert due().exists()


def test_the_models_summary_is_kept_and_says_how_far_behind_it_is(case: Conversation, with_model: TestModelServer):
    with_model.mode("scripted")
    with_model.script(json.dumps(WRITTEN))

    assert sweep() == 1
    say(case, ("customer", "Any news?"))
    shown = shown_summary(case)

    assert shown is not None
    assert (shown.written_by, shown.summary.request, shown.behind_count) == ("model", "A new lamp", 1)
    assert "LH-40021" in str(with_model.requests[0])


@pytest.mark.parametrize("answer", ["no JSON at all", json.dumps({**WRITTEN, "request": "A refund of 499 EUR"})])
def test_a_model_that_lies_or_talks_leaves_the_rules(case: Conversation, with_model: TestModelServer, answer: str):
    with_model.mode("scripted")
    with_model.script(answer)

    made = refresh(case.episodes.get())

    assert made is not None
    assert (made.written_by, made.model_problem) == ("rules", "not_supported")
    assert made.content["request"] == "Can I get a new one?"


def test_a_model_that_is_down_leaves_the_rules_and_is_not_asked_for_ever(
    case: Conversation, with_model: TestModelServer
):
    with_model.mode("error?status=400")

    assert sweep() == 1
    assert EpisodeSummary.objects.get().written_by == "rules"
    assert EpisodeSummary.objects.get().model_problem
    assert sweep() == 0


def test_a_slow_summary_does_not_replace_a_newer_one(case: Conversation):
    episode = case.episodes.get()
    made = refresh(episode)
    assert made is not None
    EpisodeSummary.objects.update(read_through_id=made.read_through_id + 1, content={"request": "newer"})

    assert refresh(episode).content == {"request": "newer"}  # type: ignore[union-attr]


def test_an_earlier_matter_is_no_part_of_the_summary(case: Conversation, ben: User):
    from csassist.conversations.services import close

    close(conversation=case, by=ben)
    say(case, ("customer", "Do you sell bulbs?"))
    shown = shown_summary(case)

    assert shown is not None
    assert shown.summary.request == "Do you sell bulbs?"
    assert shown.summary.promises == ()
