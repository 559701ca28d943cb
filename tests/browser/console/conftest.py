"""A channel on which every answer of the assistant waits for a person."""

from collections.abc import Iterator

import pytest

from tests.browser.console.desk import clear_autonomy, set_autonomy
from tests.browser.site import Site


@pytest.fixture(scope="package")
def reviewing(indexed_site: Site) -> Iterator[str]:
    """The name of that channel; on the others, and on this one afterwards, answers go out by themselves."""
    set_autonomy(indexed_site, "widget", "approve")
    yield "widget"
    clear_autonomy(indexed_site, "widget")
