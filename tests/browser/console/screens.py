"""
Takes the screenshots of the console for docs/screens: `python -m tests.browser.console.screens`.

A desk with a few customers in both languages: the inbox, a conversation handed over, one with a draft, the review
queue. Wide and at 360 px, light and dark, in English and Chinese.
"""

import tempfile
from collections.abc import Mapping
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import site as sites
from tests.browser.conftest import BROWSER_ARGUMENTS, BROWSER_PATH, LOCALES, SMALL, WIDE, signed_in
from tests.browser.console.desk import Customer, set_autonomy, wait_for_drafts
from tests.browser.screens import FOLDER, take
from tests.browser.site import Site

REVIEWED = "widget"
SETTLED_MILLISECONDS = 600
WAITING = {
    "en": [
        ("Sofía García", "My order LH-20311 has not arrived and I need it by Friday."),
        ("Tom Becker", "The thermostat shows E7 again, after I did everything that you said."),
        ("Priya Natarajan", "Please call me about my invoice."),
    ],
    "zh": [("李雷", "退款两个星期了还没有到账，订单号 LJ-88213。"), ("王小雨", "门锁一直报警，孩子都被吵醒了。")],
}
COVERED = {
    "en": ["How long do I have to return something?", "What does error E7 on my thermostat mean?"],
    "zh": ["门锁没电了进不了门怎么办？", "半年前的订单还能补开发票吗？"],
}


def main(**settings: str) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="csassist-screens-") as folder,
        sites.running(Path(folder), **settings) as site,
    ):
        site.wait_until_indexed()
        desk = open_desk(site)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=BROWSER_PATH, args=BROWSER_ARGUMENTS)
            take_all(browser, site, desk)
            browser.close()


def open_desk(site: Site) -> Mapping[str, Mapping[str, Customer]]:
    """By language, one customer who waits for a person and one whose answer waits for review."""
    set_autonomy(site, REVIEWED, "approve")
    found: dict[str, dict[str, Customer]] = {}
    for language in LOCALES:
        reviewed = [Customer(site.url, language, REVIEWED).says(words) for words in COVERED[language]]
        waiting = [Customer(site.url, language).says(words).asks_for_person(name) for name, words in WAITING[language]]
        wait_for_drafts(site, reviewed)
        found[language] = {"waiting": waiting[0], "reviewed": reviewed[0]}
    return found


def take_all(browser: Browser, site: Site, desk: Mapping[str, Mapping[str, Customer]]) -> None:
    session = signed_in(browser, site.url, "ben")
    for language, (shape, size), scheme in product(LOCALES, (("wide", WIDE), ("small", SMALL)), ("light", "dark")):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            locale=LOCALES[language],
            reduced_motion="reduce",
            storage_state=session,
        )
        take_each(context.new_page(), site.url, desk[language], f"{language}-{shape}-{scheme}")
        context.close()


def take_each(page: Page, url: str, customers: Mapping[str, Customer], suffix: str) -> None:
    for name, path, ready in [
        ("inbox", "/console/?queue=queue", "a.row"),
        ("hand-off", f"/console/c/{customers['waiting'].id}?queue=queue", "#hand-off"),
        ("draft", f"/console/c/{customers['reviewed'].id}?queue=assistant", "#draft .draft"),
        ("review", "/console/review", "#item .draft"),
    ]:
        page.goto(f"{url}{path}")
        page.locator(ready).first.wait_for(state="attached")
        page.wait_for_timeout(SETTLED_MILLISECONDS)
        take(page, FOLDER / f"console-{name}-{suffix}.png")


if __name__ == "__main__":
    main()
