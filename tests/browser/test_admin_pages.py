"""Every main page of the admin works under the strict content security policy, and what it decides takes effect."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat import ask, open_chat
from tests.browser.conftest import SMALL, WIDE, OpenPage
from tests.browser.life import admin_pages
from tests.browser.site import Site

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}
HEADINGS = {"en": "Documents", "zh": "文档"}
WITHDRAWN_TITLE = "Glow Strip: cut, extend and stick"
WITHDRAWN_QUESTION = "Where may I cut the Glow Strip?"


@pytest.mark.parametrize(
    ("language", "scheme", "size"),
    [("en", "light", SMALL), ("zh", "dark", WIDE)],
    ids=["en-light-small", "zh-dark-wide"],
)
def test_every_page_opens_without_a_complaint_fits_and_has_no_serious_barrier(
    lived_in_site: Site,
    open_page: OpenPage,
    console_errors: list[str],
    language: str,
    scheme: str,
    size: tuple[int, int],
):
    page = open_page(user="cleo", language=language, scheme=scheme, size=size)
    found: list[str] = []
    for one in admin_pages(lived_in_site):
        answer = page.goto(f"{lived_in_site.url}{one.path}")
        assert answer is not None
        assert answer.status == 200, one
        assert page.locator("h1").first.inner_text().strip(), one
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], one
        assert console_errors == [], one
        found += [f"{one.name}: {problem}" for problem in barriers(page)]
        console_errors.clear()  # axe-core tries styles of its own, which the policy refuses
    assert found == []
    page.goto(f"{lived_in_site.url}/admin/knowledge/document/")
    expect(page.locator("h1")).to_have_text(HEADINGS[language])


def test_the_language_is_switched_in_the_header_and_stays(running_site: Site, open_page: OpenPage):
    page = open_page(user="cleo")
    page.goto(f"{running_site.url}/admin/prompts/prompt/")
    page.locator(".language-switch button[value='zh-hans']").click()
    expect(page.locator("h1")).to_have_text("提示词")
    assert page.url.endswith("/admin/prompts/prompt/")
    page.goto(f"{running_site.url}/admin/")
    expect(page.locator("html")).to_have_attribute("lang", re.compile("zh", re.IGNORECASE))


def test_the_theme_button_overrules_the_system(running_site: Site, open_page: OpenPage):
    page = open_page(user="cleo", scheme="light")
    page.goto(f"{running_site.url}/admin/")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.locator(".theme-toggle").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate(background) != light


def test_withdrawing_and_publishing_hold_from_the_next_question_on(indexed_site: Site, open_page: OpenPage):
    staff, customer = open_page(user="cleo"), open_page()
    open_chat(customer, indexed_site.url)
    assert WITHDRAWN_TITLE in ask(customer, WITHDRAWN_QUESTION).titles
    staff.goto(f"{indexed_site.url}/admin/knowledge/document/?q=glow-strip-length")
    staff.locator("#result_list tbody th a").first.click()
    staff.get_by_role("button", name="Withdraw from answers").click()
    staff.locator(".messagelist li").wait_for()
    open_chat(customer, indexed_site.url)
    assert WITHDRAWN_TITLE not in ask(customer, WITHDRAWN_QUESTION).titles
    publish_again(staff)
    open_chat(customer, indexed_site.url)
    assert WITHDRAWN_TITLE in ask(customer, WITHDRAWN_QUESTION).titles


def test_an_agent_may_read_but_not_publish(running_site: Site, open_page: OpenPage, console_errors: list[str]):
    page = open_page(user="ben")
    page.goto(f"{running_site.url}/admin/knowledge/document/")
    assert page.locator("option[value='publish_selected']").count() == 0
    page.locator("#result_list tbody th a").first.click()
    for act in ("publish", "withdraw", "index"):
        assert page.locator(f"form[action*='/{act}/']").count() == 0
    answer = page.goto(f"{running_site.url}/admin/prompts/prompt/")
    assert answer is not None
    assert answer.status == 403
    console_errors.clear()  # the browser notes the refusal


def publish_again(staff: Page) -> None:
    """A withdrawn text comes back as the draft of a new version."""
    staff.get_by_role("link", name="Edit text").click()
    staff.locator(".submit-row [type=submit].default").click()
    staff.get_by_role("button", name=re.compile("Publish version")).click()
    staff.locator(".document-state .badge-good", has_text="Live").wait_for(timeout=60_000)


def barriers(page: Page) -> list[str]:
    """What axe-core calls serious or critical on this page, as one line each."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate("axe.run().then((result) => result.violations)")
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['target']} and {len(one['nodes']) - 1} more"
        for one in violations
        if one["impact"] in SERIOUS
    ]
