"""
Takes the screenshots of prediction for docs/screens: `python -m tests.browser.console.prediction_screens`.

The board, a customer, the models, a version and a look back, of customers that are planted. Wide and at 360 px, light
and dark, in English and Chinese.
"""

import os
import shutil
import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import site as sites
from tests.browser.conftest import BROWSER_ARGUMENTS, BROWSER_PATH, LOCALES, PREPARED_DATA, SMALL, WIDE, signed_in
from tests.browser.planting import Planted, plant
from tests.browser.screens import FOLDER, take

SETTLED_MILLISECONDS = 300


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="csassist-screens-") as folder:
        if prepared := os.environ.get(PREPARED_DATA):
            shutil.copytree(prepared, folder, dirs_exist_ok=True)
        with sites.running(Path(folder)) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=BROWSER_PATH, args=BROWSER_ARGUMENTS)
            take_all(browser, site.url, plant(site))
            browser.close()


def take_all(browser: Browser, url: str, planted: Planted) -> None:
    session = signed_in(browser, url, "dora")
    for language, (shape, size), scheme in product(LOCALES, (("wide", WIDE), ("small", SMALL)), ("light", "dark")):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            locale=LOCALES[language],
            reduced_motion="reduce",
            storage_state=session,
        )
        take_each(context.new_page(), url, planted, f"{language}-{shape}-{scheme}")
        context.close()


def take_each(page: Page, url: str, planted: Planted, suffix: str) -> None:
    for name, path in [
        ("risks", "/console/risks/"),
        ("customer", f"/console/customers/{planted.customer}/"),
        ("models", "/console/models/"),
        ("model", f"/console/models/{planted.shadow}/"),
        ("backtest", f"/console/backtests/{planted.backtest}/"),
    ]:
        page.goto(f"{url}{path}")
        page.locator("main h1").wait_for()
        page.wait_for_timeout(SETTLED_MILLISECONDS)
        take(page, FOLDER / f"console-{name}-{suffix}.png")


if __name__ == "__main__":
    main()
