"""
Takes the screenshots of the help centre for docs/screens: `python -m tests.browser.customer.help_screens`.

Each page wide and at 360 px, light and dark, in English and Chinese, of a demo site that it starts and ends.
"""

import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import site as sites
from tests.browser.conftest import BROWSER_ARGUMENTS, BROWSER_PATH, LOCALES, SMALL, WIDE
from tests.browser.customer.test_help_centre import CHINESE, ENGLISH, Reader
from tests.browser.screens import FOLDER, take


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="csassist-screens-") as folder, sites.running(Path(folder)) as site:
        site.wait_until_indexed()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=BROWSER_PATH, args=BROWSER_ARGUMENTS)
            take_all(browser, site.url)
            browser.close()


def take_all(browser: Browser, url: str) -> None:
    sizes = (("wide", WIDE), ("small", SMALL))
    for reader, (shape, size), scheme in product((ENGLISH, CHINESE), sizes, ("light", "dark")):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            locale=LOCALES[reader.language],
            reduced_motion="reduce",
        )
        take_visit(context.new_page(), url, reader, f"{reader.language}-{shape}-{scheme}")
        context.close()


def take_visit(page: Page, url: str, reader: Reader, suffix: str) -> None:
    page.goto(f"{url}/help/")
    take(page, FOLDER / f"help-home-{suffix}.png")
    page.goto(f"{url}/help/search?q={reader.search}")
    take(page, FOLDER / f"help-search-{suffix}.png")
    page.goto(f"{url}{(page.locator('.hit-title').first.get_attribute('href') or '').partition('#')[0]}")
    take(page, FOLDER / f"help-article-{suffix}.png")


if __name__ == "__main__":
    main()
