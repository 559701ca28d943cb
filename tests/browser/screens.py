"""
Takes the screenshots of the admin's main pages for docs/screens: `python -m tests.browser.screens [name ...]`.

Wide and 360 px, light and dark, English and Chinese, of a demo site that it starts and ends. The pictures are reduced
to a palette, so that all of them stay small enough to be kept with the code.
"""

import io
import sys
import tempfile
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import site as sites
from tests.browser.conftest import BROWSER_ARGUMENTS, BROWSER_PATH, LOCALES, SMALL, WIDE, signed_in
from tests.browser.life import AdminPage, admin_pages, live_in
from tests.browser.site import ROOT, SUPERVISOR, Site

FOLDER = ROOT / "docs" / "screens"
COLOURS_COUNT = 96
PAINT_MILLISECONDS = 250  # a page just loaded may be pictured before its last letters are drawn
SHOWN = [
    "login",
    "index",
    "documents",
    "document",
    "upload",
    "test-question",
    "health",
    "gaps",
    "gap",
    "golden-questions",
    "comparison",
    "experiment-plan",
    "models",
    "indexes",
    "prompt-diff",
    "people-waiting",
    "conversation",
    "answer-trace",
    "readings",
    "reading",
    "try-sentence",
    "intents",
    "intent",
    "training",
    "deliveries",
    "notifications",
]


def main(names: Sequence[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="csassist-screens-") as folder, sites.running(Path(folder)) as site:
        site.wait_until_indexed()
        live_in(site)
        pages = [AdminPage("login", "/admin/login/"), *admin_pages(site)]
        wanted = [page for page in pages if page.name in (names or SHOWN)]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=BROWSER_PATH, args=BROWSER_ARGUMENTS)
            take_all(browser, site, wanted)
            browser.close()


def take_all(browser: Browser, site: Site, pages: list[AdminPage]) -> None:
    session = signed_in(browser, site.url, SUPERVISOR)
    for language, (shape, size), scheme in product(LOCALES, (("wide", WIDE), ("small", SMALL)), ("light", "dark")):
        for one in pages:
            context = browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                color_scheme="dark" if scheme == "dark" else "light",
                locale=LOCALES[language],
                reduced_motion="reduce",
                storage_state=None if one.name == "login" else session,
            )
            page = context.new_page()
            page.goto(f"{site.url}{one.path}")
            take(page, FOLDER / f"admin-{one.name}-{language}-{shape}-{scheme}.png")
            context.close()


def take(page: Page, path: Path) -> None:
    page.wait_for_timeout(PAINT_MILLISECONDS)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS_COUNT, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
