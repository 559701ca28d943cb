"""A model may find the customer's words; it never decides what is said, and the script goes on without it."""

import pytest

from csassist.accounts.models import User
from csassist.assistant.models import PracticeScenario, PracticeSession
from csassist.assistant.practice import sessions
from csassist.assistant.practice.acting import begin, react
from csassist.assistant.practice.playing import keeps_to
from csassist.llm.test_server import TestModelServer
from prompts.services import sync_defaults
from tests.assistant.conftest import model, with_model
from tests.assistant.practice.small import said, small

__all__ = ["model", "with_model"]

CASE = small()
TOLD = react(CASE, begin(CASE), said("What is the order number?"))


@pytest.mark.once
@pytest.mark.parametrize(
    ("written", "is_kept"),
    [
        ("Sure, that would be LH-10203040.", True),
        ("", False),
        ("It is somewhere here.", False),
        ("It is LH-10203040, and I paid 99 EUR.", False),
        ("订单号是 LH-10203040，麻烦您。", False),
        ("It is LH-10203040. " + "And more. " * 60, False),
    ],
)
def test_a_line_is_taken_only_when_it_keeps_to_the_case(written: str, is_kept: bool):
    assert keeps_to(written, CASE, (), TOLD) == is_kept


@pytest.fixture
def played(scenario: PracticeScenario, ben: User) -> PracticeSession:
    sync_defaults()
    return sessions.start(scenario=scenario, agent=ben, with_model=True)


def ask(session: PracticeSession) -> str:
    sessions.say(session=session, text="What is the order number?", version=session.version)
    return str(session.turns.get(number=3).text)


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
class TestWithAModel:
    def test_its_words_are_shown_and_its_prompt_is_fenced(self, with_model: TestModelServer, played: PracticeSession):
        with_model.script("Ivo: “Sure, LH-10203040.”")

        assert ask(played) == "Sure, LH-10203040."
        assert played.turns.get(number=3).is_by_model
        prompt = str(with_model.requests[-1])
        assert "<persona>" in prompt
        assert "<customer_line>" in prompt

    @pytest.mark.parametrize("mode", ["error?status=500", "garbage", "fabricate"])
    def test_the_script_goes_on_when_it_fails(self, with_model: TestModelServer, played: PracticeSession, mode: str):
        with_model.mode(mode)

        assert ask(played) == "It is LH-10203040."
        assert not played.turns.get(number=3).is_by_model

    def test_the_script_goes_on_without_a_budget(self, settings, with_model, played: PracticeSession):
        settings.CSASSIST_LLM_INPUT_PRICE_PER_MILLION_TOKENS = 1_000_000
        settings.CSASSIST_LLM_DAILY_BUDGET = 1

        assert ask(played) == "It is LH-10203040."


@pytest.mark.once
@pytest.mark.django_db
def test_without_a_model_the_wish_for_one_is_ignored(played: PracticeSession):
    assert played.played_by == "script"
    assert ask(played) == "It is LH-10203040."
