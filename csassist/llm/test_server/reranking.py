"""`POST /v1/rerank`: passages by how many words of the question they hold, and every way to answer that badly."""

import asyncio
import json
from collections.abc import Sequence

from csassist.llm.test_server import wire
from csassist.llm.test_server.behaviour import HTML, HUGE_BYTES
from csassist.llm.test_server.http import Reply
from csassist.llm.test_server.modes import Mode


async def respond(mode: Mode, model: str, question: str, documents: Sequence[str], reply: Reply) -> None:
    """Answer one request in the way of a mode that does not fail by its status."""
    rows = wire.overlaps(question, documents)
    if mode.name == "garbage":
        await reply.send(*_garbage(mode.word("kind", "html"), rows))
        return
    await asyncio.sleep(mode.number("headers", 0) + mode.number("first", 0))
    best_first = sorted(rows, key=lambda row: -float(str(row["relevance_score"])))
    await reply.send_json({"id": "rerank-test", "model": model, "results": best_first})


def _garbage(kind: str, rows: list[wire.Json]) -> tuple[bytes, str]:
    first, *others = rows
    results: dict[str, object] = {
        "nan": [{**first, "relevance_score": float("nan")}, *others],
        "text-score": [{**first, "relevance_score": "high"}, *others],
        "too-few": others,
        "twice": [first, first, *others[1:]],
        "out-of-range": [{**first, "index": len(rows)}, *others],
        "wrong-types": 7,
    }
    if kind == "huge":
        return json.dumps({"results": rows, "padding": "x" * HUGE_BYTES}).encode(), "application/json"
    if kind not in results:
        return HTML, "text/html"
    return json.dumps({"results": results[kind]}).encode(), "application/json"
