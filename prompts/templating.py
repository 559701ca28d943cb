"""
Templates with one construct, `{{name}}`, and nothing that is ever evaluated.

Every other brace is text, so a prompt may show JSON or code. Substitution is a single pass: what a customer wrote can
name a variable and it stays what the customer wrote.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from csassist.core.errors import InvalidInput

VARIABLE = re.compile(r"\{\{[ \t]*([a-z][a-z0-9_]{0,63})[ \t]*\}\}")
# What a person meant as a variable although it is none: {{Name}}, {{customer.name}}, {{ name | upper }}.
MEANT_AS_VARIABLE = re.compile(r"\{\{([\w .|()\[\]\-]{1,120})\}\}")


class MissingVariables(InvalidInput):
    """A template was rendered without values for all of its variables; `names` has every one."""

    code = "missing_variables"

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(f"No value was given for: {', '.join(names)}.", names=list(names))
        self.names = names


@dataclass(frozen=True)
class TemplateProblems:
    """What keeps a text from being a template: names in it that are not allowed, required names that are not in it."""

    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.unknown or self.missing)


def variables_of(text: str) -> tuple[str, ...]:
    """The variables of a template, each once, in order of appearance."""
    return tuple(dict.fromkeys(VARIABLE.findall(text)))


def check(text: str, allowed: Collection[str], required: Collection[str] = ()) -> TemplateProblems:
    """Every unknown and every missing variable at once. Something in double braces that cannot be a name is unknown."""
    present = variables_of(text)
    meant = [match.group(1).strip() for match in MEANT_AS_VARIABLE.finditer(text)]
    return TemplateProblems(
        unknown=tuple(name for name in dict.fromkeys(meant) if name and name not in allowed),
        missing=tuple(name for name in required if name not in present),
    )


def render(text: str, values: Mapping[str, str]) -> str:
    """The text with each variable replaced by its value, values taken as they are. Raises MissingVariables."""
    if missing := tuple(name for name in variables_of(text) if name not in values):
        raise MissingVariables(missing)
    return VARIABLE.sub(lambda match: values[match.group(1)], text)
