"""
What a chunk of a streamed reply must look like before anything else reads it.

The OpenAI client builds objects without checking them, so a server's mistakes would surface as TypeErrors far away.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from csassist.llm.usage import TokenUsage, reported_usage


class WrongShape(ValueError):
    """The chunk is not one; `reason` is a short code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class ReplyChunk:
    """One checked chunk. `has_choice` is False for the chunk that only counts tokens."""

    text: str
    finish_reason: str | None
    usage: TokenUsage | None
    is_refusal: bool
    has_choice: bool
    has_tool_call: bool


def checked(raw: object, *, tools_offered: bool) -> ReplyChunk:
    """The chunk's facts. Raises WrongShape: wrong_type, no_choices, invalid_text, tool_call."""
    if not isinstance(raw, Mapping):
        raise WrongShape("wrong_type")
    usage = reported_usage(raw.get("usage"))
    choices = raw.get("choices")
    if not isinstance(choices, list):
        raise WrongShape("no_choices" if choices is None else "wrong_type")
    if not choices:
        return ReplyChunk("", None, usage, is_refusal=False, has_choice=False, has_tool_call=False)
    choice = choices[0]
    delta = choice.get("delta") if isinstance(choice, Mapping) else None
    if not isinstance(choice, Mapping) or not isinstance(delta, Mapping | None):
        raise WrongShape("wrong_type")
    fields: Mapping[str, object] = delta or {}
    has_tool_call = bool(fields.get("tool_calls") or fields.get("function_call"))
    if has_tool_call and not tools_offered:
        raise WrongShape("tool_call")
    return ReplyChunk(
        text=_text(fields.get("content")),
        finish_reason=_word(choice.get("finish_reason")),
        usage=usage,
        is_refusal=bool(fields.get("refusal")),
        has_choice=True,
        has_tool_call=has_tool_call,
    )


def _text(content: object) -> str:
    """Text that can be stored and sent on: no NUL, no half of a surrogate pair."""
    if content is None:
        return ""
    if not isinstance(content, str):
        raise WrongShape("wrong_type")
    if "\x00" in content or any("\ud800" <= character <= "\udfff" for character in content):
        raise WrongShape("invalid_text")
    return content


def _word(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise WrongShape("wrong_type")
    return value or None
