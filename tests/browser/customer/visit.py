"""What a customer can do on the chat page, in the words of either language. Tests read like a visit."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

ANSWER_MILLISECONDS = 45_000


@dataclass(frozen=True)
class Words:
    """One language of the interface, and questions of the demo company in it."""

    language: str
    welcome: str
    person: str
    ask_for_person: str
    asked: str
    covered_question: str
    uncovered_question: str
    outdated: str
    thanks_down: str


ENGLISH = Words(
    language="en",
    welcome="How can we help?",
    person="Talk to a person",
    ask_for_person="Ask for a person",
    asked="You asked for a person",
    covered_question="How long do I have to return something?",
    uncovered_question="Who won the chess world championship in 1972?",
    outdated="It is out of date",
    thanks_down="Your note goes to the people who write these articles.",
)
CHINESE = Words(
    language="zh",
    welcome="有什么可以帮您？",
    person="联系人工客服",
    ask_for_person="请求人工客服",
    asked="您已请求人工客服",
    covered_question="门锁没电了进不了门怎么办？",
    uncovered_question="明天北京的天气怎么样？",
    outdated="内容过时",
    thanks_down="您的意见会转给撰写文章的同事。",
)
BOTH = (ENGLISH, CHINESE)


class Visit:
    def __init__(self, page: Page, address: str, words: Words) -> None:
        self.page = page
        self.address = address
        self.words = words
        self.box = page.locator("#question")
        self.log = page.get_by_role("log")
        self.panel = page.locator("#source-panel")
        self.live = page.locator(".turn.live")

    def open(self) -> "Visit":
        self.page.goto(self.address)
        expect(self.page.get_by_role("heading", name=self.words.welcome)).to_be_visible()
        return self

    @property
    def conversation(self) -> str:
        """Its id; the address names it once something was asked."""
        self.page.wait_for_url("**/c/*")
        return self.page.url.rsplit("/", 1)[1].partition("?")[0]

    def ask(self, question: str) -> None:
        self.box.fill(question)
        self.box.press("Enter")
        expect(self.log.locator(".turn.customer .bubble").last).to_have_text(question)

    def ask_and_wait(self, question: str) -> Locator:
        """The finished answer to this question."""
        count = self.finished_answers.count()
        self.ask(question)
        expect(self.finished_answers).to_have_count(count + 1, timeout=ANSWER_MILLISECONDS)
        return self.finished_answers.last

    @property
    def finished_answers(self) -> Locator:
        return self.log.locator(".turn.assistant:not(.live)")

    @property
    def conversation_id(self) -> str:
        expect(self.page).to_have_url(re.compile(r"/c/[0-9a-f-]{36}$"))
        return self.page.url.rsplit("/", 1)[-1]

    def ask_for_person(self, contact: str, note: str = "") -> None:
        self.page.locator("#talk-to-person").click()
        dialog = self.page.get_by_role("dialog", name=self.words.person)
        dialog.locator("[name=contact]").fill(contact)
        dialog.locator("[name=note]").fill(note)
        dialog.get_by_role("button", name=self.words.ask_for_person).click()
        expect(self.log.locator(".notice")).to_contain_text(self.words.asked)
