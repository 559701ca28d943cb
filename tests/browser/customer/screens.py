"""
Takes the screenshots of the chat page for docs/screens: `python -m tests.browser.customer.screens`.

Each state wide and at 360 px, light and dark, in English and Chinese, of a demo site that it starts and ends.
"""

import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import site as sites
from tests.browser.conftest import BROWSER_ARGUMENTS, BROWSER_PATH, LOCALES, SMALL, WIDE
from tests.browser.console.desk import acts
from tests.browser.customer.visit import BOTH, Visit, Words
from tests.browser.screens import FOLDER, take
from tests.browser.site import Site

OF_ACCOUNT = {"en": "Where is my order LH-48120957?", "zh": "订单LJ-60318842到哪了？"}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="csassist-screens-") as folder, sites.running(Path(folder)) as site:
        site.wait_until_indexed()
        with sites.beside(site, mode="echo-cited") as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=BROWSER_PATH, args=BROWSER_ARGUMENTS)
            take_all(browser, site, url)
            browser.close()


def take_all(browser: Browser, site: Site, url: str) -> None:
    for words, (shape, size), scheme in product(BOTH, (("wide", WIDE), ("small", SMALL)), ("light", "dark")):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            locale=LOCALES[words.language],
            reduced_motion="reduce",
        )
        visit = Visit(context.new_page(), url, words)
        take_visit(visit, words, f"{words.language}-{shape}-{scheme}")
        if scheme == "light":
            take_end(visit, site, f"{words.language}-{shape}-{scheme}")
        context.close()


def take_visit(visit: Visit, words: Words, suffix: str) -> None:
    """One visit, a picture of each state it goes through."""
    visit.open()
    take(visit.page, FOLDER / f"chat-home-{suffix}.png")
    answer = visit.ask_and_wait(words.covered_question)
    answer.locator(".chip").first.click()
    expect(visit.panel.locator("mark").first).to_be_in_viewport()
    take(visit.page, FOLDER / f"chat-source-{suffix}.png")
    visit.page.keyboard.press("Escape")
    answer.locator(".thumb").nth(1).click()
    take(visit.page, FOLDER / f"chat-rating-{suffix}.png")
    answer.locator(".thumb").first.click()
    visit.ask_and_wait(words.uncovered_question)
    take(visit.page, FOLDER / f"chat-offer-{suffix}.png")
    visit.page.locator("#talk-to-person").click()
    take(visit.page, FOLDER / f"chat-person-{suffix}.png")


def take_end(visit: Visit, site: Site, suffix: str) -> None:
    """A question about an account, which asks for proof; and how it went, once a person has closed."""
    visit.open()
    visit.ask_and_wait(OF_ACCOUNT[visit.words.language])
    expect(visit.log.locator(".proof input").first).to_be_visible()
    take(visit.page, FOLDER / f"chat-proof-{suffix}.png")
    acts(site, f"conversations/{visit.conversation}/take")
    acts(site, f"conversations/{visit.conversation}/close")
    visit.log.locator(".survey").scroll_into_view_if_needed()
    take(visit.page, FOLDER / f"chat-survey-{suffix}.png")


if __name__ == "__main__":
    main()
