"""A visit to the help centre: search, open the place, say whether it helped, ask about the article."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SMALL, WIDE, OpenPage
from tests.browser.customer.visit import ANSWER_MILLISECONDS
from tests.browser.site import Site
from tests.browser.test_admin_pages import barriers

MOST_PAGE_BYTES = 150_000
LOADED_BYTES = """() => performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
  .reduce((sum, entry) => sum + (entry.encodedBodySize || 0), 0)"""


@dataclass(frozen=True)
class Reader:
    """One language of the help centre, and what somebody looks for in it."""

    language: str
    search: str
    title: str
    heading: str
    other_language: str
    unhelpful: str
    outdated: str
    thanks: str
    ask: str
    vague: str


ENGLISH = Reader(
    language="en",
    search="hub offline weak signal dBm",
    title="The hub is offline: step-by-step help",
    heading="Weak signal",
    other_language="Also in Chinese",
    unhelpful="No, it did not",
    outdated="It is out of date",
    thanks="Your note goes to the people",
    ask="Ask about this article",
    vague="What if that does not help?",
)
CHINESE = Reader(
    language="zh",
    search="网关离线 信号弱 dBm",
    title="网关离线怎么办",
    heading="信号弱",
    other_language="另有英文版",
    unhelpful="没有帮助",
    outdated="内容过时",
    thanks="您的意见会转给撰写文章的同事",
    ask="就本文提问",
    vague="这样还是不行怎么办？",
)
READERS = pytest.mark.parametrize("reader", [ENGLISH, CHINESE], ids=lambda reader: reader.language)
SIZES = pytest.mark.parametrize("size", [WIDE, SMALL], ids=["wide", "small"])


@READERS
@SIZES
def test_a_reader_searches_reads_rates_and_asks_about_an_article(
    indexed_site: Site, open_page: OpenPage, reader: Reader, size: tuple[int, int]
):
    page = open_page(language=reader.language, size=size)
    page.goto(f"{indexed_site.url}/help/")
    fits(page)
    page.get_by_role("searchbox").fill(reader.search)
    page.keyboard.press("Enter")
    hit = page.locator(".hits li").first
    expect(hit.locator("mark").first).to_be_visible()
    fits(page)
    hit.get_by_role("link", name=reader.title).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(reader.title)
    expect(page.get_by_role("heading", name=reader.heading)).to_be_in_viewport()
    expect(page.get_by_role("link", name=reader.other_language)).to_have_count(1)
    fits(page)
    rate(page, reader)
    page.get_by_role("link", name=reader.ask).click()
    expect(page.locator("#about")).to_contain_text(reader.title)
    page.wait_for_load_state("load")  # the composer's script has run
    fits(page)
    page.locator("#question").fill(reader.vague)
    page.keyboard.press("Enter")
    answer = page.locator(".turn.assistant:not(.live)").first
    expect(answer.locator(".source-title").first).to_contain_text(reader.title, timeout=ANSWER_MILLISECONDS)


def rate(page: Page, reader: Reader) -> None:
    no = page.get_by_role("button", name=reader.unhelpful)
    no.click()
    expect(no).to_have_attribute("aria-pressed", "true")
    expect(no).to_be_in_viewport()
    page.get_by_label(reader.outdated).check()
    page.locator("#feedback [name=comment]").fill("It changed in May.")
    page.locator(".feedback-reasons [type=submit]").click()
    expect(page.locator(".feedback-said")).to_contain_text(reader.thanks)


@pytest.mark.parametrize(("reader", "scheme"), [(ENGLISH, "light"), (CHINESE, "dark")], ids=["en-light", "zh-dark"])
def test_no_page_has_a_serious_barrier_and_each_loads_little(
    indexed_site: Site, open_page: OpenPage, reader: Reader, scheme: str, console_errors: list[str]
):
    page = open_page(language=reader.language, scheme=scheme)
    page.goto(f"{indexed_site.url}/help/search?q={reader.search}")
    article = page.locator(".hit-title").first.get_attribute("href")
    found: list[str] = []
    for address in ("/help/", "/help/help/", f"/help/search?q={reader.search}", article, "/help/search?q=zzqqxx"):
        page.goto(f"{indexed_site.url}{address}")
        assert page.evaluate(LOADED_BYTES) <= MOST_PAGE_BYTES, address
        found += [f"{address}: {problem}" for problem in barriers(page)]
    assert console_errors == []
    page.goto(f"{indexed_site.url}/help/help/nothing-000000000000/")
    found += barriers(page)
    console_errors.clear()  # the browser notes that the page is not there
    assert found == []


def test_a_search_that_finds_nothing_goes_on_in_the_chat(indexed_site: Site, open_page: OpenPage):
    page = open_page()
    page.goto(f"{indexed_site.url}/help/search?q=zzqqxx")
    page.locator(".offer").get_by_role("link").click()
    page.wait_for_load_state("load")

    expect(page.locator("#question")).to_have_value("zzqqxx")
    expect(page.locator("#send")).to_be_enabled()


def test_an_article_is_reached_and_read_by_keyboard_alone(indexed_site: Site, open_page: OpenPage):
    page = open_page()
    page.goto(f"{indexed_site.url}/help/help/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator(".articles a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator(".contents-wide a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".prose :target")).to_be_in_viewport()


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url
