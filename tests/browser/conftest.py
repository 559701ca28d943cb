"""One demo installation and one browser for every test here; a page that complains in its console fails its test."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState, sync_playwright

from csassist.demo.password import DEMO_PASSWORD
from tests.browser import site as sites
from tests.browser.life import live_in
from tests.browser.site import Site

HERE = Path(__file__).parent
# While writing tests: the data directory of a stopped demo site to begin with, which saves the indexing.
PREPARED_DATA = "BROWSER_TEST_DATA_DIR"
BROWSER_PATH = "/usr/bin/chromium"
BROWSER_ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = (1280, 800)
SMALL = (360, 740)
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
OWN_SITE_FILE = "test_golden_questions.py"  # first, because its site takes longest to be ready
MEASURED_FILE = "test_admin_upload.py"  # in a run of its own: it holds the worker to two minutes
TIMEOUT_SECONDS = 900  # the first test also waits for the site and its indexes


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(TIMEOUT_SECONDS))
            if item.path.name == MEASURED_FILE:
                item.add_marker(pytest.mark.alone)
    items.sort(key=lambda item: item.path.name != OWN_SITE_FILE)


class OpenPage(Protocol):
    """A new page in a browser session of its own; with `user`, signed in as this member of the demo's staff."""

    def __call__(
        self, *, user: str = "", language: str = "en", size: tuple[int, int] = WIDE, scheme: str = "light"
    ) -> Page: ...


class Tell(Protocol):
    """Print a measured number where it is seen although the test passes."""

    def __call__(self, words: str) -> None: ...


@pytest.fixture(scope="session")
def running_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("site")
    if prepared := os.environ.get(PREPARED_DATA):
        shutil.copytree(prepared, data_dir, dirs_exist_ok=True)
    with sites.running(data_dir) as site:
        yield site


@pytest.fixture(scope="session")
def indexed_site(running_site: Site, request: pytest.FixtureRequest) -> Site:
    began = time.monotonic()
    running_site.wait_until_indexed()
    if terminal := request.config.pluginmanager.get_plugin("terminalreporter"):
        terminal.write_line(f"  the demo was indexed after {time.monotonic() - began:.0f} s of waiting")
    return running_site


@pytest.fixture(scope="session")
def lived_in_site(indexed_site: Site) -> Site:
    live_in(indexed_site)
    return indexed_site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER_PATH, args=BROWSER_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def sessions() -> dict[str, StorageState]:
    """Who has signed in once needs no password again: tries are limited, and checking one is slow on purpose."""
    return {}


@pytest.fixture
def console_errors() -> Iterator[list[str]]:
    """What the consoles of this test's pages complained about; a violated content policy is one of them."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def open_page(
    browser: Browser, running_site: Site, sessions: dict[str, StorageState], console_errors: list[str]
) -> Iterator[OpenPage]:
    contexts: list[BrowserContext] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            console_errors.append(message.text)

    def open_one(*, user: str = "", language: str = "en", size: tuple[int, int] = WIDE, scheme: str = "light") -> Page:
        if user and user not in sessions:
            sessions[user] = signed_in(browser, running_site.url, user)
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            locale=LOCALES[language],
            reduced_motion="reduce",
            storage_state=sessions.get(user),
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: console_errors.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    def print_now(words: str) -> None:
        with capsys.disabled():
            print(f"\n  {words}")

    return print_now


def signed_in(browser: Browser, url: str, user: str) -> StorageState:
    """The cookies of a member of the demo's staff."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{url}/admin/login/")
    page.fill("[name=username]", user)
    page.fill("[name=password]", DEMO_PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/admin/")
    state = context.storage_state()
    context.close()
    return state
