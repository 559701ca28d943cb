"""How many tokens a call used: as the provider counted them, or as we estimate when it cannot be believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeGuard

from csassist.core.text import estimate_tokens

UsageSource = Literal["provider", "estimated"]

MOST_BELIEVABLE_TOKENS = 10_000_000
TOKENS_PER_MESSAGE = 6  # role and separators
RESERVED_INPUT_RATIO = 1.5  # a reservation must not be lower than the bill: tokenizers differ from our estimate


@dataclass(frozen=True)
class TokenUsage:
    input_tokens: int
    output_tokens: int
    source: UsageSource


def reported_usage(raw: object) -> TokenUsage | None:
    """The provider's `usage` object; None when it is absent, of another shape, or not a believable count."""
    if not isinstance(raw, Mapping):
        return None
    input_tokens, output_tokens = raw.get("prompt_tokens"), raw.get("completion_tokens")
    if not (_is_count(input_tokens) and _is_count(output_tokens)):
        return None
    return TokenUsage(input_tokens, output_tokens, "provider")


def _is_count(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 <= value <= MOST_BELIEVABLE_TOKENS


def estimate_input_tokens(messages: Sequence[Mapping[str, object]]) -> int:
    """About how many tokens a list of wire messages costs; parts that are not text count by their length."""
    return sum(TOKENS_PER_MESSAGE + estimate_tokens(_text_of(message.get("content"))) for message in messages)


def _text_of(content: object) -> str:
    return content if isinstance(content, str) else str(content or "")


def reserved_input_tokens(estimated_tokens: int) -> int:
    """The upper bound that a reservation is made for."""
    return int(estimated_tokens * RESERVED_INPUT_RATIO) + 1
