"""An agent is told of what needs them: on the page they look at, or by the browser and the title of one they do not."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SMALL, OpenPage
from tests.browser.console.desk import SOON_MILLISECONDS, Agent, Customer
from tests.browser.site import Site

WORDS = {"en": "gave you a conversation.", "zh": "把一个对话交给了您。"}
# What a browser without a screen cannot do: ask its user, show a notification, and put a page into the background.
PRETEND = """
  window.shown = [];
  window.asked = 0;
  window.Notification = class extends EventTarget {
    static permission = localStorage.getItem("pretended") ?? "default";
    static async requestPermission() {
      window.asked += 1;
      localStorage.setItem("pretended", "granted");
      return (this.permission = "granted");
    }
    constructor(title, options) {
      super();
      window.shown.push({ title, ...options });
    }
    close() {}
  };
  let isHidden = false;
  Object.defineProperty(document, "hidden", { get: () => isHidden });
  window.lookAway = (away) => {
    isHidden = away;
    document.dispatchEvent(new Event("visibilitychange"));
  };
"""


def give_to_ben(site: Site, customer: Customer) -> None:
    """The site's own member of staff passes the conversation to Ben."""
    column = site.staff.get(f"/console/c/{customer.id}").raise_for_status().text
    ben = re.search(r"(user:[0-9a-f-]{36})(?:(?!</button>).)*Ben", column, re.DOTALL)
    assert ben is not None
    headers = {"X-CSRFToken": site.staff.cookies["csrftoken"], "Referer": str(site.staff.base_url)}
    assigned = site.staff.post(f"/console/c/{customer.id}/assign", data={"to": ben[1]}, headers=headers)
    assigned.raise_for_status()


def switch_on(page: Page) -> None:
    page.locator(".top-tools summary").focus()
    page.keyboard.press("Enter")
    button = page.locator("#notifications")
    expect(button).to_be_visible()
    assert page.evaluate("window.asked") == 0
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_happens_while_one_looks_away_is_told_by_the_browser_and_waits_on_the_page(
    indexed_site: Site, open_page: OpenPage, language: str
):
    page = open_page(user="ben", language=language)
    page.add_init_script(PRETEND)
    ben = Agent(page, indexed_site.url).opens()
    switch_on(page)
    name = f"Ana {uuid4().hex[:6]}"
    customer = Customer(indexed_site.url, language).asks_for_person(name)
    expect(ben.row(customer)).to_be_visible(timeout=SOON_MILLISECONDS)
    plain = page.title()

    page.evaluate("lookAway(true)")
    give_to_ben(indexed_site, customer)
    expect(page).to_have_title(re.compile(r"^\(\d+\) "), timeout=5 * SOON_MILLISECONDS)
    page.wait_for_function("name => shown.some((one) => one.title === name && one.silent)", arg=name)
    assert WORDS[language] in page.evaluate("shown.at(-1).body")

    with page.expect_response("**/console/news/looked-at") as looked_at:
        page.evaluate("lookAway(false)")
    assert looked_at.value.status == 204
    expect(page).to_have_title(plain)
    toast = page.locator("#toasts a", has_text=WORDS[language])
    expect(toast).to_contain_text(name)
    expect(page.locator("#toasts")).to_have_attribute("aria-live", "polite")
    toast.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f'#case[data-conversation="{customer.id}"]')).to_be_visible()


def test_on_a_page_in_front_it_is_a_short_line_and_nothing_else(indexed_site: Site, open_page: OpenPage):
    page = open_page(user="ben", size=SMALL)
    page.add_init_script(PRETEND)
    ben = Agent(page, indexed_site.url).opens()
    customer = Customer(indexed_site.url, "en").asks_for_person(f"Ana {uuid4().hex[:6]}")
    expect(ben.row(customer)).to_be_visible(timeout=SOON_MILLISECONDS)

    give_to_ben(indexed_site, customer)

    toast = page.locator("#toasts a", has_text=WORDS["en"]).last
    expect(toast).to_be_in_viewport(ratio=1, timeout=5 * SOON_MILLISECONDS)
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL[0]
    assert page.evaluate("[shown.length, asked]") == [0, 0]
    assert not page.title().startswith("(")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_browser_is_asked_on_the_page_of_notifications_and_only_on_a_click(
    indexed_site: Site, open_page: OpenPage, language: str
):
    page = open_page(user="ben", language=language, size=SMALL)
    page.add_init_script(PRETEND)
    page.goto(f"{indexed_site.url}/staff/notifications")
    button, state = page.locator("#browser-alerts-switch"), page.locator("#browser-alerts-state")
    expect(button).to_be_visible()
    assert page.evaluate("asked") == 0
    before = (state.inner_text(), button.inner_text())

    button.press("Enter")

    expect(state).not_to_have_text(before[0])
    expect(button).not_to_have_text(before[1])
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL[0]
    button.press("Enter")
    expect(state).to_have_text(before[0])
