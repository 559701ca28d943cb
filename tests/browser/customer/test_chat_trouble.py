"""The chat page when things go wrong: no network, too many messages, too long a message, a withdrawn article."""

import re

from playwright.sync_api import Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.customer.conftest import BeginVisit
from tests.browser.customer.visit import ENGLISH
from tests.browser.site import Site
from tests.browser.test_admin_pages import publish_again


def test_a_message_that_could_not_be_sent_is_sent_exactly_once_later(
    begin_visit: BeginVisit, console_errors: list[str]
):
    chat = begin_visit()
    chat.ask_and_wait("Hello")
    context = chat.page.context
    context.set_offline(True)
    expect(chat.page.locator("#banner")).to_contain_text("You are offline")
    chat.ask(ENGLISH.covered_question)
    failed = chat.log.locator(".turn.failed")
    expect(failed).to_contain_text("We could not reach the server")
    context.set_offline(False)
    expect(chat.page.locator("#banner")).to_be_hidden(timeout=15_000)
    failed.get_by_role("button", name="Try again").click()

    expect(chat.finished_answers).to_have_count(2, timeout=45_000)
    chat.page.reload()
    expect(chat.finished_answers).to_have_count(2)
    expect(chat.log.locator(".turn.customer")).to_have_count(2)
    console_errors.clear()  # the browser notes what could not be loaded


def test_an_unsent_message_survives_a_reload(begin_visit: BeginVisit, console_errors: list[str]):
    chat = begin_visit()
    chat.ask_and_wait("Hello")
    chat.page.route("**/messages", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    chat.ask(ENGLISH.covered_question)
    expect(chat.log.locator(".turn.failed")).to_have_count(1)
    chat.page.unroute("**/messages")
    chat.page.reload()
    chat.log.locator(".turn.failed").get_by_role("button", name="Try again").click()

    expect(chat.finished_answers).to_have_count(2, timeout=45_000)
    expect(chat.log.locator(".turn.failed")).to_have_count(0)
    console_errors.clear()  # the browser notes what could not be loaded


def test_too_many_messages_say_how_long_to_wait(begin_visit: BeginVisit, console_errors: list[str]):
    body = '{"error": {"code": "too_many_requests", "message": "Wait.", "extra": {}}}'

    def refuse(route: Route) -> None:
        route.fulfill(status=429, headers={"Retry-After": "2"}, content_type="application/json", body=body)

    chat = begin_visit()
    chat.page.route("**/messages", refuse)
    chat.ask(ENGLISH.covered_question)
    failed = chat.log.locator(".turn.failed")
    expect(failed).to_contain_text("Please wait 2 seconds")
    expect(failed.get_by_role("button")).to_be_disabled()
    chat.page.unroute("**/messages")
    failed.get_by_role("button", name="Try again", exact=True).click(timeout=10_000)

    expect(chat.finished_answers).to_have_count(1, timeout=45_000)
    console_errors.clear()  # the browser notes the refusal


def test_a_message_near_the_limit_is_counted_and_one_over_it_cannot_be_sent(begin_visit: BeginVisit):
    chat = begin_visit()
    chat.box.fill("a" * 3_500)
    expect(chat.page.locator("#question-counter")).to_contain_text("3,500 of 4,000")
    chat.box.fill("a" * 4_001)

    expect(chat.page.locator("#composer-problem")).to_contain_text("too long")
    expect(chat.page.locator("#send")).to_be_disabled()


def test_what_a_customer_or_a_model_writes_stays_text(begin_visit: BeginVisit):
    chat = begin_visit()
    chat.ask_and_wait("<img src=x onerror=alert(1)> <b>Hello</b>")

    expect(chat.log.locator(".turn.customer .bubble")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(chat.log.locator("img")).to_have_count(0)


def test_the_source_of_a_withdrawn_article_says_so(begin_visit: BeginVisit, indexed_site: Site, open_page: OpenPage):
    chat = begin_visit()
    answer = chat.ask_and_wait("What does error E7 on my thermostat mean?")
    answer.locator(".chip").first.click()
    title = chat.panel.get_by_role("heading", level=2).inner_text()
    chat.page.keyboard.press("Escape")
    staff = open_page(user="dora")
    staff.goto(f"{indexed_site.url}/admin/knowledge/document/?q={title}")
    staff.locator("#result_list").get_by_role("link", name=title, exact=True).first.click()
    staff.get_by_role("button", name="Withdraw from answers").click()
    expect(staff.locator(".messagelist")).to_contain_text(re.compile("Withdrawn"))
    try:
        answer.locator(".chip").first.click()
        expect(chat.panel.locator(".note.danger")).to_contain_text("withdrawn")
        expect(chat.panel.locator("mark").first).to_be_visible()
    finally:
        publish_again(staff)  # other tests may ask about it
