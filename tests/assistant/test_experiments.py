"""Customers' answers take part in experiments, and what became of them is counted and shown."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from csassist.assistant import services
from csassist.assistant.experiment_outcomes import Observed, observations, report, report_of
from csassist.assistant.models import AnswerArm, AnswerRun, AnswerTrace
from csassist.conversations.models import Conversation, Feedback, PersonRequest
from csassist.conversations.services import start_conversation
from csassist.customers.services import anonymous_customer
from csassist.llm.models import BudgetDay, ModelCall
from prompts import experimenting
from prompts.experimenting import Plan
from prompts.models import Prompt, PromptExperiment, PromptVersion
from prompts.services import draft_version, publish, sync_defaults
from tests import factories

QUESTION = "How many days do I have to return unused products?"


@pytest.fixture
def draft(db: None) -> PromptVersion:
    sync_defaults()
    prompt = Prompt.objects.get(name="answer_question")
    return draft_version(prompt=prompt, text=f"{prompt.versions.get().text}\nBe brief.\n", note="Brief")


@pytest.fixture
def experiment(draft: PromptVersion) -> PromptExperiment:
    return experimenting.start(experiment=experimenting.plan(plan=Plan(version_b=draft, planned_count=20)))


def new_conversation() -> Conversation:
    return start_conversation(customer=anonymous_customer(language="en"), language="en")


def ask(conversation: Conversation, text: str = QUESTION) -> AnswerTrace:
    asked = services.ask(conversation=conversation, text=text)
    assert asked.run is not None
    reply = services.wait_for_reply(asked.run)
    return AnswerTrace.objects.get(message=reply)


# --- Production -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_customers_answers_use_the_version_of_their_group_and_say_so(knowledge, with_model, experiment, client, cleo):
    versions: dict[str, int] = {}
    while len(versions) < 2:
        conversation = new_conversation()
        traces = [ask(conversation), ask(conversation, "How long do the batteries of the lock last?")]
        arms = {AnswerArm.objects.get(trace=trace).arm for trace in traces}
        used = {trace.prompt_versions["answer_question"] for trace in traces}
        assert (len(arms), len(used)) == (1, 1)
        versions[arms.pop()] = used.pop()

    assert versions == {"a": 1, "b": 2}
    client.force_login(cleo)
    why = client.get(reverse("admin:assistant_answertrace_change", args=[traces[0].pk])).content.decode()
    assert f"{experiment}</a> ·" in why
    system = {"\nBe brief.\n" in one["body"]["messages"][0]["content"] for one in with_model.requests}
    assert system == {True, False}


@pytest.mark.django_db(transaction=True)
def test_an_answer_whose_prompt_was_never_filled_in_takes_no_part(knowledge, with_model, experiment):
    ask(new_conversation(), "What is the capital of Peru?")

    assert not AnswerArm.objects.exists()


# --- Outcomes ---------------------------------------------------------------------------------------------------------


def observed(arm: str, *, action: str = "send", **facts: object) -> Observed:
    known = {"reason": "supported", "dropped": 0.0, "seconds": 1.0, "cost": 0.01} | facts
    return Observed(arm=arm, action=action, **{"has_thumbs_up": None, "asked_person": False} | known)  # type: ignore[arg-type]


def test_the_report_waits_for_the_planned_number_and_then_stays(experiment):
    early = [observed("a", action="hand_off"), observed("b")] * 19
    full = [*early, *[observed("a", action="hand_off"), observed("b")]]

    assert report_of(early, experiment).conclusion == "too_early"
    complete = report_of(full, experiment)
    later = report_of([*full, *[observed("a"), observed("b", action="hand_off")] * 100], experiment)

    assert complete.conclusion == later.conclusion == "b_better"
    assert complete.comparisons == later.comparisons
    assert later.counts == (120, 120)


def test_a_split_that_is_off_forbids_every_conclusion(experiment):
    found = report_of([observed("a", action="hand_off")] * 60 + [observed("b")] * 20, experiment)

    assert found.conclusion == "split_off"


def take_part(experiment: PromptExperiment, arm: str, **facts) -> AnswerTrace:
    message = factories.MessageFactory.create(author="assistant", outcome=facts.get("outcome", "send"))
    begun = timezone.now() - timedelta(minutes=5)
    run = AnswerRun.objects.create(conversation=message.conversation, lease_until=begun, state="done")
    AnswerRun.objects.filter(pk=run.pk).update(created_at=begun, finished_at=begun + timedelta(seconds=2))
    known = {"question": "Q", "language": "en", "asks": "question", "outcome": "send", "reason": "supported"}
    trace = AnswerTrace.objects.create(run=run, message=message, **known | facts)
    AnswerArm.objects.create(trace=trace, experiment=experiment, arm=arm)
    return trace


def test_what_became_of_a_conversation_is_read_from_the_record(experiment):
    day = BudgetDay.objects.create(day=timezone.now().date())
    call = ModelCall.objects.create(
        purpose="answer",
        model="m",
        cost_micro_units=1_500,
        started_at=timezone.now(),
        lease_expires_at=timezone.now(),
        budget_day=day,
    )
    sentences = [{"text": "One.", "released": True}, {"text": "Two.", "released": False}]
    first = take_part(experiment, "a", sentences=sentences, model_call_id=call.public_id)
    assert first.message is not None
    Feedback.objects.create(message=first.message, rating="down")
    PersonRequest.objects.create(conversation=first.run.conversation)
    take_part(experiment, "b", outcome="hand_off", reason="model_found_no_answer")

    one, other = observations(experiment)

    assert one == Observed("a", "send", "supported", 0.5, 2.0, 0.0015, has_thumbs_up=False, asked_person=True)
    assert (other.arm, other.reason, other.dropped, other.cost) == ("b", "model_found_no_answer", None, None)
    assert (other.has_thumbs_up, other.asked_person) == (None, False)


def test_a_conversation_counts_once_by_its_first_answer(experiment):
    first = take_part(experiment, "a")
    run = AnswerRun.objects.create(conversation=first.run.conversation, lease_until=timezone.now(), state="done")
    AnswerRun.objects.filter(pk=run.pk).update(finished_at=timezone.now())
    later = AnswerTrace.objects.create(run=run, question="Q", language="en", outcome="hand_off", reason="not_covered")
    AnswerArm.objects.create(trace=later, experiment=experiment, arm="a")

    (only,) = observations(experiment)

    assert only.action == "send"


# --- The pages --------------------------------------------------------------------------------------------------------


def url(name: str, *args: object) -> str:
    return reverse(f"admin:prompts_promptexperiment_{name}", args=args)


@pytest.fixture
def browser(client: Client, cleo) -> Client:
    client.force_login(cleo)
    return client


def page(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    html = response.content.decode()
    assert " style=" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", html)
    return " ".join(unescape(html).split())


def post(browser: Client, address: str, **fields: object) -> str:
    response = browser.post(address, fields, follow=True)
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def test_an_experiment_is_planned_started_and_stopped_in_the_pages(browser, draft):
    form = page(browser, f"{url('add')}?version_b={draft.pk}")
    assert f'<option value="{draft.pk}" selected>' in form
    assert "by 5 points, 1570" in form
    fields = {"version_b": draft.pk, "share_b_percent": 30, "planned_count": 100, "outcome": "answered", "note": ""}

    planned = post(browser, url("add"), **fields)
    assert "Customers see it once you start it." in planned
    made = PromptExperiment.objects.get()
    assert "30 % of new conversations" in page(browser, url("start", made.pk))
    made.refresh_from_db()
    assert made.state == "draft"

    assert "The experiment is running." in post(browser, url("start", made.pk))
    assert "0 of 100 planned conversations" in page(browser, url("stop", made.pk))
    assert "Everybody gets the published version." in post(browser, url("stop", made.pk))
    made.refresh_from_db()
    assert made.state == "stopped"


def test_the_page_shows_intervals_groups_and_what_may_be_decided(browser, experiment):
    for number in range(20):
        take_part(experiment, "a", outcome="hand_off" if number % 2 else "send")
        take_part(experiment, "b")

    html = page(browser, url("change", experiment.pk))

    assert "B is better." in html
    assert "50.0 %" in html
    assert "+50.0 points" in html
    assert html.count('<svg class="interval"') >= 4
    assert "20 of 20 planned conversations" in html
    assert "A has 20 conversations and B 20 (50.0 %), as planned" in html


def test_the_page_of_an_experiment_with_nobody_yet_shows_no_numbers(browser, experiment):
    html = page(browser, url("change", experiment.pk))

    assert "Too early" in html
    assert '<svg class="interval"' not in html


def test_adopting_publishes_b_or_says_why_not(browser, experiment, draft):
    assert "Publish B for all answers" in page(browser, url("adopt", experiment.pk))
    other = draft_version(prompt=draft.prompt, text=f"Other. {draft.text}")
    publish(version=other)

    assert "Version 3 was published in the meantime." in post(browser, url("adopt", experiment.pk))
    assert "Overtaken by a publication" in page(browser, url("change", experiment.pk))
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_the_list_shows_what_runs(browser, experiment):
    assert "Running" in page(browser, url("changelist"))


def test_agents_see_no_experiments(client, ben, experiment):
    client.force_login(ben)

    for address in (url("changelist"), url("change", experiment.pk), url("stop", experiment.pk)):
        assert client.get(address).status_code == 403
    assert client.post(url("stop", experiment.pk)).status_code == 403


def test_the_report_needs_no_more_queries_for_more_conversations(experiment, django_assert_max_num_queries):
    for _number in range(30):
        take_part(experiment, "b")

    with django_assert_max_num_queries(5):
        report(experiment)
