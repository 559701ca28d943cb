"""
Under which conditions a question is answered: for whom, from which knowledge, with which prompts, by which model.

Customers are answered under `conditions_for` their conversation: what is published and configured now. Whoever tries a
change (a draft of an article, a prompt, a model) names it here and goes the very same way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from csassist.assistant.autonomy import Rule
from csassist.assistant.hearing import NOTHING_HEARD, Heard
from csassist.assistant.models import AutonomyRule
from csassist.assistant.personalisation import NOTHING, Profile, profile_for
from csassist.conversations.identity import is_signed_in
from csassist.conversations.models import Conversation
from csassist.llm import Purpose, chat_model, is_configured
from csassist.llm.choices import chosen_model
from knowledge.models import Audience
from knowledge.ports import PassageSource
from prompts.experimenting import Assigned, assigned
from prompts.models import PromptVersion
from prompts.services import RenderedPrompt, render

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


@dataclass(frozen=True)
class Conditions:
    """
    `collections` empty means all that the reader may see. `passages` None is what is live now. `prompts` are versions
    by the name of their prompt, in place of the published ones; `model` empty is the one in use. `is_trial` has the
    model calls booked as trials. `autonomy` says how far the assistant may go alone on that `channel`; a suggestion
    is for the person who owns the conversation. `arms` say which experiments chose among these prompts. `conversation`
    is whose customer may be looked up; with None nobody is, and no system of the company is asked about anybody.
    `profile` is what is known of a verified customer, `heard` what the messages say beside the question.
    """

    reader: Audience = Audience.PUBLIC
    collections: tuple[int, ...] = ()
    passages: PassageSource | None = None
    prompts: Mapping[str, PromptVersion] = field(default_factory=dict)
    model: str = ""
    may_ask_model: bool = True
    is_trial: bool = False
    autonomy: tuple[Rule, ...] = ()
    channel: str = ""
    is_suggestion: bool = False
    heard: Heard = NOTHING_HEARD
    arms: tuple[Assigned, ...] = ()
    conversation: Conversation | None = None
    profile: Profile = NOTHING

    @property
    def has_model(self) -> bool:
        return self.may_ask_model and is_configured()

    def chat_model(self, purpose: Purpose) -> "BaseChatModel":
        """The model for a purpose as these conditions have it. Raises ModelNotConfigured."""
        return chat_model(purpose, model=self.model or chosen_model(), is_trial=self.is_trial)

    def render(self, name: str, variables: Mapping[str, str]) -> RenderedPrompt:
        """The prompt of that name as these conditions have it. Raises as `prompts.services.render` does."""
        return render(name, variables, version=self.prompts.get(name))


def conditions_for(conversation: Conversation, *, is_suggestion: bool = False) -> Conditions:
    """Those of this customer now: what is published, and the versions that running experiments give them."""
    arms = tuple(assigned(unit=conversation.public_id, begun_at=conversation.created_at))
    prompts = {one.version.prompt.name: one.version for one in arms}
    return Conditions(
        reader=reader_of(conversation),
        prompts=prompts,
        autonomy=autonomy_rules(),
        channel=conversation.channel,
        is_suggestion=is_suggestion,
        arms=arms,
        conversation=conversation,
        profile=profile_for(conversation),
    )


def autonomy_rules() -> tuple[Rule, ...]:
    return tuple(one.as_rule() for one in AutonomyRule.objects.all())


def reader_of(conversation: Conversation) -> Audience:
    """What is for customers is read by those whom the company's own site has signed in, while they are."""
    return Audience.CUSTOMERS if is_signed_in(conversation) else Audience.PUBLIC
