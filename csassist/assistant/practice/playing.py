"""
The customer played by a language model: the script decides what is said, the model finds the words of the persona.

So a model can neither give away a fact too early nor end the talk by itself, and two agents meet the same case. What it
writes is taken only when it keeps to the case; else, and whenever no model answers, the script's own words stand.
"""

from collections.abc import Sequence

from django.conf import settings
from langchain_core.messages import HumanMessage

from csassist.assistant.phrases import LANGUAGE_NAMES
from csassist.assistant.playground import take_place
from csassist.assistant.practice.acting import Reaction
from csassist.assistant.practice.hearing import figures_in
from csassist.assistant.practice.practised import Line
from csassist.assistant.practice.scenarios import Scenario
from csassist.core.errors import AppError
from csassist.core.figures import missing_figures, read_figures
from csassist.core.text import detect_language, normalise
from csassist.llm import chat_model, is_configured
from csassist.llm.choices import chosen_model
from prompts.fences import fence_conversation, fence_customer_line, fence_persona
from prompts.services import render

PROMPT = "play_customer"
LONGEST_LINE_RATIO = 3.0  # of the script's line
LONGEST_LINE_CHARACTERS = 160  # which a shorter one may always have
SHOWN_LINES = 12
MOODS = {-2: "furious", -1: "annoyed", 0: "calm", 1: "friendly", 2: "glad"}


def can_play() -> bool:
    return is_configured()


def words_of_model(scenario: Scenario, lines: Sequence[Line], reaction: Reaction) -> str:
    """The line in the model's words; "" when it cannot be had or does not keep to the case. Never raises."""
    place = take_place()
    if place is None:
        return ""
    try:
        prompt = render(PROMPT, _variables(scenario, lines, reaction))
        model = chat_model("practice", model=chosen_model(), is_trial=True)
        written = model.invoke([HumanMessage(prompt.text)]).text
    except AppError:  # no model, no budget, no prompt that can be filled: the script goes on
        return ""
    finally:
        place.release()
    said = _one_line(str(written), scenario)
    return said if keeps_to(said, scenario, lines, reaction) else ""


def keeps_to(said: str, scenario: Scenario, lines: Sequence[Line], reaction: Reaction) -> bool:
    """Whether this customer could say it: short, in their language, with the line's figures and no others."""
    if not said or len(said) > max(LONGEST_LINE_CHARACTERS, LONGEST_LINE_RATIO * len(reaction.text)):
        return False
    if detect_language(said, default=scenario.language) != scenario.language:
        return False
    known = figures_in([reaction.text, *(line.text for line in lines), scenario.situation, scenario.opening])
    figures = read_figures(said).figures
    wanted = read_figures(reaction.text).figures
    return not missing_figures(figures, known) and not missing_figures(wanted, figures)


def _variables(scenario: Scenario, lines: Sequence[Line], reaction: Reaction) -> dict[str, str]:
    persona = scenario.persona
    about = "\n".join(
        [
            f"Name: {persona.name}",
            f"About: {persona.about}",
            f"Style of writing: {persona.style}",
            f"Mood now: {MOODS[reaction.standing.mood]}",
            f"Situation: {scenario.situation}",
            f"Wants: {scenario.wants}",
        ]
    )
    turns = [("Assistant" if line.is_agent else "Customer", line.text) for line in lines[-SHOWN_LINES:]]
    return {
        "company_name": settings.CSASSIST_COMPANY_NAME,
        "language_name": LANGUAGE_NAMES[scenario.language],
        "persona": fence_persona(about),
        "conversation": fence_conversation(turns),  # type: ignore[arg-type]  # the two speakers it names
        "line": fence_customer_line(reaction.text),
    }


def _one_line(written: str, scenario: Scenario) -> str:
    """Without a label or quotation marks around it, on one line."""
    text = normalise(written).strip()
    for label in (f"{scenario.persona.name}:", "Customer:", "客户：", "客户:"):
        text = text.removeprefix(label).strip()
    return text.strip('"“”「」 ')
