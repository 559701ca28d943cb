"""
Takes the screenshots of the widget for docs/screens: `python -m tests.browser.customer.widget_screens`.

On a page of another origin: each state wide and at 360 px, light and dark, in English and Chinese.
"""

import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import site as sites
from tests.browser.conftest import BROWSER_ARGUMENTS, BROWSER_PATH, LOCALES, SMALL, WIDE
from tests.browser.customer.host_site import HostSite, host_site
from tests.browser.customer.visit import BOTH, Words
from tests.browser.customer.widget import Widget, visit
from tests.browser.screens import FOLDER, take
from tests.browser.site import Site

SETTLED_MILLISECONDS = 300  # the pressed launcher is drawn anew
SHOP_STYLES = """
:root { color-scheme: light dark }
body { max-width: 40rem; margin: 12vh auto; padding: 0 1.5rem; font: 1.125rem/1.6 Georgia, serif }
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="csassist-screens-") as folder, sites.running(Path(folder)) as site:
        site.wait_until_indexed()
        with host_site() as host, sync_playwright() as playwright:
            allowed = {**site.environment, "CSASSIST_WIDGET_ORIGINS": host.url}
            with sites.beside(Site(site.url, allowed), mode="echo-cited") as host.help_url:
                browser = playwright.chromium.launch(executable_path=BROWSER_PATH, args=BROWSER_ARGUMENTS)
                take_all(browser, host)
                browser.close()


def take_all(browser: Browser, host: HostSite) -> None:
    for words, (shape, size), scheme in product(BOTH, (("wide", WIDE), ("small", SMALL)), ("light", "dark")):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            locale=LOCALES[words.language],
            reduced_motion="reduce",
        )
        take_visit(visit(context.new_page(), host, words, styles=SHOP_STYLES), f"{words.language}-{shape}-{scheme}")
        context.close()


def take_visit(widget: Widget, suffix: str) -> None:
    """One visit, a picture of each state it goes through."""
    words: Words = widget.words
    widget.open()
    widget.page.wait_for_timeout(SETTLED_MILLISECONDS)
    take(widget.page, FOLDER / f"widget-home-{suffix}.png")
    answer = widget.ask_and_wait(words.covered_question)
    expect(answer.locator(".rating")).to_be_visible()
    take(widget.page, FOLDER / f"widget-answer-{suffix}.png")
    answer.locator(".chip").first.click()
    expect(widget.at.locator("#source-panel mark").first).to_be_in_viewport()
    take(widget.page, FOLDER / f"widget-source-{suffix}.png")


if __name__ == "__main__":
    main()
