"""What holds for the chat page in every state: no accessibility problem, no sideways scrolling, no jumping layout, little to load."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SMALL, WIDE, OpenPage
from tests.browser.customer.conftest import BeginVisit
from tests.browser.customer.visit import BOTH, ENGLISH, Words
from tests.browser.test_admin_pages import barriers

MOST_PAGE_BYTES = 150_000
# The limit that web.dev calls good.
MOST_LAYOUT_SHIFT = 0.1
SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""
LOADED_BYTES = """() => performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
  .reduce((sum, entry) => sum + (entry.encodedBodySize || 0), 0)"""


@pytest.mark.parametrize("words", BOTH, ids=lambda words: words.language)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chat_has_no_serious_accessibility_problem_in_any_state(begin_visit: BeginVisit, words: Words, scheme: str):
    chat = begin_visit(words, scheme=scheme)
    assert barriers(chat.page) == []
    answer = chat.ask_and_wait(words.covered_question)
    answer.locator(".thumb").nth(1).click()
    assert barriers(chat.page) == []
    answer.locator(".chip").first.click()
    expect(chat.panel.locator("mark").first).to_be_visible()
    assert barriers(chat.page) == []
    chat.page.keyboard.press("Escape")
    chat.ask_and_wait(words.uncovered_question)
    assert barriers(chat.page) == []
    chat.page.locator("#talk-to-person").click()
    assert barriers(chat.page) == []


@pytest.mark.parametrize("address", ["/nowhere", "/c/00000000-0000-4000-8000-000000000000"])
def test_an_error_page_has_no_serious_accessibility_problem(
    chat_url: str, open_page: OpenPage, console_errors: list[str], address: str
):
    page = open_page()
    page.goto(chat_url + address)

    assert barriers(page) == []
    console_errors.clear()  # the browser notes the refusal


@pytest.mark.parametrize("words", BOTH, ids=lambda words: words.language)
def test_the_narrow_page_never_scrolls_sideways(begin_visit: BeginVisit, words: Words):
    chat = begin_visit(words, SMALL)
    assert is_within(chat.page)
    answer = chat.ask_and_wait(words.covered_question)
    assert is_within(chat.page)
    answer.locator(".thumb").nth(1).click()
    assert is_within(chat.page)
    answer.locator(".source").first.click()
    expect(chat.panel.locator("mark").first).to_be_in_viewport()
    assert is_within(chat.page)
    chat.page.keyboard.press("Escape")
    chat.ask_and_wait(words.uncovered_question)
    chat.page.locator("#talk-to-person").click()
    assert is_within(chat.page)


def is_within(page: Page) -> bool:
    return bool(
        page.evaluate(
            """() => [document.documentElement, document.getElementById("scroller"), document.getElementById("source-body")]
            .every(element => element.scrollWidth <= element.clientWidth)"""
        )
    )


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["wide", "small"])
def test_the_chat_loads_little_and_does_not_jump(begin_visit: BeginVisit, size: tuple[int, int]):
    chat = begin_visit(ENGLISH, size)
    chat.page.wait_for_load_state("networkidle")
    assert chat.page.evaluate(LOADED_BYTES) <= MOST_PAGE_BYTES
    assert chat.page.evaluate(SHIFTS) <= MOST_LAYOUT_SHIFT
    chat.ask_and_wait(ENGLISH.covered_question)
    chat.page.reload()
    expect(chat.finished_answers).to_have_count(1)

    assert chat.page.evaluate(SHIFTS) <= MOST_LAYOUT_SHIFT
