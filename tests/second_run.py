"""
A pytest plugin for the run on PostgreSQL with a Chroma server: what touches neither a database nor an index is left to
`make test`, which runs it just before, because no server could make it fail.

Nor does it repeat tests marked `once`, which use a database but ask nothing of it. Tests that start processes of the
product always run: what those touch is not seen from here. `EVERYTHING=1` runs all.
"""

import os

import pytest

DATABASE = frozenset({"db", "transactional_db", "live_server", "indexes", "no_indexes", "chroma_port"})
WITH_PROCESSES = frozenset({"faults", "journeys", "management", "processes"})


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("EVERYTHING"):
        return
    left = [item for item in items if not needs_a_server(item)]
    items[:] = [item for item in items if needs_a_server(item)]
    config.hook.pytest_deselected(items=left)


def needs_a_server(item: pytest.Item) -> bool:
    if item.get_closest_marker("once"):
        return False
    uses_database = item.get_closest_marker("django_db") or DATABASE & set(getattr(item, "fixturenames", ()))
    return bool(uses_database or item.get_closest_marker("services") or WITH_PROCESSES & set(item.path.parts))
