"""Feedback: each part loses points for what its rules find, names the sentence, and judges nothing else."""

from collections.abc import Mapping

import pytest

from csassist.assistant.practice.feedback import CAUGHT_CAP, Feedback, assess
from csassist.assistant.practice.findings import ADVICE, FOUND, worded
from csassist.assistant.practice.practised import Finding, Line, Practised
from tests.assistant.practice.small import small

pytestmark = pytest.mark.once
ARTICLE = "You can return goods within 30 days of delivery."
GOOD = (
    "Hello Ivo, I am sorry about that. Could you tell me the order number, please?",
    "Thank you. You have 30 days. Is there anything else?",
)


def practised(
    *texts: str,
    cited: str = "",
    seconds: float = 20,
    ending: str = "satisfied",
    fell: tuple[str, ...] = (),
    articles: Mapping[str, str] | None = None,
) -> Practised:
    lines = [Line(1, False, small().opening, 0)]
    for number, text in enumerate(texts, 1):
        lines.append(Line(2 * number, True, text, number * seconds, (cited,) if cited else ()))
        reasons = ("trap:today",) if number == 1 else ()
        lines.append(Line(2 * number + 1, False, "It is LH-10203040.", number * seconds, reasons=reasons))
    known = {"en/returns": ARTICLE} if articles is None else articles
    return Practised(small(), tuple(lines), known, ending, fell)


def feedback(*texts: str, **options) -> Feedback:
    found = assess(practised(*texts, **options))
    assert found is not None
    return found


def codes(found: Feedback, name: str) -> dict[str, Finding]:
    return {one.code: one for part in found.parts if part.name == name for one in part.findings}


def score(found: Feedback, name: str) -> int:
    return next(part.score for part in found.parts if part.name == name)


def test_a_good_session_has_full_points_and_nothing_to_do_better():
    found = feedback(*GOOD, cited="en/returns")

    assert found.score == 100
    assert found.advice == ()
    assert {"greeted", "understanding", "courteous", "offered_more"} == set(codes(found, "tone"))


def test_nothing_said_is_nothing_judged():
    assert assess(practised()) is None


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (("I am sorry. The order number, please.",), "no_greeting"),
        (("Hello. The order number, please.",), "no_understanding"),
        (("Hello. Sorry. The order number.",), "no_courtesy"),
        (("Hello. Sorry, please. You should have read the manual.",), "reproach"),
        (("Hello. Sorry, please. SEND THE ORDER number.",), "capitals"),
        (("Hello! Sorry! Please wait!!",), "exclamations"),
        (("Hello. Sorry, please. " + "word " * 130,), "long"),
        (("您好，非常抱歉，请告诉我订单号。",), "wrong_language"),
        (("Hello. Sorry, the order number, please.",), "no_farewell"),
    ],
)
def test_what_tone_looks_for(texts: tuple[str, ...], code: str):
    found = codes(feedback(*texts), "tone")

    assert found[code].kind == "bad"
    assert found[code].points > 0


def test_late_understanding_costs_less_than_none():
    late = feedback("Hello.", "The order number, please?", "I am sorry for that. Anything else?")
    never = feedback("Hello.", "The order number, please?", "Anything else?")

    assert score(late, "tone") > score(never, "tone")


def test_a_step_out_of_order_costs_a_little_and_a_missed_one_its_share():
    swapped = feedback("Hello. You have 30 days.", "The order number, please?")
    missed = feedback("Hello. The order number, please?")

    assert codes(swapped, "steps")["step_late"].words["step"] == "Named the term"
    assert 100 > score(swapped, "steps") > score(missed, "steps") == 50


def test_an_article_is_used_by_its_citation_or_by_its_figures():
    assert score(feedback(*GOOD, cited="en/returns"), "knowledge") == 100
    assert score(feedback(*GOOD), "knowledge") == 100
    cited_only = feedback("Hello, please see here.", cited="en/returns")
    assert "cited_only" in codes(cited_only, "knowledge")
    assert 0 < score(cited_only, "knowledge") < 100
    assert score(feedback("Hello, please wait."), "knowledge") == 0


def test_a_figure_from_nowhere_is_named_with_its_sentence():
    found = codes(feedback(*GOOD[:1], "You have 30 days. It costs 12 EUR."), "knowledge")["figure_unknown"]

    assert found.words["figure"] == "12 eur"
    assert found.sentence == "It costs 12 EUR."


def test_a_figure_of_the_customer_is_known():
    assert "figure_unknown" not in codes(feedback(*GOOD, "Order LH-10203040, thank you."), "knowledge")


def test_figures_are_not_judged_without_the_article():
    found = codes(feedback(*GOOD, "It costs 12 EUR.", articles={}), "knowledge")

    assert found["figures_unchecked"].kind == "note"
    assert "figure_unknown" not in found


def test_a_guarantee_is_found_and_a_denied_one_is_not():
    assert "guarantee" in codes(feedback(*GOOD, "I promise that it works."), "knowledge")
    assert "guarantee" not in codes(feedback(*GOOD, "I cannot promise that it works."), "knowledge")


def test_a_trap_that_caught_the_agent_caps_the_whole():
    found = feedback(*GOOD, "I refund you today.", cited="en/returns", fell=("today",))

    assert found.score == CAUGHT_CAP
    assert found.is_capped
    assert codes(found, "steps")["trap_fell"].sentence == "I refund you today."


def test_a_trap_is_withstood_only_by_who_answered_it():
    assert "trap_withstood" in codes(feedback(*GOOD), "steps")
    assert "trap_withstood" not in codes(feedback(GOOD[0]), "steps")


def test_time_is_measured_against_the_pace_of_the_case():
    assert score(feedback(*GOOD, seconds=60), "time") == 100
    assert score(feedback(*GOOD, seconds=150), "time") == 50
    assert score(feedback(*GOOD, seconds=900), "time") == 0
    assert "pause" in codes(feedback(*GOOD, seconds=900), "time")


def test_advice_is_about_what_cost_most():
    found = feedback("Wait.")

    assert len(found.advice) == 3
    assert found.advice[0].code == "article_unused"


def test_every_code_has_words_and_every_cost_an_advice():
    for code in FOUND:
        words = {
            "step": "s",
            "trap": "t",
            "given": "g",
            "missing": "m",
            "figure": "f",
            "seconds": 70,
            "aim": 60,
            "size": 9,
        }
        shown = worded({"code": code, "kind": "bad", "words": words})
        assert "%(" not in shown.text
    own_advice = {"step_late", "step_missed", "trap_fell"}
    fine = {"greeted", "understanding", "courteous", "offered_more", "step_done", "trap_withstood", "cited_and_given"}
    fine |= {"figures_given", "content_told", "figures_unchecked", "first_prompt", "usual_prompt", "pause", "total"}
    assert set(FOUND) - own_advice - fine == set(ADVICE)
