"""While a customer types, articles that may help are offered: over the conversation, by keyboard, only if wanted."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WIDE
from tests.browser.customer.conftest import BeginVisit
from tests.browser.customer.visit import BOTH, Words

LANGUAGES = pytest.mark.parametrize("words", BOTH, ids=lambda words: words.language)


@LANGUAGES
def test_an_offer_moves_nothing_opens_an_article_and_goes_with_escape(begin_visit: BeginVisit, words: Words):
    chat = begin_visit(words, WIDE)
    composer, offer = chat.page.locator(".composer-box"), chat.page.locator(".typing-help")
    before = composer.bounding_box()

    chat.box.press_sequentially(words.covered_question)

    expect(offer).to_be_visible()
    assert composer.bounding_box() == before
    first = offer.get_by_role("link").first
    first.focus()
    with chat.page.expect_popup() as opened:
        chat.page.keyboard.press("Enter")
    expect(opened.value.locator("article, main").first).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(offer).to_be_hidden()
    expect(chat.box).to_be_focused()


@LANGUAGES
def test_who_wants_no_offers_gets_none_for_the_rest_of_the_visit(begin_visit: BeginVisit, words: Words):
    chat = begin_visit(words, WIDE)
    offer = chat.page.locator(".typing-help")
    chat.box.press_sequentially(words.covered_question)
    offer.get_by_role("button").click()

    chat.box.fill("")
    chat.box.press_sequentially(words.covered_question)
    chat.page.wait_for_timeout(1_000)

    expect(offer).to_be_hidden()
