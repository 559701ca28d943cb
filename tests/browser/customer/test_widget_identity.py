"""Who is in front of the widget, and which pages may show it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SMALL, OpenPage
from tests.browser.customer.host_site import HostSite
from tests.browser.customer.visit import ENGLISH
from tests.browser.customer.widget import ANSWER_MILLISECONDS, Widget, visit
from tests.customers.signing import customer_token

END_SESSION = """url => {
  const token = localStorage.getItem(`csassist.${new URL(url).host}.customer.token`);
  return fetch(`${url}/api/v1/sign-in`, { method: "DELETE", headers: { Authorization: `Visitor ${token}` } });
}"""


def test_a_signed_in_customer_finds_their_conversations_on_another_device(host: HostSite, open_page: OpenPage):
    token = customer_token("LH-1001", name="Amelia Thornbury")
    phone = visit(open_page(size=SMALL), host, customer_token=token).open()
    expect(phone.at.locator("#window-role")).to_contain_text("Amelia Thornbury")
    phone.ask_and_wait(ENGLISH.covered_question)
    laptop = visit(open_page(), host, customer_token=token).open()
    other = visit(open_page(), host, customer_token=customer_token("LH-1002")).open()

    expect(laptop.earlier.first).to_contain_text(ENGLISH.covered_question)
    expect(other.at.locator("[data-suggestion]").first).to_be_visible()
    expect(other.earlier).to_have_count(0)


def test_what_a_visitor_asked_comes_along_and_stays_with_the_customer(host: HostSite, open_page: OpenPage):
    page = open_page()
    widget = visit(page, host).open()
    widget.ask_and_wait(ENGLISH.covered_question)
    visit(page, host, customer_token=customer_token("LH-1003", name="Siobhán"))
    expect(widget.answers).to_have_count(1)
    page.evaluate("csassist.signOut()")
    expect(widget.at.get_by_role("heading", name=ENGLISH.welcome)).to_be_visible()
    expect(widget.answers).to_have_count(0)
    expect(widget.earlier).to_have_count(0)

    visit(page, host, customer_token=customer_token("LH-1003", name="Siobhán G."))
    expect(widget.earlier.first).to_contain_text(ENGLISH.covered_question)


def test_a_session_that_ended_goes_on_with_a_fresh_token_of_the_page(
    host: HostSite, open_page: OpenPage, console_errors: list[str]
):
    page = open_page()
    page.goto(host.url + host.page(identify="later"))
    widget = Widget(page)
    expect(widget.at).to_be_attached()
    expect(widget.launcher).to_have_count(0)
    tokens = [customer_token("LH-1005", name=name) for name in ("Freja", "Freja L.")]
    page.evaluate("tokens => csassist.identify(() => (tokens.length > 1 ? tokens.shift() : tokens[0]))", tokens)
    widget.open().ask_and_wait(ENGLISH.covered_question)
    page.evaluate(END_SESSION, host.help_url)

    widget.ask("How many watts can the Plug Mini switch?")
    expect(widget.answers).to_have_count(2, timeout=ANSWER_MILLISECONDS)
    expect(widget.at.locator("#banner")).to_be_hidden()
    console_errors.clear()  # the browser notes the refusal


@pytest.mark.parametrize(
    "token",
    [customer_token("LH-1004", secret="z" * 64), customer_token("LH-1004", iat=1_700_000_000, exp=1_700_000_600)],
    ids=["foreign", "expired"],
)
def test_a_wrong_token_says_so_and_shows_nobodys_conversations(
    host: HostSite, open_page: OpenPage, console_errors: list[str], token: str
):
    page = open_page()
    widget = visit(page, host, customer_token=customer_token("LH-1004")).open()
    widget.ask_and_wait(ENGLISH.covered_question)
    visit(page, host, customer_token=token)

    expect(widget.at.locator("#banner")).to_contain_text("You could not be signed in here")
    expect(widget.at.get_by_role("heading", name=ENGLISH.welcome)).to_be_visible()
    expect(widget.earlier).to_have_count(0)
    assert all("LH-1004" not in stored for stored in page.evaluate("Object.values(localStorage)"))
    console_errors.clear()  # the browser notes the refusal


def test_a_page_of_an_origin_that_is_not_allowed_gets_no_widget(
    host: HostSite, open_page: OpenPage, console_errors: list[str]
):
    page = open_page()
    with page.expect_event("requestfailed", lambda request: "/api/v1/widget" in request.url):
        page.goto(host.other_url + host.page())

    expect(page.locator("csassist-widget").locator("#launcher")).to_have_count(0)
    console_errors.clear()  # the browser notes the refusal
