"""Rewording an agent's reply by the model: shorter, warmer, more formal, in the other language. Nothing is sent."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from csassist.assistant.copilot.rewording_rules import HOWS, How, Problem, problem_of, target_language
from csassist.assistant.phrases import LANGUAGE_NAMES
from csassist.conversations.wording import clean_message
from csassist.core.errors import InvalidInput, Unavailable
from csassist.llm import chat_model, is_configured
from csassist.llm.choices import chosen_model
from csassist.llm.errors import ModelError
from prompts.fences import fence_text
from prompts.services import render

WISHES: Final[dict[How, str]] = {
    "shorter": "Make it shorter: say the same in clearly fewer words.",
    "warmer": "Make it warmer: kind and personal, without exclamation marks in every sentence.",
    "formal": "Make it more formal: polite and businesslike, without slang or contractions.",
    "translate": "Translate it into {language}, as a native speaker would write it to a customer.",
}
PROBLEMS: Final[dict[Problem, Promise]] = {
    "empty": gettext_lazy("The model gave no text."),
    "figures": gettext_lazy("A number, date or price would have changed."),
    "addresses": gettext_lazy("A web or e-mail address would have changed."),
    "citations": gettext_lazy("A source number would have changed."),
    "names": gettext_lazy("A name would have changed."),
    "promise": gettext_lazy("It would promise something that you did not write."),
    "negation": gettext_lazy("It would say the opposite, or add or lose a condition."),
    "language": gettext_lazy("The model answered in the wrong language."),
    "not_shorter": gettext_lazy("The model could not make it shorter."),
    "too_long": gettext_lazy("The model added too much."),
}


@dataclass(frozen=True, slots=True)
class Reworded:
    """`text` is blank when it was refused; `problem` and `detail` then say why."""

    text: str
    problem: Problem = ""
    detail: str = ""

    @property
    def problem_in_words(self) -> Promise | str:
        return PROBLEMS[self.problem] if self.problem else ""


def reword(text: str, how: str) -> Reworded:
    """
    The text as wished, or why it may not stand. Raises InvalidInput for no text or an unknown wish, Unavailable when
    no model answers.
    """
    if how not in HOWS:
        raise InvalidInput(_("Choose what is to be done with the text."), field="how")
    before = clean_message(text, most_characters=settings.CSASSIST_MESSAGE_MAX_CHARACTERS)
    if not is_configured():
        raise Unavailable(_("Rewriting needs a language model. An admin connects one with CSASSIST_LLM_BASE_URL."))
    wish = WISHES[how].format(language=LANGUAGE_NAMES[target_language(before, how)])
    prompt = render(
        "reword_text",
        {"company_name": settings.CSASSIST_COMPANY_NAME, "wish": wish, "text": fence_text(before)},
    )
    try:
        after = str(chat_model("copilot", model=chosen_model()).invoke(prompt.text).text).strip()
    except ModelError as error:
        raise Unavailable(_("The language model does not answer right now. Your text is unchanged.")) from error
    problem, detail = problem_of(before, after, how)
    return Reworded("", problem, detail) if problem else Reworded(after)
