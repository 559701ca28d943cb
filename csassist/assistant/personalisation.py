"""
What is known of a customer and may shape an answer: of verified customers alone, four kinds of fact, as material.

It is a message of the user's role, never of the standing instructions; its values are names from a closed shape; and
whatever a model makes of it is checked against the sources like every other sentence. So it can change which case an
answer begins with, and nothing else.
"""

from dataclasses import dataclass
from typing import Final

from csassist.assistant.grounding.dictation import dictation
from csassist.conversations.models import Conversation
from csassist.core.text import LATIN_WORD
from csassist.customers.facts_rules import CHOICES, is_name
from csassist.customers.models import CustomerFact
from csassist.customers.selectors import is_signed_in

MOST_PRODUCTS: Final = 5
Kind = CustomerFact.Kind
LABELS: Final = {
    Kind.PLAN: "plan",
    Kind.PRODUCT: "products",
    Kind.LANGUAGE: "language",
    Kind.EXPERTISE: "experience",
}
LONGEST_NAME_WORDS: Final = 6


@dataclass(frozen=True, slots=True)
class Profile:
    """
    Label and value of each fact, as a model may read it; empty for everybody who is not verified. `product` is the only
    one that they have, blank for none or several.
    """

    facts: tuple[tuple[str, str], ...] = ()

    product: str = ""

    def __bool__(self) -> bool:
        return bool(self.facts)


NOTHING: Final = Profile()


def profile_for(conversation: Conversation) -> Profile:
    """
    Of the customer of this conversation, if the company's site has signed them in and they opened it themselves.

    Read anew for every answer: a fact that was corrected, forgotten or has expired is gone with the next one.
    """
    if conversation.api_key_id is not None or not is_signed_in(conversation.customer):
        return NOTHING
    usable = conversation.customer.facts.usable().filter(kind__in=LABELS).order_by("-created_at", "-pk")
    values: dict[str, list[str]] = {}
    for fact in usable:
        values.setdefault(fact.kind, []).append(fact.value)
    if conversation.customer.plan:
        values.setdefault(Kind.PLAN, []).append(conversation.customer.plan)
    return profile_of(values)


def profile_of(values: dict[str, list[str]]) -> Profile:
    """From the values by kind, newest first; a value of another shape than its kind allows is left out."""
    facts = []
    for kind, label in LABELS.items():
        fitting = list(dict.fromkeys(one for one in values.get(kind, ()) if may_be_shown(kind, one)))
        if fitting:
            facts.append((label, ", ".join(fitting[: MOST_PRODUCTS if kind == Kind.PRODUCT else 1])))
    products = dict(facts).get(LABELS[Kind.PRODUCT], "")
    return Profile(tuple(facts), product="" if "," in products else products)


def may_be_shown(kind: str, value: str) -> bool:
    """Whether a model may read it: a word of a closed list, or something that can only be a name."""
    if kind in CHOICES:
        return value in CHOICES[kind]
    return is_name(value) and not dictation(value) and len(LATIN_WORD.findall(value)) <= LONGEST_NAME_WORDS
