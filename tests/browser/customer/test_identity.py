"""A stranger asks about an account, proves by keyboard alone who they are, and reads the answer."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SMALL, WIDE, OpenPage
from tests.browser.customer.visit import ANSWER_MILLISECONDS, CHINESE, ENGLISH, Visit, Words
from tests.browser.site import Site, wait_until

CODE = re.compile(r'class="field-subject">(?:<a[^>]*>)?[^<]*?(\d{6})')


@dataclass(frozen=True)
class Account:
    """A customer of the demo, what they ask, and what the order service says of it."""

    words: Words
    address: str
    question: str
    answer: str


AMELIA = Account(ENGLISH, "amelia.thornbury@example.com", "Where is my order LH-48120957?", "is out for delivery.")
YIZHOU = Account(CHINESE, "lin.yizhou@example.cn", "订单LJ-60318842到哪了？", "已交给快递。")


@pytest.fixture
def codes(running_site: Site, open_page: OpenPage) -> Callable[[], list[str]]:
    """The codes in the mail that the demo has stored so far, oldest first, as an admin reads them."""
    mails = open_page(user="dora")

    def read() -> list[str]:
        mails.goto(f"{running_site.url}/admin/delivery/storedmail/")
        return CODE.findall(mails.content())[::-1]

    return read


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["wide", "small"])
@pytest.mark.parametrize("account", [AMELIA, YIZHOU], ids=["en", "zh"])
def test_by_keyboard_from_the_question_to_the_answer(
    running_site: Site,
    open_page: OpenPage,
    codes: Callable[[], list[str]],
    console_errors: list[str],
    account: Account,
    size: tuple[int, int],
):
    page = open_page(language=account.words.language, size=size)
    chat = Visit(page, running_site.url, account.words).open()
    chat.ask_and_wait(account.question)
    card = chat.log.locator(".proof")
    expect(card.locator("input")).to_be_visible()
    sent = len(codes())
    card.locator("input").focus()
    page.keyboard.type(account.address)
    page.keyboard.press("Enter")
    expect(card.locator("[name=code]")).to_be_focused()
    expect(card.get_by_role("status")).to_contain_text(account.address)
    wait_until(lambda: len(codes()) > sent, within_seconds=20, what="the mail")
    code = codes()[-1]

    page.keyboard.type(f"{(int(code) + 1) % 1_000_000:06d}")
    page.keyboard.press("Enter")
    expect(card.get_by_role("alert")).not_to_be_empty()
    expect(card.locator("[name=code]")).to_have_attribute("aria-invalid", "true")
    console_errors[:] = [one for one in console_errors if "400" not in one]  # the browser reports the refusal
    card.locator("[name=code]").fill(code)
    page.keyboard.press("Enter")

    expect(chat.log.locator(".notice")).to_have_count(1)
    expect(chat.finished_answers).to_have_count(2)
    expect(chat.finished_answers.last).to_contain_text(account.answer)
    expect(card).to_have_count(0)
    expect(chat.box).to_be_focused()
    page.reload()
    expect(chat.finished_answers).to_have_count(2)
    expect(card).to_have_count(0)


def test_on_the_demo_page_a_customer_who_is_signed_in_needs_no_code(running_site: Site, open_page: OpenPage):
    page = open_page()
    page.goto(f"{running_site.url}/widget-demo")
    page.get_by_label("Customer").select_option("LH-1004")
    page.get_by_role("button", name="Change").click()
    page.locator("#launcher").click()
    expect(page.locator("#window-role")).to_contain_text("Rohan Mehrotra")
    page.locator("#question").fill("Where is my order?")
    page.keyboard.press("Enter")

    expect(page.locator(".turn.assistant:not(.live)")).to_contain_text(
        "You have 2 orders under way:", timeout=ANSWER_MILLISECONDS
    )
    expect(page.locator(".proof")).to_have_count(0)
