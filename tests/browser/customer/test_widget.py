"""Show 8: the widget on a plain page of another origin, under a strict policy, in both languages, wide and at 360 px."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SMALL, WIDE, OpenPage
from tests.browser.customer.host_site import GREEDY_STYLES, HostSite
from tests.browser.customer.visit import BOTH, CHINESE, ENGLISH, Words
from tests.browser.customer.watching import SentenceWatch
from tests.browser.customer.widget import ANSWER_MILLISECONDS, Widget, is_within, visit
from tests.browser.site import Site
from tests.core.files.pictures import png

LANGUAGES = pytest.mark.parametrize("words", BOTH, ids=lambda words: words.language)
SIZES = pytest.mark.parametrize("size", [WIDE, SMALL], ids=["wide", "small"])


@LANGUAGES
@SIZES
def test_a_visit_from_the_question_to_a_person(
    host: HostSite, open_page: OpenPage, indexed_site: Site, words: Words, size: tuple[int, int]
):
    page = open_page(language=words.language, size=size)
    widget = visit(page, host, words, styles=GREEDY_STYLES).open()
    expect(widget.at.get_by_role("heading", name=words.welcome)).to_be_visible()
    expect(widget.at.locator("#window-role")).to_have_text({"en": "AI assistant", "zh": "AI 助手"}[words.language])
    expect(widget.at.locator("[data-suggestion]")).to_have_count(3)

    watch = SentenceWatch(widget.at)
    widget.ask_and_wait(words.covered_question)
    assert watch.saw_sentence_before_answer
    chip = widget.answers.locator(".chip").first
    chip.click()
    source = widget.at.locator("#source-panel")
    expect(source.locator("mark").first).to_be_in_viewport()
    assert is_within(widget)
    page.keyboard.press("Escape")
    expect(source).to_be_hidden()
    expect(chip).to_be_focused()

    widget.answers.locator(".thumb").nth(1).click()
    widget.answers.get_by_text(words.outdated, exact=True).click()
    widget.answers.locator(".reasons [type=submit]").click()
    expect(widget.answers.locator(".rating-said")).to_contain_text(words.thanks_down)

    contact = f"widget-{words.language}-{size[0]}@example.com"
    widget.at.locator("#talk-to-person").click()
    form = widget.at.locator("#person-dialog")
    expect(form.locator("[name=name]")).to_be_focused()
    form.locator("[type=submit]").click()
    expect(form.locator("[name=contact]")).to_have_attribute("aria-invalid", "true")
    form.locator("[name=contact]").fill(contact)
    form.locator("[type=submit]").click()
    expect(widget.at.locator(".notice")).to_contain_text(words.asked)
    assert is_within(widget)
    staff = open_page(user="ben")
    staff.goto(f"{indexed_site.url}/admin/conversations/personrequest/")
    expect(staff.locator("#result_list")).to_contain_text(contact)


def test_a_reload_keeps_the_conversation_the_panel_and_the_rating(host: HostSite, open_page: OpenPage):
    widget = visit(open_page(), host).open()
    answer = widget.ask_and_wait(ENGLISH.covered_question)
    with widget.page.expect_response(lambda response: response.url.endswith("/feedback") and response.ok):
        answer.locator(".thumb").first.click()
    widget.at.locator("#question").fill("And then")
    widget.page.reload()

    expect(widget.window).to_be_visible()
    expect(widget.answers).to_have_count(1)
    expect(widget.answers.locator(".thumb").first).to_have_attribute("aria-pressed", "true")
    expect(widget.at.locator("#question")).to_have_value("And then")


def test_a_reload_in_the_middle_of_an_answer_goes_on(host: HostSite, open_page: OpenPage):
    widget = visit(open_page(), host).open()
    widget.ask(ENGLISH.covered_question)
    expect(widget.at.locator(".turn.live .sentence").first).to_be_visible(timeout=ANSWER_MILLISECONDS)
    widget.page.reload()

    expect(widget.questions).to_have_count(1)
    expect(widget.answers).to_have_count(1, timeout=ANSWER_MILLISECONDS)
    expect(widget.at.locator(".turn.live")).to_have_count(0)


def test_an_answer_that_comes_while_the_panel_is_closed_is_counted(host: HostSite, open_page: OpenPage):
    widget = visit(open_page(), host).open()
    widget.ask(ENGLISH.covered_question)
    expect(widget.questions).to_have_count(1)
    widget.page.keyboard.press("Escape")

    expect(widget.launcher).to_be_focused()
    expect(widget.at.locator("#badge")).to_have_text("1", timeout=ANSWER_MILLISECONDS)
    expect(widget.launcher).to_have_accessible_name("Open chat, 1 unread")
    widget.page.reload()
    expect(widget.at.locator("#badge")).to_have_text("1")
    widget.open()
    expect(widget.at.locator("#badge")).to_be_hidden()
    widget.page.reload()
    expect(widget.answers).to_have_count(1)
    expect(widget.at.locator("#badge")).to_be_hidden()


def test_what_is_unread_is_counted_across_conversations_and_shown_beside_each(host: HostSite, open_page: OpenPage):
    widget = visit(open_page(), host).open()
    widget.ask(ENGLISH.covered_question)
    expect(widget.at.locator(".turn.live .sentence").first).to_be_visible(timeout=ANSWER_MILLISECONDS)
    widget.at.locator("#back").click()
    expect(widget.earlier).to_have_count(1)
    widget.page.keyboard.press("Escape")
    # The conversation is not followed any more: only the server knows that it was answered.
    expect(widget.at.locator("#badge")).to_have_text("1", timeout=ANSWER_MILLISECONDS)
    expect(widget.at.locator("#news")).to_have_text("Open chat, 1 unread")
    widget.open()
    expect(widget.earlier.locator(".unread-mark")).to_contain_text("1 unread")
    widget.earlier.click()
    expect(widget.answers).to_have_count(1)
    widget.at.locator("#back").click()

    expect(widget.earlier.locator(".unread-mark")).to_be_hidden()
    expect(widget.at.locator("#badge")).to_be_hidden()


@LANGUAGES
def test_a_file_goes_with_a_message_is_there_after_a_reload_and_reaches_staff(
    host: HostSite, open_page: OpenPage, indexed_site: Site, words: Words
):
    name = f"{'门锁照片' * 9 if words.language == 'zh' else 'Photograph of the lock ' * 4}.png"
    widget = visit(open_page(language=words.language, size=SMALL), host, words).open()
    widget.choose({"name": name, "mimeType": "image/png", "buffer": png()})
    expect(widget.at.locator("#files .file.done")).to_have_count(1)
    expect(widget.at.locator("#files-hint")).to_be_visible()
    widget.page.reload()
    expect(widget.at.locator("#files .file.done")).to_contain_text(name)
    assert is_within(widget)
    widget.at.locator("#send").click()
    expect(widget.answers).to_contain_text({"en": "I cannot read files", "zh": "我无法查看文件"}[words.language])
    expect(widget.answers.locator(".offer")).to_be_visible()
    expect(widget.at.locator("#files")).to_be_hidden()
    widget.page.reload()
    assert is_within(widget)

    with widget.page.expect_download() as saved:
        widget.questions.locator("button.file").click()
    assert saved.value.suggested_filename == name
    assert saved.value.path().read_bytes() == png()
    staff = open_page(user="ben")
    staff.goto(f"{indexed_site.url}/admin/conversations/conversation/?q=")
    staff.get_by_role("link", name=name[:20]).first.click()
    with staff.expect_download() as saved:
        staff.locator(".turn-files a").click()
    assert saved.value.path().read_bytes() == png()


def test_what_is_attached_without_a_network_goes_out_once_by_itself(
    host: HostSite, open_page: OpenPage, console_errors: list[str]
):
    widget = visit(open_page(), host).open()
    widget.ask_and_wait("Hello")
    widget.choose({"name": "page.html", "mimeType": "text/html", "buffer": b"<script>"})
    expect(widget.at.locator("#files-problem")).to_contain_text("cannot be attached")
    context = widget.page.context
    context.set_offline(True)
    widget.choose({"name": "door.txt", "mimeType": "text/plain", "buffer": b"It clicks twice."})
    expect(widget.at.locator("#files .file.failed")).to_contain_text("Try again")
    widget.ask(ENGLISH.covered_question)
    expect(widget.at.locator("#files-problem")).to_contain_text("A file was not uploaded")
    context.set_offline(False)
    expect(widget.at.locator("#files .file.done")).to_have_count(1)
    widget.at.locator("#question").press("Enter")

    expect(widget.answers).to_have_count(2, timeout=ANSWER_MILLISECONDS)
    widget.page.reload()
    expect(widget.questions).to_have_count(2)
    expect(widget.questions.last.locator("button.file")).to_have_count(1)
    console_errors.clear()  # the browser notes what could not be loaded


def test_several_conversations_can_be_begun_and_opened_again(host: HostSite, open_page: OpenPage):
    widget = visit(open_page(), host).open()
    widget.ask_and_wait(ENGLISH.covered_question)
    widget.at.locator("#new-conversation").click()
    widget.ask_and_wait("How many watts can the Plug Mini switch?")
    widget.at.locator("#back").click()

    expect(widget.earlier).to_have_count(2)
    widget.earlier.filter(has_text=ENGLISH.covered_question).click()
    expect(widget.questions).to_have_count(1)
    expect(widget.questions.locator(".bubble")).to_have_text(ENGLISH.covered_question)


def test_what_is_written_without_a_network_is_sent_exactly_once_by_itself(
    host: HostSite, open_page: OpenPage, console_errors: list[str]
):
    widget = visit(open_page(), host).open()
    widget.ask_and_wait("Hello")
    context = widget.page.context
    context.set_offline(True)
    expect(widget.at.locator("#banner")).to_contain_text("You are offline")
    widget.ask(ENGLISH.covered_question)
    expect(widget.at.locator(".turn.failed")).to_have_count(1)
    context.set_offline(False)

    expect(widget.answers).to_have_count(2, timeout=ANSWER_MILLISECONDS)
    widget.page.reload()
    expect(widget.answers).to_have_count(2)
    expect(widget.questions).to_have_count(2)
    console_errors.clear()  # the browser notes what could not be loaded


def test_a_first_question_that_could_not_be_sent_goes_out_from_one_of_two_tabs(
    host: HostSite, open_page: OpenPage, console_errors: list[str]
):
    first = visit(open_page(), host).open()
    path = first.page.url
    first.page.route("**/api/v1/conversations", lambda route: route.abort())
    first.ask(ENGLISH.covered_question)
    expect(first.at.locator(".turn.failed")).to_have_count(1)
    first.page.unroute("**/api/v1/conversations")
    second = Widget(first.page.context.new_page())
    second.page.goto(path)
    first.page.reload()
    expect(first.answers).to_have_count(1, timeout=ANSWER_MILLISECONDS)
    second.open()
    expect(second.answers).to_have_count(1, timeout=ANSWER_MILLISECONDS)
    second.at.locator("#back").click()

    expect(second.earlier).to_have_count(1)
    console_errors.clear()  # the browser notes what was aborted


def test_a_page_that_comes_back_does_not_write_over_what_another_tab_has_begun(host: HostSite, open_page: OpenPage):
    widget = visit(open_page(), host).open()
    widget.page.add_init_script(
        """window.written = []
        const set = Storage.prototype.setItem
        Storage.prototype.setItem = function (key, text) { window.written.push(key); set.call(this, key, text) }"""
    )
    widget.page.reload()
    expect(widget.at.locator("#welcome")).to_be_visible()
    written = widget.page.evaluate("window.written")
    assert [key for key in written if key.endswith((".conversation", ".outbox"))] == []


@LANGUAGES
def test_works_by_keyboard_alone_and_leaves_the_pages_shortcuts_alone(
    host: HostSite, open_page: OpenPage, words: Words
):
    page = open_page(language=words.language)
    widget = visit(page, host, words)
    page.locator("main a").focus()
    page.keyboard.press("Tab")
    expect(widget.launcher).to_be_focused()
    page.keyboard.press("Enter")
    expect(widget.at.locator("#question")).to_be_focused()
    pressed = page.evaluate("window.pressed.length")
    page.keyboard.type("j")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(words.covered_question)
    page.keyboard.press("Enter")
    expect(widget.answers).to_have_count(1, timeout=ANSWER_MILLISECONDS)
    expect(widget.at.locator("#question")).to_be_focused()
    page.keyboard.press("Escape")
    expect(widget.window).to_be_hidden()
    expect(widget.launcher).to_be_focused()

    assert page.evaluate("window.pressed.length") == pressed


def test_tab_goes_round_in_a_panel_that_covers_the_page(host: HostSite, open_page: OpenPage):
    widget = visit(open_page(size=SMALL), host).open()
    for _ in range(25):
        widget.page.keyboard.press("Tab")
        assert widget.page.evaluate("document.activeElement.localName") == "csassist-widget"
    widget.at.locator("#talk-to-person").click()
    for _ in range(12):
        widget.page.keyboard.press("Tab")
        assert widget.at.evaluate("element => !!element.shadowRoot.activeElement.closest('#person-dialog')")


def test_the_demo_page_carries_it(host: HostSite, open_page: OpenPage):
    page = open_page(language="zh")
    page.goto(f"{host.help_url}/widget-demo")
    widget = Widget(page, CHINESE).open()

    expect(widget.at.get_by_role("heading", name=CHINESE.welcome)).to_be_visible()
    widget.ask_and_wait(CHINESE.covered_question)
    expect(page.locator("pre")).to_contain_text(re.compile(r"<script src=.*widget\.js"))
