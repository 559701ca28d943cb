"""The widget on a host page, as a customer uses it. Tests read like a visit."""

from dataclasses import dataclass

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.customer.host_site import HostSite
from tests.browser.customer.visit import ENGLISH, Words

ANSWER_MILLISECONDS = 45_000
WITHIN = """element => {
  const box = element.shadowRoot.getElementById("window").getBoundingClientRect();
  return ["scroller", "source-body", "composer", "files", "person-dialog"]
    .map(id => element.shadowRoot.getElementById(id)).every(part => part.scrollWidth <= part.clientWidth)
    && box.left >= 0 && box.right <= document.documentElement.clientWidth
    && document.documentElement.scrollWidth <= document.documentElement.clientWidth;
}"""


@dataclass
class Widget:
    """The widget on an open page, as a customer uses it."""

    page: Page
    words: Words = ENGLISH

    @property
    def at(self) -> Locator:
        return self.page.locator("csassist-widget")

    @property
    def launcher(self) -> Locator:
        return self.at.locator("#launcher")

    @property
    def window(self) -> Locator:
        return self.at.locator("#window")

    @property
    def answers(self) -> Locator:
        return self.at.locator(".turn.assistant:not(.live)")

    @property
    def questions(self) -> Locator:
        return self.at.locator(".turn.customer")

    @property
    def earlier(self) -> Locator:
        return self.at.locator(".history-row")

    def open(self) -> "Widget":
        self.launcher.click()
        expect(self.window).to_be_visible()
        return self

    def ask(self, question: str) -> None:
        self.at.locator("#question").fill(question)
        self.at.locator("#question").press("Enter")

    def choose(self, *files: FilePayload) -> None:
        self.at.locator("#file-input").set_input_files(list(files))

    def ask_and_wait(self, question: str) -> Locator:
        count = self.answers.count()
        self.ask(question)
        expect(self.answers).to_have_count(count + 1, timeout=ANSWER_MILLISECONDS)
        return self.answers.last


def visit(page: Page, host: HostSite, words: Words = ENGLISH, **attributes: str) -> Widget:
    page.goto(host.url + host.page(language=words.language, **attributes))
    widget = Widget(page, words)
    expect(widget.launcher).to_be_attached()
    return widget


def is_within(widget: Widget) -> bool:
    """Nothing is wider than its place, and the panel is inside the page."""
    return bool(widget.at.evaluate(WITHIN))
