"""What may stand in one place only, or nowhere."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, calls_of, imported_names, product_modules, tracked_files

# The benchmark of answers starts an installation of its own and is its customer, on loopback.
BENCHMARK = {
    f"csassist/management/{name}.py"
    for name in ("answer_benchmark", "event_benchmark", "stream_benchmark", "throw_away_installation")
}
# Who may open a connection, listen or ask for a name; everyone else goes through one of these.
ALLOWED_IMPORTERS: dict[str, set[str]] = {
    "httpx": {"csassist/core/outbound.py", *BENCHMARK},
    "httpcore": {"csassist/core/outbound.py", "csassist/core/outbound_connection.py"},
    "socket": {
        "csassist/core/outbound_connection.py",
        "csassist/llm/test_server/http.py",
        "csassist/management/throw_away_installation.py",
        "csassist/processes/preflight.py",
        "csassist/processes/task_worker.py",  # its own host's name
    },
    "subprocess": {
        "csassist/management/scheduler_benchmark.py",
        "csassist/management/scheduler_drill.py",
        "csassist/management/throw_away_installation.py",
        "csassist/processes/supervise.py",
        "knowledge/parsing.py",
    },
    "smtplib": {"csassist/delivery/channels/smtp.py", "csassist/delivery/channels/email.py"},  # the second reads errors
    "urllib.request": set(),
    "http.client": set(),
    "requests": set(),
    "aiohttp": set(),
    # Code from data.
    "pickle": set(),
    "marshal": set(),
    "shelve": set(),
    "langchain_core.load": set(),
    "langchain_core.prompts": set(),
    "langchain_core.tracers": set(),
    "joblib": set(),
}
# Where marks of suspicion are stored, shown or counted. Nothing that decides about an answer may know of them.
READERS_OF_MARKS = {
    "csassist/assistant/admin/traces.py",
    "csassist/assistant/traces.py",
    "csassist/management/injection.py",
    "knowledge/admin/document_page.py",
}
# Written in two parts, so that this file does not hold what it looks for.
UNWELCOME = [
    "/" + "work/",
    "/" + "root/",
    "pypi" + ".org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "TO" + "DO",
    "FIX" + "ME",
]
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape off|mark_safe|SafeString\(")
RENDERING = Path("csassist/core/rendering.py")


@pytest.mark.parametrize("module", ALLOWED_IMPORTERS)
def test_a_sharp_module_is_imported_only_where_it_is_expected(module: str):
    importers = {
        str(path)
        for path in product_modules()
        if any(name == module or name.startswith(f"{module}.") for name in imported_names(path))
    }

    assert importers - ALLOWED_IMPORTERS[module] == set()


@pytest.mark.parametrize("call", ["astream_log", "astream_events", "from_string"])
def test_no_module_streams_internals_or_makes_templates_of_text(call: str):
    assert [str(path) for path in product_modules() if any(calls_of(path, call))] == []


def test_nothing_that_decides_knows_of_marks():
    readers = {
        str(path)
        for path in product_modules()
        if any(name.startswith("csassist.core.suspicion") for name in imported_names(path))
    }

    assert readers == READERS_OF_MARKS


def test_only_the_rendering_module_declares_text_safe():
    shown = [path for path in tracked_files() if path.suffix in {".html", ".txt"} and path.parts[0] != "tests"]
    unescaped = [
        str(path)
        for path in [*product_modules(), *shown]
        if path != RENDERING and UNESCAPED.search((ROOT / path).read_text("utf-8"))
    ]

    assert unescaped == []


def test_no_file_names_this_machine_a_registry_or_unfinished_work():
    found = []
    for path in tracked_files():
        try:
            text = (ROOT / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path}: {word}" for word in UNWELCOME if word in text]

    assert found == []
