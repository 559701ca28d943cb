"""Having the language model read a text: the prompt with the catalogue, the call, and what is left of the reply."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import override

from csassist.analysis.models import Intent
from csassist.analysis.refining import ModelVerdicts, verdicts_of
from csassist.llm import chat_model
from csassist.llm.choices import chosen_model
from prompts.fences import fence_message
from prompts.services import render

MOST_INTENTS_OFFERED: Final = 150
NO_INTENTS: Final = "- (there are none yet; reply with oos)"


@dataclass(frozen=True, slots=True)
class AskedModel:
    """`model` is the name of the model that was asked."""

    said: ModelVerdicts
    model: str


def ask_model(text: str, *, is_trial: bool = False) -> AskedModel:
    """
    The model's verdicts on a text, within CSASSIST_READING_SECONDS; nothing is taken of a reply that is not on a list.

    Raises ModelError.
    """
    model = chosen_model()
    offered = list(Intent.objects.active()[:MOST_INTENTS_OFFERED])
    prompt = render("read_message", {"intents": in_words(offered), "message": fence_message(text)})
    reply = chat_model("read", model=model, is_trial=is_trial).invoke(prompt.text).text
    return AskedModel(verdicts_of(str(reply), text=text, intents={intent.key for intent in offered}), model)


def in_words(intents: list[Intent]) -> str:
    """The catalogue as the prompt lists it: in English, the language of the prompt, where it is written in English."""
    with override("en"):
        lines = [f"- {one.key}: {' '.join(f'{one.name}. {one.description}'.split())}" for one in intents]
    return "\n".join(lines) or NO_INTENTS
