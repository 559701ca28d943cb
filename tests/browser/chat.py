"""Asking on the chat page as a customer does, and reading what the page shows."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page

ANSWER_MILLISECONDS = 45_000


@dataclass(frozen=True)
class ShownAnswer:
    turn: Locator
    text: str
    titles: tuple[str, ...]
    offers_person: bool


def open_chat(page: Page, url: str, language: str = "en") -> None:
    """A new conversation; the page is ready when the composer is."""
    page.goto(f"{url}/?lang={'zh-hans' if language == 'zh' else 'en'}")
    page.locator("#question").wait_for()


def ask(page: Page, question: str) -> ShownAnswer:
    """What the page shows when the answer to this question is complete."""
    finished = page.locator(".turn.assistant:has(.turn-foot)")
    before = finished.count()
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    turn = finished.nth(before)
    turn.wait_for(timeout=ANSWER_MILLISECONDS)
    return ShownAnswer(
        turn=turn,
        text=turn.locator(".bubble").inner_text(),
        titles=tuple(turn.locator(".source-title").all_inner_texts()),
        offers_person=turn.locator(".offer button").count() > 0,
    )
