"""The log catalogue and the places that log say the same."""

import ast
from pathlib import Path

import pytest

from csassist.core.logs import EVENTS
from tests.architecture.source import calls_of, imported_names, product_modules

CATALOGUE = Path("csassist/core/logs.py")


def logged() -> list[tuple[Path, ast.Call]]:
    modules = [path for path in product_modules() if "csassist.core.logs.emit" in imported_names(path)]
    return [(path, call) for path in modules for call in calls_of(path, "emit")]


def event_of(call: ast.Call) -> str:
    """The event a call names, or nothing when it is not written as a literal."""
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


@pytest.mark.parametrize(("path", "call"), logged(), ids=lambda part: str(part) if isinstance(part, Path) else "")
def test_every_call_names_a_catalogued_event_and_its_fields(path: Path, call: ast.Call):
    fields = {keyword.arg for keyword in call.keywords} - {"level"}

    assert event_of(call) in EVENTS, f"{path}:{call.lineno}"
    assert fields <= EVENTS[event_of(call)], f"{path}:{call.lineno}"


def test_every_catalogued_event_happens_somewhere():
    assert set(EVENTS) - {event_of(call) for _, call in logged()} == set()


def test_no_module_logs_past_the_catalogue():
    assert [str(path) for path in product_modules() if path != CATALOGUE and any(calls_of(path, "getLogger"))] == []
