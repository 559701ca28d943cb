"""Visits to a chat page whose answers arrive slowly enough to watch, from a model that cites its sources."""

from collections.abc import Iterator
from typing import Protocol

import pytest

from tests.browser import site as sites
from tests.browser.conftest import WIDE, OpenPage
from tests.browser.customer.host_site import HostSite, host_site
from tests.browser.customer.visit import ENGLISH, Visit, Words
from tests.browser.site import Site
from tests.customers.signing import SECRET

WATCHABLE = "slow?first=0.5&gap=0.04"


class BeginVisit(Protocol):
    """A new visitor on the chat page."""

    def __call__(self, words: Words = ENGLISH, size: tuple[int, int] = WIDE, scheme: str = "light") -> Visit: ...


@pytest.fixture(scope="package")
def chat_url(indexed_site: Site) -> Iterator[str]:
    with sites.beside(indexed_site, mode=WATCHABLE) as url:
        yield url


@pytest.fixture
def begin_visit(chat_url: str, open_page: OpenPage) -> BeginVisit:
    def begin(words: Words = ENGLISH, size: tuple[int, int] = WIDE, scheme: str = "light") -> Visit:
        return Visit(open_page(language=words.language, size=size, scheme=scheme), chat_url, words).open()

    return begin


@pytest.fixture(scope="package")
def host(indexed_site: Site) -> Iterator[HostSite]:
    """A site of another origin that may show the widget and sign its customers in."""
    with host_site() as host:
        allowed = {"CSASSIST_WIDGET_ORIGINS": host.url, "CSASSIST_WIDGET_SECRET": SECRET}
        with sites.beside(Site(indexed_site.url, {**indexed_site.environment, **allowed}), mode=WATCHABLE) as help_url:
            host.help_url = help_url
            yield host
