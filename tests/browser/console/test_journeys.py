"""A customer at the chat page and an agent at the console, from the question to what the customer reads in the end."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import site as sites
from tests.browser.chat import ask, open_chat
from tests.browser.conftest import SMALL, OpenPage, Tell
from tests.browser.console.desk import SOON_MILLISECONDS, Agent, Customer, acts, clear_autonomy, set_autonomy
from tests.browser.site import Site
from tests.browser.test_admin_pages import barriers

QUESTIONS = {"en": "How long do I have to return something?", "zh": "门锁没电了进不了门怎么办？"}
EDITED = {
    "en": "You have 30 days, and I have put a label into your parcel.",
    "zh": "请用应急钥匙开门，我已为您寄出新电池。",
}
ANGRY = {
    "en": ["My order KT-20481 still is not here", "This is the third time I write, I am furious! You are useless!!!"],
    "zh": ["我的订单KT-20481还没有收到", "太气人了！我都催了三次了，你们就是骗子，我非常愤怒！！！"],
}
ORDER = "KT-20481"
ANGRY_WORDS = {"en": "Angry", "zh": "愤怒"}
YOURS = {"en": "Yours", "zh": "由您负责"}
TWO_SECONDS = 2.0
IN_THE_MIDDLE = "slow?first=0.3&gap=0.25"  # an answer of half a minute
SILENT = "slow?first=120"
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


@pytest.fixture
def waiting_for_approval(indexed_site: Site) -> Iterator[None]:
    """No answer of the chat page goes out before a person has let it."""
    set_autonomy(indexed_site, "web", "approve")
    yield
    clear_autonomy(indexed_site, "web")


@pytest.fixture(scope="module")
def slow_url(indexed_site: Site) -> Iterator[str]:
    with sites.beside(indexed_site, mode=IN_THE_MIDDLE) as url:
        yield url


@pytest.fixture(scope="module")
def silent_url(indexed_site: Site) -> Iterator[str]:
    with sites.beside(indexed_site, mode=SILENT) as url:
        first = Customer(url).says(ANGRY["en"][0])  # a process just started loads its readers with the first message
        sites.wait_until(lambda: first.has_answer("assistant"), within_seconds=60, what="the first answer")
        yield url


def send(chat: Page, words: str) -> None:
    chat.locator("#question").fill(words)
    chat.locator("#question").press("Enter")
    expect(chat.locator(".turn.customer .bubble").last).to_have_text(words)


def conversation_of(chat: Page) -> str:
    chat.wait_for_url("**/c/*")
    return chat.url.rsplit("/", 1)[1].partition("?")[0]


@LANGUAGES
def test_an_agent_edits_the_draft_and_the_customer_reads_what_was_approved(
    indexed_site: Site, open_page: OpenPage, waiting_for_approval: None, language: str
):
    chat = open_page(language=language)
    open_chat(chat, indexed_site.url, language)
    send(chat, QUESTIONS[language])
    ben = Agent(open_page(user="ben", language=language), indexed_site.url)
    ben.opens(f"/console/c/{conversation_of(chat)}")
    expect(ben.draft.locator("[data-approve]")).to_be_visible(timeout=45_000)
    drafted = ben.draft.locator(".draft-said").inner_text()
    assert chat.locator(".turn.assistant").count() == 0

    ben.page.keyboard.press("e")
    ben.draft.locator("textarea").fill(EDITED[language])
    began = time.monotonic()
    ben.page.keyboard.press("Control+Enter")

    expect(chat.locator("#log .bubble").last).to_contain_text(EDITED[language], timeout=SOON_MILLISECONDS)
    assert time.monotonic() - began < TWO_SECONDS
    expect(ben.draft).to_have_count(0)
    assert drafted[:20] not in chat.locator("#log").inner_text()


@LANGUAGES
def test_an_angry_customer_reaches_a_person_with_everything_while_the_model_is_silent(
    silent_url: str, indexed_site: Site, open_page: OpenPage, tell: Tell, language: str
):
    ben = Agent(open_page(user="ben", language=language), indexed_site.url).opens()
    chat = open_page(language=language)
    open_chat(chat, silent_url, language)
    for words in ANGRY[language]:
        began = time.monotonic()
        send(chat, words)
        last = conversation_of(chat)
    row = ben.page.locator(f'a.row[data-open="{last}"]')
    expect(row).to_be_visible(timeout=int(TWO_SECONDS * 1000))
    tell(f"an angry customer was in the queue after {time.monotonic() - began:.2f} s")
    assert time.monotonic() - began < TWO_SECONDS
    expect(chat.locator(".turn.system, .notice-turn, .turn").last).to_be_visible()

    row.click()
    packet = ben.page.locator("#hand-off")
    expect(packet).to_contain_text(ANGRY[language][0])
    expect(packet.locator("dd").filter(has_text=ORDER).first).to_be_visible()
    expect(packet).to_contain_text(ANGRY_WORDS[language])


@pytest.mark.alone
@LANGUAGES
def test_who_takes_over_in_the_middle_of_an_answer_is_the_only_one_who_answers(
    slow_url: str, indexed_site: Site, open_page: OpenPage, language: str
):
    chat = open_page(language=language)
    open_chat(chat, slow_url, language)
    send(chat, QUESTIONS[language])
    expect(chat.locator(".turn.assistant.live")).to_be_visible(timeout=20_000)
    ben = Agent(open_page(user="ben", language=language), indexed_site.url)
    ben.opens(f"/console/c/{conversation_of(chat)}")
    expect(ben.talk).to_be_visible()
    ben.page.keyboard.press("t")
    expect(ben.owner).to_have_text(YOURS[language])
    ben.sends(EDITED[language])

    expect(chat.locator("#log .bubble").last).to_contain_text(EDITED[language], timeout=2 * SOON_MILLISECONDS)
    expect(chat.locator(".turn.live")).to_have_count(0)
    chat.wait_for_timeout(3_000)
    said = ben.page.request.get(f"{indexed_site.url}/api/v1/staff/conversations/{conversation_of(chat)}/messages")
    authors = [one["author"] for one in said.json()["results"]]
    assert authors.count("agent") == 1
    assert "assistant" not in authors


@LANGUAGES
def test_how_it_went_is_asked_once_closed_and_never_before_the_last_answer(
    indexed_site: Site, open_page: OpenPage, console_errors: list[str], language: str
):
    chat = open_page(language=language, size=SMALL)
    open_chat(chat, indexed_site.url, language)
    ask(chat, QUESTIONS[language])
    conversation = conversation_of(chat)
    acts(indexed_site, f"conversations/{conversation}/take")
    acts(indexed_site, f"conversations/{conversation}/reply", {"text": EDITED[language]})
    expect(chat.locator("#log .bubble").last).to_contain_text(EDITED[language])
    survey = chat.locator(".survey")
    expect(survey).to_have_count(0)

    acts(indexed_site, f"conversations/{conversation}/close")
    expect(survey.locator("[type=radio]").first).to_be_visible(timeout=2 * SOON_MILLISECONDS)
    survey.locator(".score", has_text="4").click()
    expect(survey.get_by_role("status")).not_to_be_empty()
    chat.reload()
    expect(survey.locator("[type=radio][value='4']")).to_be_checked()
    assert chat.evaluate("document.documentElement.scrollWidth") <= SMALL[0]
    assert console_errors == []
    assert barriers(chat) == []
    console_errors.clear()  # axe-core tries styles of its own, which the policy refuses
