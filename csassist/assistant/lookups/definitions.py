"""
What a look-up is, as it is used: its parameters, the shape of the reply, the words of the answer. Nothing of it is ever
evaluated. `rows` makes it of what an admin wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from csassist.core.text import Language

Source = Literal["message", "customer"]
ParameterKind = Literal["order_number", "tracking_number", "email", "date", "text", "customer_number"]
FieldKind = Literal["text", "reference", "number", "date", "moment", "choice"]
Words = Mapping[str, str]


@dataclass(frozen=True)
class Parameter:
    """
    One value of the request. From a message comes what is written in its `form`, from the customer what the company
    knows of whoever is proven to ask. `label` names it in both languages.
    """

    name: str
    kind: ParameterKind
    label: Words
    source: Source = "message"
    form: str = ""
    is_required: bool = False

    @property
    def is_needed(self) -> bool:
        """Whether nothing can be asked without it. What is sent of the customer always is."""
        return self.is_required or self.source == "customer"


@dataclass(frozen=True)
class ReplyField:
    """One value of a result, at a `path` of names with dots. `choices` are the values it may have, in words."""

    name: str
    path: tuple[str, ...]
    kind: FieldKind
    label: Words
    is_required: bool = False
    longest: int = 120
    choices: Mapping[str, Words] | None = None


@dataclass(frozen=True)
class ReplyShape:
    """
    `results` is the path to a list of results, empty when the reply is one itself. `owner` is the path in each result
    to the number of the customer it belongs to; empty only where nobody in particular is asked about.
    """

    results: tuple[str, ...]
    owner: tuple[str, ...]
    fields: tuple[ReplyField, ...]


@dataclass(frozen=True)
class Wording:
    """The templates of one language."""

    name: str
    answer: str
    list_lead: str
    list_line: str
    empty: str


@dataclass(frozen=True)
class Definition:
    """A look-up as it is used. `questions` are the examples of both languages."""

    pk: int | None
    key: str
    url: str
    secret_name: str
    parameters: tuple[Parameter, ...]
    reply: ReplyShape
    questions: Mapping[str, tuple[str, ...]]
    wording: Mapping[str, Wording]
    intent_key: str = ""
    deadline_seconds: float = 2.0
    max_bytes: int = 20_000
    requires_verification: bool = True

    @property
    def asked_parameters(self) -> tuple[Parameter, ...]:
        """Those that a message may give."""
        return tuple(one for one in self.parameters if one.source == "message")

    def words(self, language: Language) -> Wording:
        return self.wording[language]
