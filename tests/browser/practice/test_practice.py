"""An agent practises with a simulated customer and reads the feedback: once in depth, then each page in both languages."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SMALL, WIDE, OpenPage
from tests.browser.site import Site
from tests.browser.test_admin_pages import barriers

LIST = "/console/practice/"
TITLE = "Delivered, says the tracking, but there is no parcel"


def begin(page: Page, title: str) -> None:
    page.locator(".scenario", has_text=title).locator("form button").first.click()
    page.locator("#desk").wait_for()


def answer(page: Page, words: str) -> str:
    """Sends with the keyboard; returns what the customer says to it."""
    before = page.locator(".line.theirs").count()
    page.fill("#text", words)
    page.press("#text", "Control+Enter")
    expect(page.locator(".line.theirs:not(.waiting)")).to_have_count(before + 1)
    return page.locator(".line.theirs .said").last.inner_text()


def test_an_agent_practises_searches_cites_and_learns(
    indexed_site: Site, open_page: OpenPage, console_errors: list[str]
):
    page = open_page(user="ben")
    page.goto(f"{indexed_site.url}{LIST}")
    begin(page, TITLE)
    expect(page.locator(".said").first).to_contain_text("there is NOTHING here")

    said = answer(page, "Hello Tom, I am sorry that you had to explain it again. What is the order number, please?")
    assert "LH-20418833" in said
    page.fill("#text", "Written before searching")
    page.fill("#q", "parcel marked as delivered but not there")
    page.press("#q", "Enter")
    found = page.get_by_label("Parcel missing, damaged or incomplete")
    expect(found).to_be_visible()
    assert page.input_value("#text") == "Written before searching"
    found.check()
    said = answer(page, "I can't pay it back today. I ask ParcelSwift, they have to answer within 2 working days.")
    assert "What do I get" in said
    expect(page.locator(".line.mine .cites a")).to_contain_text("Parcel missing")
    answer(page, "Then you choose between a new parcel and your money back. Is there anything else?")

    expect(page.locator(".ended")).to_contain_text("The customer is satisfied")
    expect(page.locator("#to-feedback")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/feedback/")
    expect(page.locator(".overall")).to_be_visible()
    expect(page.locator(".finding", has_text="The right article was cited.")).to_be_visible()
    expect(page.locator(".finding.bad", has_text="Asked about the photo").first).to_be_visible()
    assert int(page.locator(".score strong").inner_text()) >= 80

    page.get_by_role("button", name="Practise it again").click()
    page.locator("#desk").wait_for()
    answer(page, "OK, I will refund you right away.")
    page.get_by_role("button", name="End and see feedback").click()
    expect(page.locator(".finding.bad", has_text="Gave in").first).to_be_visible()
    expect(page.locator("#compared-title")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "scheme", "size"),
    [("en", "dark", SMALL), ("zh", "light", WIDE)],
    ids=["en-dark-small", "zh-light-wide"],
)
def test_every_page_fits_and_has_no_barrier(
    indexed_site: Site,
    open_page: OpenPage,
    console_errors: list[str],
    language: str,
    scheme: str,
    size: tuple[int, int],
):
    page = open_page(user="cleo", language=language, scheme=scheme, size=size)
    found: list[str] = []

    def looked_at(name: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], name
        assert console_errors == [], name
        found.extend(f"{name}: {problem}" for problem in barriers(page))
        console_errors.clear()  # axe-core tries styles of its own, which the policy refuses

    page.goto(f"{indexed_site.url}{LIST}")
    looked_at("scenarios")
    page.locator(".scenario form button").first.click()
    page.locator("#desk").wait_for()
    page.fill("#q", "发票抬头写错" if language == "zh" else "how long can I return a present")
    page.press("#q", "Enter")
    page.locator(".hit").first.wait_for()
    looked_at("session")
    answer(page, "您好，请问订单号是多少？" if language == "zh" else "Hello, what is the order number, please?")
    page.locator(".talk-head button").click()
    page.wait_for_url("**/feedback/")
    looked_at("feedback")
    page.locator(".article-link").first.click()
    page.locator("article.prose h1").wait_for()
    looked_at("article")
    page.goto(f"{indexed_site.url}{LIST}people/")
    looked_at("people")

    assert found == []


def test_a_server_that_is_away_loses_no_words(indexed_site: Site, open_page: OpenPage, console_errors: list[str]):
    page = open_page(user="ben")
    page.goto(f"{indexed_site.url}{LIST}")
    begin(page, "A Christmas present to send back")
    page.context.set_offline(True)
    page.fill("#text", "Hello Grace")
    page.click("#send")
    expect(page.locator("#problem")).to_contain_text("could not be reached")
    assert page.input_value("#text") == "Hello Grace"
    expect(page.locator(".line.waiting")).to_have_count(0)
    page.context.set_offline(False)
    assert answer(page, "Hello Grace, when was it ordered, please?")
    console_errors.clear()  # the browser notes that it was offline
