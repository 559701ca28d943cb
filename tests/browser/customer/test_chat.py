"""A customer's visit, in a real browser against every real process: ask, read the source, object, get a person."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import site as sites
from tests.browser.conftest import SMALL, WIDE, OpenPage
from tests.browser.customer.conftest import BeginVisit
from tests.browser.customer.visit import BOTH, CHINESE, ENGLISH, Visit, Words
from tests.browser.customer.watching import SentenceWatch
from tests.browser.site import Site

LANGUAGES = pytest.mark.parametrize("words", BOTH, ids=lambda words: words.language)
HIDE = """() => {
  Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SHOW = "() => { delete document.hidden; document.dispatchEvent(new Event('visibilitychange')) }"
CARRY = """const carried = new DataTransfer(); carried.items.add(new File(["It clicks twice."], name));"""
DROP = (
    "(place, name) => {"
    + CARRY
    + """
  for (const type of ["dragover", "drop"]) {
    place.dispatchEvent(new DragEvent(type, { dataTransfer: carried, bubbles: true, cancelable: true }));
  }
}"""
)
PASTE = (
    "(place, name) => {"
    + CARRY
    + """
  place.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
}"""
)
SIZES = pytest.mark.parametrize("size", [WIDE, SMALL], ids=["wide", "small"])


@LANGUAGES
@SIZES
def test_a_question_is_answered_sentence_by_sentence_with_sources_that_open_at_the_quote(
    begin_visit: BeginVisit, words: Words, size: tuple[int, int]
):
    chat = begin_visit(words, size)
    watch = SentenceWatch(chat.page.locator("body"))
    chat.ask(words.covered_question)

    expect(chat.live.locator(".status-line")).to_be_visible()
    expect(chat.finished_answers).to_have_count(1, timeout=45_000)
    assert watch.saw_sentence_before_answer
    chip = chat.finished_answers.locator(".chip").first
    chip.click()
    mark = chat.panel.locator("mark").first
    expect(mark).to_be_in_viewport()
    expect(chat.panel.get_by_role("heading", level=2)).not_to_be_empty()
    expect(chip).to_have_attribute("aria-expanded", "true")
    chat.page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    expect(chip).to_be_focused()


def test_the_source_stands_beside_the_conversation_when_there_is_room_and_over_it_when_not(begin_visit: BeginVisit):
    for size, is_modal in ((WIDE, False), (SMALL, True)):
        chat = begin_visit(ENGLISH, size)
        chat.ask_and_wait(ENGLISH.covered_question).locator(".chip").first.click()
        expect(chat.panel.locator("mark").first).to_be_in_viewport()

        assert chat.panel.evaluate("panel => panel.matches(':modal')") is is_modal


def test_the_title_says_what_came_while_the_page_was_out_of_sight(begin_visit: BeginVisit):
    chat = begin_visit()
    title = chat.page.title()
    chat.ask(ENGLISH.covered_question)
    chat.page.evaluate(HIDE)
    expect(chat.page).to_have_title(f"(1) {title}", timeout=45_000)
    chat.page.evaluate(SHOW)

    expect(chat.page).to_have_title(title)


@LANGUAGES
def test_files_are_dropped_and_pasted_and_sent_with_the_words_that_were_written_meanwhile(
    begin_visit: BeginVisit, words: Words
):
    chat = begin_visit(words, SMALL)
    chat.page.locator("#frame").evaluate(DROP, "door.txt")
    chat.box.evaluate(PASTE, "lock.csv")
    expect(chat.page.locator("#files .file.done")).to_have_count(2)
    chat.page.get_by_role("button", name={"en": "Remove lock.csv", "zh": "移除 lock.csv"}[words.language]).click()
    expect(chat.page.locator("#files .file")).to_have_count(1)
    chat.ask_and_wait(words.covered_question)
    chat.page.reload()

    expect(chat.log.locator(".turn.customer button.file")).to_have_text(re.compile("door.txt"))
    assert chat.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@LANGUAGES
def test_a_rating_with_its_reason_reaches_staff_and_survives_a_reload(
    begin_visit: BeginVisit, words: Words, indexed_site: Site, open_page: OpenPage
):
    chat = begin_visit(words)
    answer = chat.ask_and_wait(words.covered_question)
    answer.locator(".thumb").nth(1).click()
    answer.get_by_text(words.outdated, exact=True).click()
    answer.locator("textarea").fill("It changed in May.")
    answer.locator(".reasons [type=submit]").click()
    expect(answer.locator(".rating-said")).to_contain_text(words.thanks_down)

    chat.page.reload()
    expect(chat.finished_answers.locator(".thumb").nth(1)).to_have_attribute("aria-pressed", "true")
    staff = open_page(user="cleo")
    staff.goto(f"{indexed_site.url}/admin/conversations/feedback/")
    expect(staff.locator("#result_list")).to_contain_text("It changed in May.")


@LANGUAGES
def test_what_the_articles_do_not_say_is_handed_to_a_person_who_gets_the_conversation(
    begin_visit: BeginVisit, words: Words, indexed_site: Site, open_page: OpenPage
):
    contact = f"ana-{words.language}@example.com"
    chat = begin_visit(words)
    answer = chat.ask_and_wait(words.uncovered_question)
    offer = answer.locator(".offer")
    expect(offer.get_by_role("button", name=words.person)).to_be_visible()
    expect(answer.locator(".chip")).to_have_count(0)

    chat.ask_for_person(contact, note="After six, please.")
    expect(offer).to_be_hidden()
    chat.page.reload()
    expect(chat.log.locator(".notice")).to_contain_text(words.asked)
    staff = open_page(user="ben")
    staff.goto(f"{indexed_site.url}/admin/conversations/personrequest/")
    expect(staff.locator("#result_list")).to_contain_text(contact)


def test_a_reload_in_the_middle_of_an_answer_goes_on_where_it_was(begin_visit: BeginVisit):
    chat = begin_visit()
    chat.ask(ENGLISH.covered_question)
    first = chat.live.locator(".sentence").first
    expect(first).to_be_visible(timeout=30_000)
    words = first.inner_text()
    chat.page.reload()

    expect(chat.log.locator(".turn.customer")).to_have_count(1)
    expect(chat.finished_answers).to_have_count(1, timeout=45_000)
    expect(chat.finished_answers.locator(".bubble")).to_contain_text(words.split(" 1")[0].strip()[:40])
    expect(chat.live).to_have_count(0)


def test_an_answer_that_was_cut_is_marked_and_can_be_asked_again(indexed_site: Site, open_page: OpenPage):
    with sites.beside(indexed_site, mode="cut?after=40") as url:  # in its second sentence
        chat = Visit(open_page(), url, ENGLISH).open()
        answer = chat.ask_and_wait(ENGLISH.covered_question)
        expect(answer.locator(".note.warning")).to_contain_text("cut short")
        answer.get_by_role("button", name="Ask again").click()

        expect(chat.log.locator(".turn.customer .bubble").nth(1)).to_have_text(ENGLISH.covered_question)
        expect(chat.finished_answers).to_have_count(2, timeout=45_000)
        chat.page.close()  # before its server goes, which it would complain about


def test_the_language_switch_keeps_the_conversation(begin_visit: BeginVisit):
    chat = begin_visit(ENGLISH)
    chat.ask_and_wait(ENGLISH.covered_question)
    conversation = chat.conversation_id
    chat.page.get_by_role("link", name="中文").click()

    expect(chat.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(chat.page.locator("#talk-to-person")).to_have_text(CHINESE.person)
    expect(chat.finished_answers).to_have_count(1)
    assert conversation in chat.page.url


def test_earlier_conversations_can_be_found_and_opened_again(begin_visit: BeginVisit):
    chat = begin_visit()
    expect(chat.page.locator("#open-history")).to_be_hidden()
    chat.ask_and_wait(ENGLISH.covered_question)
    first = chat.conversation_id
    chat.page.get_by_role("link", name="New conversation").click()
    expect(chat.page.get_by_role("heading", name=ENGLISH.welcome)).to_be_visible()
    chat.page.get_by_role("button", name="Your conversations").click()
    chat.page.get_by_role("dialog").get_by_role("link", name=re.compile("How long do I have")).click()

    expect(chat.finished_answers).to_have_count(1)
    assert chat.conversation_id == first


def test_somebody_else_cannot_open_the_conversation(
    begin_visit: BeginVisit, open_page: OpenPage, console_errors: list[str]
):
    chat = begin_visit()
    chat.ask_and_wait(ENGLISH.covered_question)
    stranger = open_page()
    response = stranger.goto(chat.page.url)

    assert response is not None
    assert response.status == 404
    expect(stranger.get_by_role("link", name="Start a new conversation")).to_be_visible()
    console_errors.clear()  # the browser notes the refusal


@LANGUAGES
def test_a_suggested_question_is_asked_with_one_click(begin_visit: BeginVisit, words: Words):
    chat = begin_visit(words)
    suggestion = chat.page.locator("[data-suggestion]").first
    question = suggestion.inner_text().strip()
    suggestion.click()

    expect(chat.log.locator(".turn.customer .bubble")).to_have_text(question)
    expect(chat.finished_answers).to_have_count(1, timeout=45_000)


@LANGUAGES
def test_a_visit_works_by_keyboard_alone(begin_visit: BeginVisit, words: Words):
    chat = begin_visit(words)
    press, page = chat.page.keyboard.press, chat.page
    tab_to(chat, "#question")
    page.keyboard.insert_text(words.covered_question)
    press("Shift+Enter")
    expect(chat.box).to_have_value(f"{words.covered_question}\n")
    press("Enter")
    expect(chat.finished_answers).to_have_count(1, timeout=45_000)
    expect(chat.box).to_be_focused()
    tab_to(chat, ".turn .chip", backwards=True)
    press("Enter")
    expect(chat.panel.locator("mark").first).to_be_in_viewport()
    press("Escape")
    expect(chat.panel).to_be_hidden()
    tab_to(chat, "#talk-to-person")
    press("Enter")
    dialog = page.get_by_role("dialog", name=words.person)
    expect(dialog.locator("[name=name]")).to_be_focused()
    press("Tab")
    page.keyboard.insert_text("nobody")
    press("Enter")
    expect(dialog.locator("[name=contact]")).to_have_attribute("aria-invalid", "true")
    press("Control+A")
    page.keyboard.insert_text("ana@example.com")
    press("Enter")
    expect(chat.log.locator(".notice")).to_contain_text(words.asked)
    expect(page.locator("#talk-to-person")).to_be_focused()


def tab_to(chat: Visit, selector: str, *, backwards: bool = False) -> None:
    """Press Tab until an element of this kind has the focus."""
    for _ in range(40):
        if chat.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        chat.page.keyboard.press("Shift+Tab" if backwards else "Tab")
    raise AssertionError(f"{selector} cannot be reached with the Tab key")
