"""Show 6: an article edit and a prompt edit that break golden questions are blocked, with the differing answers shown."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import site as sites
from tests.browser.chat import ask, open_chat
from tests.browser.conftest import SMALL, signed_in
from tests.browser.site import Site

QUESTION = "How long do I have to return something?"
ARTICLE = "How long you have to return an item"
VERDICT_MILLISECONDS = 60_000


@pytest.fixture(scope="module")
def model_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo company with the test model, and embeddings that need no time."""
    folder = tmp_path_factory.mktemp("model-site")
    with sites.running(folder, "--model", "echo-cited", CSASSIST_EMBEDDINGS="hashed") as site:
        site.wait_until_indexed()
        yield site


@pytest.fixture(scope="module")
def state(browser: Browser, model_site: Site):
    return signed_in(browser, model_site.url, "cleo")


@pytest.fixture
def staff(browser: Browser, model_site: Site, state, console_errors: list[str]) -> Iterator[Page]:
    context = browser.new_context(storage_state=state, locale="en-GB", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.on("console", lambda said: console_errors.append(said.text) if said.type in {"error", "warning"} else None)
    yield page
    context.close()


def write_golden_question(page: Page, site: Site, *facts: str) -> None:
    page.goto(f"{site.url}/admin/assistant/goldenquestion/add/")
    page.fill("[name=question]", QUESTION)
    page.locator("[name=collection]").select_option(label="Help articles")
    page.fill("[name=must_contain]", "\n".join(facts))
    page.locator(".submit-row [type=submit]").click()
    expect(page.locator(".messagelist")).to_contain_text("Saved")


def is_held_back(page: Page) -> None:
    """The page of the comparison, once every question was asked."""
    page.wait_for_url("**/admin/assistant/comparison/*/change/**", timeout=VERDICT_MILLISECONDS)
    verdict = page.locator(".badge-danger", has_text="Golden questions would be answered worse")
    expect(verdict).to_be_visible(timeout=VERDICT_MILLISECONDS)


def test_an_article_that_breaks_a_golden_question_is_blocked_with_both_answers(
    model_site: Site, staff: Page, browser: Browser
):
    write_golden_question(staff, model_site, "30 days")
    staff.goto(f"{model_site.url}/admin/knowledge/document/?q=returns-window")
    staff.locator("#result_list tbody tr th a").first.click()
    staff.get_by_role("link", name="Edit text").click()
    body = staff.locator("[name=body]")
    body.fill(body.input_value().replace("30 days", "14 days"))
    staff.locator(".submit-row [type=submit]").first.click()
    staff.get_by_role("button", name="Publish version 2").click()
    expect(staff.locator(".messagelist")).to_contain_text("The golden questions are being asked with it first")
    held = staff.locator(".document-state .badge-danger", has_text="Golden questions would be answered worse")
    expect(held).to_be_visible(timeout=VERDICT_MILLISECONDS)

    staff.get_by_role("link", name="What would change").click()
    is_held_back(staff)
    worse = staff.locator(".compared-answer").first
    now, changed = worse.locator(".compared-side").nth(0), worse.locator(".compared-side").nth(1)
    expect(now).to_contain_text("30 days")
    expect(changed).to_contain_text("The answer does not contain “30 days”.")
    staff.set_viewport_size({"width": SMALL[0], "height": SMALL[1]})
    assert staff.evaluate("document.documentElement.scrollWidth <= innerWidth")

    customer = browser.new_page(locale="en-GB")
    open_chat(customer, model_site.url)
    assert "30 days" in ask(customer, QUESTION).text
    customer.close()

    staff.get_by_role("button", name="Publish all the same").click()  # the browser asks for the reason
    expect(staff.locator("#overrule-reason")).to_be_focused()
    staff.fill("#overrule-reason", "We shorten the time for returns.")
    staff.get_by_role("button", name="Publish all the same").click()
    expect(staff.locator(".messagelist")).to_contain_text("The reason is on record")


def test_a_prompt_that_breaks_a_golden_question_is_blocked_with_both_answers(model_site: Site, staff: Page):
    staff.goto(f"{model_site.url}/admin/prompts/prompt/?q=answer_question")
    staff.locator("#result_list a", has_text="Answer a question").first.click()
    staff.get_by_role("link", name="Write a new version").click()
    text = staff.locator("[name=text]")
    text.fill(text.input_value() + "\nUse at most one sentence.\n")
    staff.locator("[name=_save]").click()
    staff.goto(f"{model_site.url}/admin/prompts/promptversion/?state__exact=draft")
    staff.locator("#result_list tbody th a").first.click()
    staff.get_by_role("link", name="Compare and publish").click()
    staff.get_by_role("button", name="Publish for all answers").click()
    is_held_back(staff)
    worse = staff.locator(".compared-answer").first
    expect(worse.locator(".compared-side").nth(1)).to_contain_text("The answer does not contain")
    expect(worse.locator(".compared-side").nth(0).locator(".miss")).to_have_count(0)
