"""
The prompts that ship with the code: `texts/*.md`, each a YAML front matter and a template.

A file that contradicts itself (a variable nobody declared, a required one left out) stops the load and names the file,
so a broken default never reaches a database.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from csassist.core.json_types import JSONObject
from prompts.templating import check

TEXTS = Path(__file__).resolve().parent / "texts"
FENCE = "---\n"


class BrokenDefault(ValueError):
    """A default prompt file cannot be used; the message names the file and what is wrong."""


@dataclass(frozen=True)
class Variable:
    """What the code puts in place of `{{name}}`; `sample` is what previews show."""

    description: str
    required: bool = False
    sample: str = ""


@dataclass(frozen=True)
class DefaultPrompt:
    name: str
    title: str
    purpose: str
    variables: Mapping[str, Variable]
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def declared_variables(self) -> JSONObject:
        return {name: asdict(variable) for name, variable in self.variables.items()}


def load_defaults(folder: Path = TEXTS) -> dict[str, DefaultPrompt]:
    """Every shipped prompt by name. Raises BrokenDefault."""
    prompts = [read_default(path) for path in sorted(folder.glob("*.md"))]
    return {prompt.name: prompt for prompt in prompts}


def load_default(name: str, folder: Path = TEXTS) -> DefaultPrompt | None:
    """The shipped prompt of this name, or None."""
    path = folder / f"{name}.md"
    return read_default(path) if name.isidentifier() and path.is_file() else None


def read_default(path: Path) -> DefaultPrompt:
    """One file. Raises BrokenDefault."""
    start, _fence, rest = path.read_text(encoding="utf-8").partition(FENCE)
    front_matter, fence, text = rest.partition(f"\n{FENCE}")
    if start or not fence:
        raise BrokenDefault(f"{path.name} must begin with a front matter between two lines of ---.")
    try:
        declared = yaml.load(front_matter, Loader=yaml.CSafeLoader)
        prompt = DefaultPrompt(
            name=declared["name"],
            title=declared["title"],
            purpose=" ".join(declared["purpose"].split()),
            variables={name: Variable(**variable) for name, variable in declared["variables"].items()},
            text=text.strip() + "\n",
        )
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise BrokenDefault(f"{path.name}: the front matter is not right ({error}).") from error
    _refuse_contradictions(path, prompt)
    return prompt


def _refuse_contradictions(path: Path, prompt: DefaultPrompt) -> None:
    if prompt.name != path.stem:
        raise BrokenDefault(f"{path.name} declares the name {prompt.name}; file and name must agree.")
    required = [name for name, variable in prompt.variables.items() if variable.required]
    if problems := check(prompt.text, prompt.variables.keys(), required):
        raise BrokenDefault(f"{path.name}: unknown {problems.unknown}, missing {problems.missing}.")
