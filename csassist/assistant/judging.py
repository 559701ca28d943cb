"""
A model's opinion on a sentence whose words leave a doubt, when CSASSIST_JUDGE is on.

It holds back; it lets through only what no code can compare, a sentence in another language than its sources. A judge
that is late, down or talks is no judge: the verdict stays as it was, and the trace says so.
"""

from collections.abc import Sequence
from typing import Literal

from django.conf import settings

from csassist.assistant.conditions import Conditions
from csassist.llm import chat_model
from csassist.llm.errors import ModelError
from prompts.fences import fence_sentence, fence_source

Judgement = Literal["supported", "unsupported", "unavailable"]
MOST_JUDGED = 6
ANSWERS: dict[str, Judgement] = {"YES": "supported", "NO": "unsupported"}


class Judge:
    """The judge of one answer. After a failure it is not asked again: one late judge delays an answer once."""

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._left = MOST_JUDGED

    def judge(self, sentence: str, sources: Sequence[str]) -> Judgement:
        """Whether the sources say it. Their first line is their title."""
        if self._left <= 0:
            return "unavailable"
        self._left -= 1
        prompt = self._conditions.render(
            "judge_sentence", {"sources": _fenced(sources), "sentence": fence_sentence(sentence)}
        )
        try:
            reply = chat_model("judge").invoke(prompt.text)
        except ModelError:
            self._left = 0
            return "unavailable"
        return ANSWERS.get(reply.text.strip().rstrip(".").upper(), "unavailable")


def judge_of(conditions: Conditions) -> Judge | None:
    """None when judging is off, or no model may be asked."""
    return Judge(conditions) if settings.CSASSIST_JUDGE and conditions.has_model else None


def _fenced(sources: Sequence[str]) -> str:
    parts = [source.partition("\n") for source in sources]
    return "\n\n".join(
        fence_source(number=number, title=title, heading="", text=text or title)
        for number, (title, _line, text) in enumerate(parts, start=1)
    )
