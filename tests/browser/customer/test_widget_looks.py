"""The widget and its host page leave each other alone, and it can be read and used however the page looks."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SMALL, WIDE, OpenPage
from tests.browser.customer.host_site import GREEDY_STYLES, HostSite
from tests.browser.customer.visit import BOTH, Words
from tests.browser.customer.widget import Widget, is_within, visit
from tests.browser.test_admin_pages import barriers
from tests.core.files.pictures import png

LANGUAGES = pytest.mark.parametrize("words", BOTH, ids=lambda words: words.language)
SIZES = pytest.mark.parametrize("size", [WIDE, SMALL], ids=["wide", "small"])
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
LOOKS = """element => [...element.shadowRoot.querySelectorAll(".root *")].map(part => {
  const look = getComputedStyle(part);
  return [part.localName, ...["font", "color", "letterSpacing", "textTransform", "backgroundColor", "margin", "padding",
    "border", "display", "visibility", "cursor", "textAlign", "boxSizing", "width", "height"].map(name => look[name])].join(" ");
})"""


@SIZES
def test_covers_a_small_page_and_stands_in_the_corner_of_a_wide_one(
    host: HostSite, open_page: OpenPage, size: tuple[int, int]
):
    widget = visit(open_page(size=size), host).open()
    box = widget.window.bounding_box()
    assert box is not None
    if size == SMALL:
        assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, *SMALL)
        expect(widget.window).to_have_attribute("aria-modal", "true")
    else:
        assert box["width"] == 400
        assert box["x"] + box["width"] == WIDE[0] - 20
        assert box["y"] > 0


def test_the_styles_of_the_host_page_change_nothing(host: HostSite, open_page: OpenPage):
    looks = []
    for styles in ("", GREEDY_STYLES):
        widget = visit(open_page(), host, styles=styles).open()
        looks.append(widget.at.evaluate(LOOKS))
        expect(widget.page.locator("main p")).to_be_visible()

    assert looks[0] == looks[1]
    assert len(looks[0]) > 30


def test_the_widget_changes_nothing_of_the_host_page(host: HostSite, open_page: OpenPage):
    page = open_page()
    page.goto(host.url + host.page())
    before = page.locator("main").evaluate("element => [element.outerHTML, getComputedStyle(element).font]")
    Widget(page).open()

    assert page.locator("main").evaluate("element => [element.outerHTML, getComputedStyle(element).font]") == before
    assert page.evaluate("document.cookie") == ""
    assert page.context.cookies() == []


@LANGUAGES
@SCHEMES
def test_has_no_serious_accessibility_problem_in_any_state(
    host: HostSite, open_page: OpenPage, console_errors: list[str], words: Words, scheme: str
):
    page = open_page(language=words.language, scheme=scheme)
    widget = visit(page, host, words)
    found = barriers(page)
    widget.open()
    found += barriers(page)
    answer = widget.ask_and_wait(words.covered_question)
    answer.locator(".thumb").nth(1).click()
    widget.choose({"name": "door.png", "mimeType": "image/png", "buffer": png()})
    expect(widget.at.locator("#files .file.done")).to_have_count(1)
    found += barriers(page)
    answer.locator(".chip").first.click()
    expect(widget.at.locator("#source-panel mark").first).to_be_visible()
    found += barriers(page)
    page.keyboard.press("Escape")
    widget.at.locator("#talk-to-person").click()
    found += barriers(page)
    console_errors.clear()  # axe-core tries styles of its own, which the policy refuses
    assert found == []


@pytest.mark.parametrize("accent", ["#ffe14d", "#0b7a5c", "rebeccapurple", "#777777"])
@SCHEMES
def test_words_stay_readable_in_whatever_colour_the_host_has(
    host: HostSite, open_page: OpenPage, console_errors: list[str], accent: str, scheme: str
):
    page = open_page(scheme=scheme)
    widget = visit(page, host, accent=accent).open()
    widget.ask_and_wait("Hello")
    found = barriers(page)
    console_errors.clear()  # axe-core tries styles of its own, which the policy refuses
    assert found == []
    assert widget.launcher.evaluate("element => getComputedStyle(element).backgroundColor") != "rgb(44, 89, 216)"


@SIZES
def test_stands_at_the_other_side_of_a_page_that_is_written_from_right_to_left(
    host: HostSite, open_page: OpenPage, size: tuple[int, int]
):
    panel_direction = "rtl" if size == SMALL else "ltr"
    widget = visit(open_page(size=size), host, direction="rtl", panel_direction=panel_direction)
    box = widget.launcher.bounding_box()
    assert box is not None
    assert box["x"] == 20
    widget.open().choose({"name": f"{'صورة القفل ' * 9}.png", "mimeType": "image/png", "buffer": png()})
    expect(widget.at.locator("#files .file.done")).to_have_count(1)
    assert is_within(widget)
    widget.ask_and_wait("مرحبا، القفل Lock Pro 2 لا يعمل (الطراز LP-2).\nما العمل؟ https://example.com/" + "a" * 80)
    assert is_within(widget)
    for part in (widget.questions.locator(".bubble"), widget.questions.locator(".file-name")):
        assert part.evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert widget.answers.locator(".bubble").evaluate("element => getComputedStyle(element).direction") == "ltr"


def test_reduced_motion_moves_nothing(host: HostSite, open_page: OpenPage):
    widget = visit(open_page(), host).open()  # every page of these tests asks for it

    assert widget.window.evaluate("element => parseFloat(getComputedStyle(element).animationDuration)") < 0.001
