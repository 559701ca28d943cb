"""A trial goes the customers' way, shows everything and leaves nothing behind but what the model cost."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from rest_framework.test import APIClient

from csassist.accounts.models import User
from csassist.accounts.services import issue_api_key
from csassist.assistant import playground
from csassist.assistant.models import AnswerTrace
from csassist.assistant.playground import Side, Trial, Tried, run_trial
from csassist.assistant.playground_stream import Emit, follow
from csassist.assistant.turns import Line
from csassist.core.errors import Unavailable
from csassist.llm.models import BudgetDay, ModelCall
from csassist.llm.stopping import Stop, Stopped
from csassist.llm.test_server import TestModelServer
from prompts.models import Prompt, PromptVersion
from prompts.services import draft_version
from tests.knowledge.conftest import SignedIn

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

QUESTION = "How many days do I have to return unused products?"
PAGE = "admin:assistant_test_question"
CHARGED = (ModelCall, BudgetDay)


def trial(**changes: Any) -> Trial:
    return replace(Trial(question=QUESTION), **changes)


def one(tried: tuple[Tried, ...]) -> Tried:
    (only,) = tried
    return only


@pytest.fixture
def draft() -> PromptVersion:
    prompt = Prompt.objects.get(name="answer_question")
    text = prompt.versions.get().text
    return draft_version(prompt=prompt, text=f"{text}\nEnd with a friendly word.\n")


def stored() -> dict[str, list[dict[str, Any]]]:
    models = [model for model in apps.get_models() if model not in CHARGED]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


def test_a_trial_answers_as_a_customer_is_answered(knowledge, with_model, ask):
    tried = one(run_trial(trial()))
    reply = ask(QUESTION)

    trace = AnswerTrace.objects.get(message=reply)
    assert tried.reply == reply.text
    assert [sentence["text"] for sentence in tried.notes.sentences] == [one["text"] for one in trace.sentences]
    assert (tried.notes.support, tried.notes.prompt_versions) == (trace.support, trace.prompt_versions)


def test_a_trial_changes_no_table_but_the_ledger_and_the_budget(
    knowledge, with_model, draft, dora, signed_in: SignedIn
):
    client = signed_in(dora)
    before = stored()

    run_trial(trial(sides=(Side(), Side(prompts={"answer_question": draft}))))
    page = client.post(reverse(PAGE), {"question": QUESTION, "reader": "public", "a-model": "test"})

    assert page.status_code == 200
    assert stored() == before
    calls = ModelCall.objects.all()
    assert {(call.purpose, call.outcome) for call in calls} == {("trial", "completed")}
    assert sum(call.cost_micro_units for call in calls) == BudgetDay.objects.get().spent_micro_units > 0


def test_what_the_model_was_given_is_shown_word_for_word(knowledge, with_model, draft):
    tried = one(run_trial(trial(sides=(Side(prompts={"answer_question": draft}),))))

    (sent,) = tried.sent
    assert [role for role, _text in sent.messages] == ["system", "user"]
    wire = with_model.requests[-1]["body"]["messages"]
    assert [(one["role"], one["content"]) for one in wire] == list(sent.messages)
    assert "End with a friendly word." in sent.messages[0][1]
    assert tried.notes.prompt_versions["answer_question"] == draft.number
    assert tried.calls[0].public_id == sent.call
    assert tried.cost_micro_units == tried.calls[0].cost_micro_units > 0


def test_another_model_of_the_server_can_be_tried(knowledge, with_model):
    tried = one(run_trial(trial(sides=(Side(model="another"),))))

    assert tried.calls[0].model == "another"


def test_a_follow_up_is_rewritten_with_the_turns_before_it(knowledge, with_model):
    history = (Line("Customer", QUESTION), Line("Assistant", "30 days [1]."))
    tried = one(run_trial(trial(question="And who pays for the shipping?", history=history)))

    assert [sent.purpose for sent in tried.sent] == ["rewrite", "answer"]
    assert len(tried.calls) == 2
    assert "condense_question" in tried.notes.prompt_versions


def test_without_a_model_the_passages_are_quoted_and_the_prompt_is_shown_as_not_sent(knowledge, with_model):
    tried = one(run_trial(trial(sides=(Side(may_ask_model=False),))))

    assert tried.notes.written_by == "quotation"
    assert (tried.sent, tried.calls, tried.notes.prompt_versions) == ((), (), {})
    assert tried.unsent is not None
    assert QUESTION in tried.unsent.messages[-1][1]


def test_a_dropped_sentence_says_why(knowledge, with_model):
    with_model.script("You can return unused products within 75 days [1].")

    tried = one(run_trial(trial()))

    assert tried.notes.sentences[0]["fault"] == "figure_not_in_source"
    assert "75" not in tried.reply


def test_two_sides_are_answered_one_after_the_other(knowledge, with_model, draft):
    sides = (Side(may_ask_model=False), Side(prompts={"answer_question": draft}))
    seen: list[tuple[int, str]] = []

    tried = run_trial(trial(sides=sides), watch=lambda side, kind, _payload: seen.append((side, kind)))

    assert [one.notes.written_by for one in tried] == ["quotation", "model"]
    assert seen == sorted(seen, key=lambda pair: pair[0])
    assert {kind for _side, kind in seen} == {"status", "sentence"}


# --- Ending it --------------------------------------------------------------------------------------------------------


def wait_until(look: Callable[[], object], seconds: float = 20.0) -> None:
    give_up_at = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < give_up_at, "It did not happen in time."
        time.sleep(0.02)


def is_running() -> bool:
    return ModelCall.objects.filter(outcome="running").exists()


def test_stopping_ends_the_model_call_before_its_first_token(knowledge, with_model):
    with_model.mode("slow?first=6")
    stop = Stop()

    def stop_once_asked() -> None:
        wait_until(lambda: with_model.requests)
        stop.set()

    stopper = threading.Thread(target=stop_once_asked)
    stopper.start()
    began = time.monotonic()

    with pytest.raises(Stopped):
        run_trial(trial(), stop=stop)

    stopper.join()
    assert time.monotonic() - began < 5
    assert ModelCall.objects.get().outcome == "cancelled"
    wait_until(lambda: with_model.cancelled_count == 1)


def test_whoever_leaves_the_stream_stops_the_call(knowledge, with_model):
    with_model.mode("slow?first=6")

    def work(emit: Emit, stop: Stop) -> None:
        run_trial(trial(), watch=lambda _side, kind, payload: emit(kind, payload), stop=stop)

    async def leave_early() -> list[Any]:
        events = follow(work)
        seen = [(await anext(events)).payload["stage"], (await anext(events)).payload["stage"]]
        await asyncio.to_thread(wait_until, lambda: with_model.requests)
        await events.aclose()
        return seen

    assert asyncio.run(leave_early()) == ["searching", "writing"]
    wait_until(lambda: not is_running())
    assert ModelCall.objects.get().outcome == "cancelled"


def test_what_takes_too_long_is_stopped_and_says_so(knowledge, with_model, settings: Settings, monkeypatch):
    with_model.mode("slow?first=6")
    monkeypatch.setattr(playground, "PATIENCE_SECONDS", 1.0 - settings.CSASSIST_LLM_TOTAL_SECONDS)

    with pytest.raises(Unavailable, match="too long"):
        run_trial(trial())

    assert ModelCall.objects.get().outcome == "cancelled"


@pytest.fixture
def all_places_taken(settings: Settings) -> Iterator[None]:
    settings.CSASSIST_TRIAL_MAX_IN_FLIGHT = 1
    with playground.place():
        yield


def test_staff_take_no_more_places_than_they_have(all_places_taken, knowledge, dora, signed_in: SignedIn, ask):
    page = signed_in(dora).get(reverse(PAGE), {"question": QUESTION, "reader": "public"}).content.decode()

    assert "Colleagues are trying several questions just now." in page
    assert "30 days" in ask(QUESTION).text


# --- The page ---------------------------------------------------------------------------------------------------------


def fields(**changes: Any) -> dict[str, Any]:
    return {"question": QUESTION, "reader": "public", "a-model": "test"} | changes


def events_of(client: Client, body: dict[str, object]) -> list[tuple[str, dict[str, Any]]]:
    response = client.post(reverse("admin:assistant_try_stream"), body)
    assert response.status_code == 200

    async def read() -> bytes:
        async with asyncio.timeout(30):
            return b"".join([part async for part in response.__aiter__()])  # type: ignore[attr-defined]

    blocks = [block for block in asyncio.run(read()).decode().split("\n\n") if "data: " in block]
    return [(block.split("event: ")[1].split("\n")[0], json.loads(block.split("data: ")[1])) for block in blocks]


def test_the_stream_tells_stages_and_sentences_and_ends_with_the_page_of_each_side(
    knowledge, with_model, draft, cleo, signed_in: SignedIn
):
    told = events_of(signed_in(cleo), fields(compare="on", **{"b-answer_question": draft.pk, "b-model": "test"}))

    kinds = [kind for kind, _payload in told]
    assert kinds[0] == "status"
    assert kinds[-3:] == ["result", "result", "end"]
    assert "sentence" in kinds
    first, second = (payload["html"] for kind, payload in told if kind == "result")
    assert "Both say the same." in first
    assert f"version {draft.number}" in second
    assert "End with a friendly word." in second
    assert "tokens in" in first


def test_the_same_form_without_scripts_shows_the_same_result(knowledge, with_model, cleo, signed_in: SignedIn):
    page = signed_in(cleo).post(reverse(PAGE), fields()).content.decode()

    assert "within 30 days of delivery" in page
    assert "Released" in page
    assert "&lt;source" in page or "SOURCE" in page.upper()
    assert ModelCall.objects.get().purpose == "trial"


def test_an_address_never_asks_a_model(knowledge, with_model, cleo, signed_in: SignedIn):
    page = signed_in(cleo).get(reverse(PAGE), fields()).content.decode()

    assert "No model was asked, because this was opened by its address." in page
    assert not ModelCall.objects.exists()


def test_agents_try_questions_without_a_model_and_without_drafts(knowledge, with_model, ben, signed_in: SignedIn):
    client = signed_in(ben)

    page = client.get(reverse(PAGE), fields()).content.decode()

    assert "within 30 days of delivery" in page
    assert 'name="a-model"' not in page
    assert client.post(reverse(PAGE), fields()).status_code == 403
    assert client.post(reverse("admin:assistant_try_stream"), fields()).status_code == 403


def test_a_wrong_field_is_named_by_the_stream(cleo, signed_in: SignedIn):
    refused = signed_in(cleo).post(reverse("admin:assistant_try_stream"), fields(question=" "))

    assert refused.status_code == 400
    assert refused.json()["errors"] == ["This field is required."]


def test_a_recorded_answer_is_tried_again_with_the_turns_before_it(knowledge, ask, cleo: User, signed_in: SignedIn):
    ask(QUESTION)
    trace = AnswerTrace.objects.get(message=ask("And who pays for the return shipping?"))
    client = signed_in(cleo)
    why = client.get(reverse("admin:assistant_answertrace_change", args=[trace.pk])).content.decode()
    assert f"trace={trace.public_id}" in why

    page = client.get(reverse(PAGE), {"trace": str(trace.public_id)}).content.decode()

    assert f"Customer: {QUESTION}" in page
    assert "Assistant: You can return unused products" in page
    assert "And who pays for the return shipping?" in page
    assert page.count("And who pays") == 1


def test_a_version_leads_to_its_trial_beside_the_published_one(knowledge, draft, cleo: User, signed_in: SignedIn):
    client = signed_in(cleo)
    version = client.get(reverse("admin:prompts_promptversion_change", args=[draft.pk])).content.decode()
    address = f"{reverse(PAGE)}?compare=on&amp;b-answer_question={draft.pk}"
    assert address in version

    page = client.get(address.replace("&amp;", "&")).content.decode()

    assert re.search(r'name="compare"[^>]* checked', page)
    assert f'<option value="{draft.pk}" selected>' in page


# --- The API ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def program(dora: User) -> APIClient:
    key = issue_api_key(name="program", scopes=["answers:try"], created_by=dora)
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {key.secret}")


def test_the_api_gives_the_same_as_json(knowledge, with_model: TestModelServer, program: APIClient, draft):
    sides = [{"prompts": {"answer_question": draft.number}}, {"model": ""}]
    answer = program.post("/api/v1/playground", {"question": QUESTION, "sides": sides}, format="json")

    assert answer.status_code == 200
    first, second = answer.json()["sides"]
    assert (first["written_by"], second["written_by"]) == ("model", "quotation")
    assert first["prompts"][0]["is_sent"]
    assert not second["prompts"][0]["is_sent"]
    assert first["cost_micro_units"] > second["cost_micro_units"] == 0
    assert first["sentences"][0]["released"]
    assert first["passages"][0]["title"] == "Returns and refunds"
    assert first["candidates"][0]["lexical_rank"] == 1
    assert first["stage_milliseconds"]["write"] > 0


@pytest.mark.parametrize(
    "wrong",
    [{"sides": [{"prompts": {"answer_question": 99}}]}, {"collections": ["nowhere"]}, {"sides": [{}, {}, {}]}],
)
def test_the_api_refuses_what_is_not_there(program: APIClient, wrong: dict[str, Any]):
    answer = program.post("/api/v1/playground", {"question": QUESTION, **wrong}, format="json")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_input")
