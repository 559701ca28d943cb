"""
Takes the screenshots of practice mode for docs/screens: `python -m tests.browser.practice.screens`.

A supervisor's practice in either language, wide and at 360 px, of a demo site that it starts and ends.
"""

import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import site as sites
from tests.browser.conftest import BROWSER_ARGUMENTS, BROWSER_PATH, LOCALES, SMALL, WIDE, signed_in
from tests.browser.practice.test_practice import LIST, answer
from tests.browser.screens import FOLDER, take
from tests.browser.site import SUPERVISOR, Site

LOOKED_UP = {"en": "how long can I return a present", "zh": "发票抬头写错"}
SAID = {"en": "Hello, what is the order number, please?", "zh": "您好，请问订单号是多少？"}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="csassist-screens-") as folder, sites.running(Path(folder)) as site:
        site.wait_until_indexed()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=BROWSER_PATH, args=BROWSER_ARGUMENTS)
            take_all(browser, site)
            browser.close()


def take_all(browser: Browser, site: Site) -> None:
    session = signed_in(browser, site.url, SUPERVISOR)
    for language, (shape, size) in product(LOCALES, (("wide", WIDE), ("small", SMALL))):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=LOCALES[language],
            reduced_motion="reduce",
            storage_state=session,
        )
        take_practice(context.new_page(), site.url, language, f"{language}-{shape}-light")
        context.close()


def take_practice(page: Page, url: str, language: str, suffix: str) -> None:
    page.goto(f"{url}{LIST}")
    take(page, FOLDER / f"practice-scenarios-{suffix}.png")
    page.locator(".scenario form button").first.click()
    page.locator("#desk").wait_for()
    page.fill("#q", LOOKED_UP[language])
    page.press("#q", "Enter")
    page.locator(".hit").first.wait_for()
    answer(page, SAID[language])
    take(page, FOLDER / f"practice-session-{suffix}.png")
    page.locator(".talk-head button").click()
    page.wait_for_url("**/feedback/")
    take(page, FOLDER / f"practice-feedback-{suffix}.png")
    page.goto(f"{url}{LIST}people/")
    take(page, FOLDER / f"practice-people-{suffix}.png")


if __name__ == "__main__":
    main()
