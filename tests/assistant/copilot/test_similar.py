"""Similar solved cases: by meaning, without the person they were of, and gone when they are."""

import pytest
from pytest_django import Settings

from csassist.accounts.models import User
from csassist.assistant.copilot.dialogue import Said
from csassist.assistant.copilot.gists import gist_of
from csassist.assistant.copilot.similar import similar_cases, sweep
from csassist.assistant.models import EpisodeGist
from csassist.conversations.models import Message, Survey
from csassist.conversations.services import close, rate_message
from csassist.customers.models import Customer
from tests.assistant.copilot.talking import solved, talk

pytestmark = pytest.mark.django_db

QUESTION = "My lamp flickers when I dim it below ten percent"
ANSWER = "Set the lowest level to fifteen percent in the settings of the dimmer."


@pytest.fixture(autouse=True)
def _hashed(settings: Settings):
    settings.CSASSIST_EMBEDDINGS = "hashed"


def test_a_solved_case_is_found_with_its_answer_by_another_customers_question(ana: Customer, dan: Customer, ben: User):
    case = solved(ana, QUESTION, ANSWER, agent=ben)
    solved(ana, "Where is my invoice for the garden hose?", "It is under Orders.", agent=ben)
    here = talk(dan, ("customer", "The lamp flickers when I dim it"))
    assert sweep() == 2
    assert sweep() == 0

    (found, *others) = similar_cases("The lamp flickers when I dim it", besides=here.pk)

    assert (found.question, found.answer, found.conversation_id) == (QUESTION, ANSWER, case.public_id)
    assert 0.35 <= found.score <= 1
    assert all(one.score < found.score for one in others)


def test_what_the_customer_called_unsolved_is_no_example(ana: Customer, ben: User):
    case = solved(ana, QUESTION, ANSWER, agent=ben)
    sweep()
    survey, _new = Survey.objects.update_or_create(episode=case.episodes.get(), defaults={"resolved": True, "score": 5})
    assert similar_cases(QUESTION)[0].survey_score == 5

    Survey.objects.filter(pk=survey.pk).update(resolved=False)
    assert similar_cases(QUESTION) == ()

    Survey.objects.filter(pk=survey.pk).update(resolved=None, score=None)
    rate_message(message=Message.objects.get(text=ANSWER), rating="down", reason="", comment="")
    assert similar_cases(QUESTION) == ()


def test_an_erased_case_is_gone_at_once(ana: Customer, ben: User):
    case = solved(ana, QUESTION, ANSWER, agent=ben)
    sweep()
    assert similar_cases(QUESTION)

    case.delete()

    assert similar_cases(QUESTION) == ()
    assert not EpisodeGist.objects.exists()


def test_an_open_or_unanswered_case_is_none_and_is_read_once(ana: Customer, ben: User):
    talk(ana, ("customer", QUESTION), ("agent", ANSWER), agent=ben)
    left = talk(ana, ("customer", QUESTION))
    close(conversation=left, closed_by="customer")

    assert (sweep(), sweep()) == (1, 0)
    assert similar_cases(QUESTION) == ()


def test_another_recipe_makes_the_vectors_anew(ana: Customer, ben: User):
    solved(ana, QUESTION, ANSWER, agent=ben)
    sweep()
    EpisodeGist.objects.update(recipe="another")

    assert similar_cases(QUESTION) == ()
    assert sweep() == 1
    assert similar_cases(QUESTION)


def test_one_s_own_conversation_is_not_similar_to_itself(ana: Customer, ben: User):
    case = solved(ana, QUESTION, ANSWER, agent=ben)
    sweep()

    assert similar_cases(QUESTION, besides=case.pk) == ()


@pytest.mark.once
def test_a_gist_names_nobody_and_keeps_no_source_numbers():
    said = [
        Said(1, "customer", "My name is Dan Okafor, order LH-7719023, write to dan@mail.example. The lamp flickers."),
        Said(2, "assistant", "Please ask a person.", "hand_off"),
        Said(3, "agent", "Set the level to 15 % [1]."),
    ]
    gist = gist_of(said)

    assert gist is not None
    assert "Okafor" not in gist.text
    assert "7719023" not in gist.text
    assert "dan@" not in gist.text
    assert "[1]" not in gist.answer
    assert gist_of(said[:2]) is None
    assert gist_of([]) is None
