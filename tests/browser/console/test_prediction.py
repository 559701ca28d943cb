"""The board, a customer, the models and a look back: in both languages, wide and small, by keys, without barriers."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SMALL, WIDE, OpenPage
from tests.browser.planting import Planted, plant
from tests.browser.site import Site
from tests.browser.test_admin_pages import barriers


@pytest.fixture
def planted(running_site: Site) -> Planted:
    return plant(running_site)


def pages(planted: Planted) -> list[tuple[str, str, str]]:
    """Name, address, and what is there once the page is."""
    return [
        ("board", "/console/risks/", ".risk-row"),
        ("nobody", "/console/risks/?words=nowhere", ".empty"),
        ("customer", f"/console/customers/{planted.customer}/", ".spark"),
        ("models", "/console/models/", ".model-card"),
        ("model", f"/console/models/{planted.champion}/", ".chart"),
        ("shadow", f"/console/models/{planted.shadow}/", "#comparison-title"),
        ("refused", f"/console/models/{planted.refused}/", "#acts-title"),
        ("backtest", f"/console/backtests/{planted.backtest}/", "#examples-title"),
    ]


@pytest.mark.parametrize(
    ("language", "scheme", "size"),
    [("en", "light", SMALL), ("zh", "dark", WIDE), ("en", "dark", WIDE), ("zh", "light", SMALL)],
    ids=["en-light-small", "zh-dark-wide", "en-dark-wide", "zh-light-small"],
)
def test_every_page_fits_and_has_no_serious_barrier(
    running_site: Site,
    open_page: OpenPage,
    console_errors: list[str],
    planted: Planted,
    language: str,
    scheme: str,
    size: tuple[int, int],
):
    page = open_page(user="dora", language=language, scheme=scheme, size=size)
    found: list[str] = []
    for name, path, ready in pages(planted):
        page.goto(f"{running_site.url}{path}")
        page.locator(ready).first.wait_for(state="attached")
        for details in page.locator("main details > summary").all():
            details.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], name
        overflow = page.evaluate(
            "document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth"
        )
        assert overflow <= 0, name
        assert console_errors == [], name
        found += [f"{name}: {problem}" for problem in barriers(page)]
        console_errors.clear()  # axe-core tries styles of its own, which the policy refuses
    assert found == []


def test_an_agent_finds_the_board_filters_it_and_opens_a_customer(
    running_site: Site, open_page: OpenPage, planted: Planted
):
    page = open_page(user="ben")
    page.goto(f"{running_site.url}/console/")
    page.keyboard.press("Control+k")
    page.keyboard.type("at risk")
    page.keyboard.press("Enter")
    rows = page.locator(".risk-row")
    expect(rows.first).to_contain_text("Mara Lindqvist")
    expect(rows.first).to_contain_text("3 failed payments in 7 days")
    expect(page.locator("#queues")).not_to_contain_text("Models")

    page.locator(".board-filters [name=words]").fill("李")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("words="))
    expect(rows.first).to_contain_text("李雷")
    page.go_back()
    page.locator(".issue-count", has_text="Customer leaves").click()
    expect(page).to_have_url(re.compile("issue=shown-leaving"))
    expect(page.locator(".note-line", has_text="stands in").first).to_be_visible()
    with page.expect_download() as download:
        page.locator("a[download]").click()
    assert download.value.suggested_filename.endswith(".csv")

    page.locator(".risk-who a").first.click()
    expect(page.locator("h1")).to_have_text("Mara Lindqvist")
    page.locator(".why summary").first.click()
    expect(page.locator(".why").first).to_contain_text("customer for 812 days")
    page.locator("[rel=next]").click()
    expect(page.locator(".event-row")).to_have_count(7)


def test_an_admin_puts_a_version_in_force_and_goes_back(running_site: Site, open_page: OpenPage, planted: Planted):
    page = open_page(user="dora")
    page.goto(f"{running_site.url}/console/models/{planted.shadow}/")
    decide(page, "Put in force…", "Better for three weeks", confirm=False)
    expect(page.locator(".page-head .band")).to_have_text("Shadow")
    decide(page, "", "", confirm=True)
    expect(page.locator(".note-line.success")).to_contain_text("In force from the next scoring pass on.")
    expect(page.locator(".page-head .band")).to_have_text("In force")

    decide(page, "Roll back…", "Two complaints about it", confirm=True)
    expect(page.locator("h1")).to_contain_text("v2")
    expect(page.locator(".note-line.success")).to_contain_text("in force again")


def decide(page: Page, opens: str, why: str, *, confirm: bool) -> None:
    """Write why and press the button; the question that follows is answered with yes or no."""
    if opens:
        page.locator(".ask summary", has_text=opens).click()
        page.locator(".ask[open] [name=reason]").fill(why)
    page.locator(".ask[open] [type=submit]").click()
    dialog = page.locator("#confirm")
    expect(dialog).to_be_visible()
    dialog.locator("#confirm-yes" if confirm else "[type=submit]:not(#confirm-yes)").click()
    expect(dialog).not_to_be_visible()


def test_a_backtest_is_asked_for_and_waits(
    running_site: Site, open_page: OpenPage, console_errors: list[str], planted: Planted
):
    page = open_page(user="cleo")
    page.goto(f"{running_site.url}/console/models/{planted.champion}/")
    page.locator(".ask summary", has_text="Ask for a backtest").click()
    page.locator("[name=last_on]").fill("2020-01-01")
    page.locator(".ask[open] [type=submit]").click()
    expect(page.locator("#toasts")).to_contain_text("The end must be after the beginning.")
    assert [error for error in console_errors if "400" not in error] == []
    console_errors.clear()  # htmx and the browser both tell of the refusal
    page.locator("[name=first_on]").fill("2019-12-01")
    page.locator(".ask[open] [type=submit]").click()
    expect(page.locator("#backtest")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("Backtest · Failed payment")
