"""Two agents and a customer: each sees at once what the others do, and nobody talks over anybody."""

import re
import time

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenPage, Tell
from tests.browser.console.desk import (
    SOON_MILLISECONDS,
    Agent,
    Customer,
    decide_what_is_left,
    drafts_waiting,
    wait_for_drafts,
)
from tests.browser.site import Site

COVERED = {"en": "How long do I have to return something?", "zh": "门锁没电了进不了门怎么办？"}


@pytest.mark.alone
@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_agents_and_the_customer_see_one_another_within_a_second(
    indexed_site: Site, open_page: OpenPage, tell: Tell, language: str
):
    ben = Agent(open_page(user="ben", language=language), indexed_site.url).opens()
    cleo = Agent(open_page(user="cleo", language=language), indexed_site.url).opens()
    customer = Customer(indexed_site.url, language).asks_for_person("Ana Reyes")
    began = time.monotonic()
    for agent in (ben, cleo):
        expect(agent.row(customer)).to_be_visible(timeout=SOON_MILLISECONDS)
    tell(f"a new hand-off was in both lists after {time.monotonic() - began:.2f} s")

    for agent in (ben, cleo):
        agent.row(customer).click()
        expect(agent.talk).to_be_visible()
    expect(cleo.page.locator("#here")).to_contain_text("Ben", timeout=SOON_MILLISECONDS)
    ben.page.keyboard.press("t")
    expect(cleo.owner).to_contain_text("Ben", timeout=SOON_MILLISECONDS)
    expect(cleo.row(customer)).to_have_count(0, timeout=2 * SOON_MILLISECONDS)

    cleo.writes("What about the other parcel")
    ben.page.locator("#words").press_sequentially("On its way")
    expect(cleo.page.locator(".here-writing")).to_contain_text("Ben", timeout=SOON_MILLISECONDS)
    began = time.monotonic()
    ben.page.keyboard.press("Control+Enter")
    expect(cleo.page.locator("#entries .from-agent")).to_contain_text("On its way", timeout=SOON_MILLISECONDS)
    tell(f"a colleague saw the reply after {time.monotonic() - began:.2f} s")
    assert customer.has_answer("agent")
    expect(cleo.page.locator("#words")).to_have_value("What about the other parcel")

    customer.says("Thank you!")
    for agent in (ben, cleo):
        expect(agent.page.locator("#entries .from-customer")).to_contain_text("Thank you!", timeout=SOON_MILLISECONDS)

    cleo.page.locator("[name=mode][value=note]").check()
    cleo.sends("@ben I know this customer")
    expect(ben.page.locator("#entries .note")).to_contain_text("I know this customer", timeout=SOON_MILLISECONDS)
    assert "I know this customer" not in str(customer.messages())


def test_a_draft_appears_by_itself_is_let_out_by_a_key_and_the_customer_sees_it_live(
    indexed_site: Site, open_page: OpenPage
):
    chat = open_page()
    chat.goto(indexed_site.url)
    chat.get_by_role("button", name="Talk to a person").click()
    chat.locator("#person-dialog [name=contact]").fill("ana@example.com")
    chat.locator("#person-dialog [type=submit]").click()
    chat.wait_for_url("**/c/*")
    expect(chat.locator("#person-dialog")).to_be_hidden()
    chat.locator("#question").fill(COVERED["en"])
    chat.locator("#question").press("Enter")
    ben = Agent(open_page(user="ben"), indexed_site.url)
    ben.opens(f"/console/c/{chat.url.rsplit('/', 1)[1]}")
    expect(ben.page.locator("#hand-off")).to_be_visible()
    expect(ben.page.locator("#entries")).to_contain_text(COVERED["en"])
    ben.page.keyboard.press("t")
    expect(ben.draft.locator("[data-approve]")).to_be_visible(timeout=30_000)
    words = ben.draft.locator(".draft-said").inner_text()

    ben.draft.locator(".chip").first.click()
    expect(ben.page.locator("#source-prose mark").first).to_be_visible()
    ben.page.keyboard.press("Escape")
    ben.page.keyboard.press("a")

    expect(ben.draft).to_have_count(0)
    answer = chat.locator(".turn.assistant .bubble").last
    expect(answer).to_contain_text(words[:20], timeout=SOON_MILLISECONDS)


def test_whoever_writes_over_a_colleague_is_asked_first_and_the_colleague_sees_it(
    indexed_site: Site, open_page: OpenPage
):
    customer = Customer(indexed_site.url).asks_for_person("Tom Becker")
    ben = Agent(open_page(user="ben"), indexed_site.url).opens_conversation(customer)
    cleo = Agent(open_page(user="cleo"), indexed_site.url).opens_conversation(customer)
    ben.page.keyboard.press("t")
    expect(ben.owner).to_have_text("Yours")
    expect(cleo.owner).to_have_text("Ben", timeout=SOON_MILLISECONDS)

    cleo.sends("I have the parcel here")
    expect(cleo.page.locator("#confirm")).to_contain_text("Ben answers this conversation")
    cleo.page.keyboard.press("Escape")
    expect(cleo.page.locator("#words")).to_have_value("I have the parcel here")
    assert not customer.has_answer("agent")
    cleo.page.locator("#words").press("Control+Enter")
    cleo.page.locator("#confirm-yes").click()

    expect(ben.owner).to_have_text("Cleo", timeout=SOON_MILLISECONDS)
    expect(ben.page.locator("#entries .from-agent")).to_contain_text("I have the parcel here")
    cleo.page.keyboard.press("Escape")
    cleo.page.keyboard.press("Shift+H")
    expect(ben.owner).to_have_text(re.compile("assistant"), timeout=SOON_MILLISECONDS)


def test_a_reply_that_comes_too_late_stays_in_its_field_and_says_who_was_faster(
    indexed_site: Site, open_page: OpenPage, console_errors: list[str]
):
    customer = Customer(indexed_site.url).asks_for_person("Marta Kowalska")
    slow = open_page(user="ben")
    slow.route("**/console/events*", lambda route: route.abort())  # hears of nothing
    ben = Agent(slow, indexed_site.url).opens_conversation(customer)
    cleo = Agent(open_page(user="cleo"), indexed_site.url).opens_conversation(customer)
    cleo.page.keyboard.press("t")
    expect(cleo.owner).to_have_text("Yours")

    ben.sends("I will look into it")

    expect(ben.page.locator("#composer-notice")).to_contain_text("Cleo has taken this conversation meanwhile.")
    expect(ben.page.locator("#words")).to_have_value("I will look into it")
    expect(ben.page.locator("[data-pending]")).to_have_count(0)
    expect(ben.owner).to_have_text("Cleo")
    assert not customer.has_answer("agent")
    console_errors.clear()  # the browser notes the refusal and the stream


def test_what_is_written_survives_a_lost_connection_and_a_reload(
    indexed_site: Site, open_page: OpenPage, console_errors: list[str]
):
    customer = Customer(indexed_site.url).asks_for_person("Priya")
    ben = Agent(open_page(user="ben"), indexed_site.url).opens_conversation(customer)
    ben.writes("Half a sen")
    ben.page.reload()
    expect(ben.page.locator("#words")).to_have_value("Half a sen")

    ben.page.context.set_offline(True)
    ben.sends("Half a sentence more")
    failed = ben.page.locator(".is-failed")
    expect(failed).to_contain_text("Half a sentence more")
    expect(ben.page.locator("#banner")).to_be_visible(timeout=5_000)
    ben.page.context.set_offline(False)
    expect(ben.page.locator("#banner")).to_be_hidden(timeout=15_000)
    failed.get_by_role("button").click()
    expect(ben.page.locator("#entries .from-agent")).to_contain_text("Half a sentence more")
    assert [message["text"] for message in customer.messages() if message["author"] == "agent"] == [
        "Half a sentence more"
    ]
    console_errors.clear()  # the browser notes what it could not load


def test_tabs_of_one_browser_share_a_stream_and_go_on_when_the_one_that_held_it_is_closed(
    indexed_site: Site, open_page: OpenPage
):
    first = Agent(open_page(user="ben"), indexed_site.url)
    second = Agent(first.page.context.new_page(), indexed_site.url)
    streams: list[str] = []
    for agent in (first, second):
        agent.page.on("request", lambda asked: streams.append(asked.url) if "/console/events" in asked.url else None)
    first.opens()
    expect(first.page.locator("#rows")).to_be_visible()
    second.opens()

    one = Customer(indexed_site.url).asks_for_person("Ana Reyes")
    for agent in (first, second):
        expect(agent.row(one)).to_be_visible(timeout=SOON_MILLISECONDS)
    assert len(streams) == 1
    first.page.close()
    other = Customer(indexed_site.url).asks_for_person("Dan Fox")
    expect(second.row(other)).to_be_visible(timeout=2 * SOON_MILLISECONDS)
    assert len(streams) == 2


def test_drafts_are_reviewed_by_keys_alone(indexed_site: Site, open_page: OpenPage, reviewing: str):
    decide_what_is_left(indexed_site)
    customers = [Customer(indexed_site.url, language, reviewing).says(words) for language, words in COVERED.items()]
    customers.append(Customer(indexed_site.url, "en", reviewing).says("What does error E7 on my thermostat mean?"))
    wait_for_drafts(indexed_site, customers)
    page = open_page(user="ben")
    page.goto(f"{indexed_site.url}/console/review")
    progress, card = page.locator("#progress"), page.locator("#item .draft")
    expect(progress).to_have_text(re.compile(r"^1 of \d"))
    first = shown(card)
    page.keyboard.press("j")
    expect(progress).to_have_text(re.compile(r"^2 of \d"))
    page.keyboard.press("k")
    expect(card).to_have_attribute("data-draft", first)

    page.keyboard.press("a")
    expect(card).not_to_have_attribute("data-draft", first)
    second = shown(card)
    page.keyboard.press("e")
    card.locator("textarea").fill("With the spare key, which lies in the box.")
    page.keyboard.press("Control+Enter")
    expect(card).not_to_have_attribute("data-draft", second)
    page.keyboard.press("r")
    page.keyboard.press("1")
    expect(page.locator("#toasts")).to_contain_text("Rejected.")

    assert not {draft["conversation"] for draft in drafts_waiting(indexed_site)} & {one.id for one in customers}
    said = [message["author"] for customer in customers for message in customer.messages()]
    assert sorted(author for author in said if author in {"agent", "assistant"}) == ["agent", "assistant"]


def shown(card: Locator) -> str:
    """The id of the draft that is shown."""
    expect(card).to_be_visible()
    return card.get_attribute("data-draft") or ""
