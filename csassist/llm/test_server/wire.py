"""The shapes of the OpenAI API: completions, their streamed chunks, vectors."""

import hashlib
import json
import math
import re
from collections.abc import Sequence

from csassist.core.text import HAN, estimate_tokens

PIECE = re.compile(rf"\s*(?:[{HAN}]{{1,2}}|[^\s{HAN}]+)|\s+$")
CREATED = 1_700_000_000
VECTOR_DIMENSIONS = 256

Json = dict[str, object]


def pieces(text: str) -> list[str]:
    """A text as a model would stream it: a word, or two Chinese characters, at a time; nothing is lost."""
    return PIECE.findall(text)


def usage(prompt_text: str, answer: str) -> Json:
    prompt_tokens, completion_tokens = estimate_tokens(prompt_text), estimate_tokens(answer)
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }


def completion(model: str, answer: str, *, finish_reason: str | None, counts: Json | None) -> Json:
    message = {"role": "assistant", "content": answer}
    body: Json = {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": CREATED,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
    }
    return body if counts is None else {**body, "usage": counts}


def chunk(model: str, delta: Json | None, *, finish_reason: str | None = None, counts: Json | None = None) -> Json:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish_reason}]
    body: Json = {
        "id": "chatcmpl-test",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": model,
        "choices": choices,
    }
    return body if counts is None else {**body, "usage": counts}


def event(value: object) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def embeddings(model: str, texts: Sequence[str], dimensions: int = VECTOR_DIMENSIONS) -> Json:
    data = [
        {"object": "embedding", "index": index, "embedding": _vector(text, dimensions)}
        for index, text in enumerate(texts)
    ]
    tokens = sum(estimate_tokens(text) for text in texts)
    counts = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": model, "usage": counts}


def overlaps(question: str, documents: Sequence[str]) -> list[Json]:
    """The share of the question's words in each document, as rows of a re-ranking."""
    asked = set(_words(question))
    return [
        {"index": index, "relevance_score": len(asked & set(_words(document))) / max(1, len(asked))}
        for index, document in enumerate(documents)
    ]


def _words(text: str) -> list[str]:
    """Words and pairs of Chinese characters."""
    lowered = text.lower()
    words = re.findall(r"[a-z0-9]+", lowered)
    for run in re.findall(f"[{HAN}]+", lowered):
        words += [run[i : i + 2] for i in range(max(1, len(run) - 1))]
    return words


def _vector(text: str, dimensions: int) -> list[float]:
    """The words of a text hashed into a unit vector."""
    vector = [0.0] * dimensions
    for feature in _words(text) or [text.lower()]:
        digest = hashlib.sha256(feature.encode()).digest()
        vector[int.from_bytes(digest[:4], "big") % dimensions] += 1.0 if digest[4] & 1 else -1.0
    length = math.sqrt(sum(value * value for value in vector)) or 1.0
    return [value / length for value in vector]
