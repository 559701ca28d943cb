"""Notices what stands on a page for a moment only: sentences that are shown while the answer is being written."""

from playwright.sync_api import Locator


class SentenceWatch:
    """
    Begins at once, on the element that the conversation is in, or on its shadow root.

    It reads the record of what was put into the answer being written, not what stands there when it is told: events
    that arrive within one frame are drawn together, and a quoted answer may be complete before the frame is.
    """

    def __init__(self, element: Locator) -> None:
        self._element = element
        element.evaluate(
            """
            element => {
              const root = element.shadowRoot ?? element;
              element.sawSentenceBeforeAnswer = false;
              const holds = node => node.nodeType === 1 && (node.matches(".sentence") || node.querySelector(".sentence"));
              const wrote = ({ target, addedNodes }) =>
                target.nodeType === 1 && target.closest(".live-text") && [...addedNodes].some(holds);
              new MutationObserver(records => {
                element.sawSentenceBeforeAnswer ||= records.some(wrote);
              }).observe(root, { childList: true, subtree: true });
            }
            """
        )

    @property
    def saw_sentence_before_answer(self) -> bool:
        return bool(self._element.evaluate("element => element.sawSentenceBeforeAnswer"))
