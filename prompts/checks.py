"""System checks: every prompt the code uses is shipped, and asks only for variables the code gives."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Error, register

from prompts.defaults import TEXTS, BrokenDefault, load_defaults
from prompts.uses import GIVEN


@register()
def shipped_prompts_fit_the_code(**kwargs: Any) -> list[CheckMessage]:
    """One error for each disagreement between `uses.py` and `texts/`."""
    return disagreements(GIVEN, TEXTS)


def disagreements(given: Mapping[str, frozenset[str]], folder: Path) -> list[CheckMessage]:
    try:
        defaults = load_defaults(folder)
    except BrokenDefault as error:
        return [Error(str(error), id="prompts.E001")]
    missing = [
        Error(f"The code uses the prompt {name}, but texts/{name}.md is missing.", id="prompts.E002")
        for name in given.keys() - defaults.keys()
    ]
    unused = [
        Error(f"texts/{name}.md is used by nothing in prompts/uses.py.", id="prompts.E003")
        for name in defaults.keys() - given.keys()
    ]
    not_given = [
        Error(f"texts/{name}.md declares {', '.join(sorted(names))}, which the code does not give.", id="prompts.E004")
        for name in defaults.keys() & given.keys()
        if (names := defaults[name].variables.keys() - given[name])
    ]
    return [*missing, *unused, *not_given]
