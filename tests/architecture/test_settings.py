"""Every environment variable is documented with its default, and every setting is used."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, product_modules, tree_of

SETTINGS = Path("csassist/settings.py")
DOCUMENTED = re.compile(r"#(?P<name>[A-Z_]+)=(?P<default>.*)")


def read_variables() -> Iterator[tuple[str, ast.expr | None]]:
    """Name and written default of each variable that the settings file reads."""
    for node in ast.walk(tree_of(SETTINGS)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("env_"):
            name = ast.literal_eval(node.args[0])
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            yield name, node.args[1] if len(node.args) > 1 else named.get("default")


def documented_variables() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    return {found["name"]: found["default"] for line in lines if (found := DOCUMENTED.fullmatch(line))}


def test_the_example_documents_exactly_the_variables_that_are_read():
    assert sorted(documented_variables()) == sorted({name for name, _ in read_variables()})


@pytest.mark.parametrize(("name", "default"), [(n, d) for n, d in read_variables() if isinstance(d, ast.Constant)])
def test_the_documented_default_is_the_real_one(name: str, default: ast.Constant):
    documented = documented_variables()[name]
    if isinstance(default.value, bool):
        assert documented == ("yes" if default.value else "no")
    elif isinstance(default.value, int | float):
        assert float(documented) == default.value
    else:
        assert documented == default.value


def test_every_documented_variable_stands_below_its_meaning():
    blocks = (ROOT / ".env.example").read_text("utf-8").split("\n\n")
    with_variables = [block.splitlines() for block in blocks if DOCUMENTED.search(block)]

    assert [lines for lines in with_variables if not lines[0].startswith("# ") or not lines[0].strip("# -")] == []


def test_every_setting_of_ours_is_used():
    ours = {
        target.id
        for node in ast.walk(tree_of(SETTINGS))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.startswith("CSASSIST_")
    }
    elsewhere = "\n".join((ROOT / path).read_text("utf-8") for path in product_modules() if path != SETTINGS)
    inside = (ROOT / SETTINGS).read_text("utf-8")

    unused = {name for name in ours if f".{name}" not in elsewhere and f'"{name}"' not in elsewhere}
    assert {name for name in unused if len(re.findall(rf"\b{name}\b", inside.replace(f'"{name}"', ""))) < 2} == set()
