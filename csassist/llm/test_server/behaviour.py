"""How a chat request is answered in each mode: the right answers, the late ones and the broken ones."""

import asyncio
import gzip
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from csassist.llm.test_server import adversary, answers, wire
from csassist.llm.test_server.http import Reply
from csassist.llm.test_server.modes import Mode
from csassist.llm.test_server.prompt_reading import Prompt

NEVER_SECONDS = 3_600.0
HUGE_BYTES = 10_000_000
HTML = b"<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True)
class Spoken:
    """When a request had come and each piece of its answer had left, in seconds of the machine's monotonic clock."""

    prompt_text: str
    received_at: float = field(default_factory=time.monotonic)
    pieces: list[tuple[float, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Ask:
    """One chat request, as far as an answer depends on it; `spoken` fills while it is answered."""

    model: str
    prompt: Prompt
    prompt_text: str
    streams: bool
    wants_usage: bool
    spoken: Spoken = field(default_factory=lambda: Spoken(""))


def answer_text(mode: Mode, ask: Ask, script: list[str]) -> str:
    """What the model says in this mode; a script is used up answer by answer."""
    if mode.name == "scripted" and script:
        return script.pop(0)
    if mode.name == "obedient-adversary":
        return adversary.obeyed_answer(ask.prompt, mode.word("knows"))
    if mode.name == "fabricate":
        return adversary.fabricated_answer(ask.prompt)
    if mode.name == "looping":
        return adversary.looping_answer(ask.prompt)
    if "say" in mode.options:
        return mode.word("say")
    return answers.cited_answer(ask.prompt)


async def respond(mode: Mode, ask: Ask, text: str, reply: Reply) -> None:
    """Answer one chat request, in the way of the mode."""
    if mode.name == "error":
        await _fail(mode, reply)
    elif mode.name == "garbage":
        await _garbage(mode, ask, text, reply)
    elif ask.streams:
        await _stream(mode, ask, text, reply)
    else:
        await asyncio.sleep(mode.number("headers", 0) + mode.number("first", 0))
        counts = None if mode.name == "no-usage" else wire.usage(ask.prompt_text, text)
        finish = {"cut": None, "length": "length"}.get(mode.name, mode.word("finish", "stop"))
        await reply.send_json(wire.completion(ask.model, text, finish_reason=finish, counts=counts))


async def _fail(mode: Mode, reply: Reply) -> None:
    status = mode.word("status", "500")
    if status == "reset":
        reply.reset()
        return
    headers = {"Retry-After": mode.word("retry_after")} if "retry_after" in mode.options else {}
    body = {"error": {"message": "The test server fails on request.", "type": "test", "code": status}}
    await reply.send_json(body, status=int(status), headers=headers)


async def _stream(mode: Mode, ask: Ask, text: str, reply: Reply) -> None:
    pieces = wire.pieces(text)
    if mode.name == "cut":
        pieces = pieces[: int(mode.number("after", max(1, len(pieces) // 2)))]
    if mode.name == "length":
        pieces = pieces[: int(mode.number("after", max(1, len(pieces) // 2)))]
    if mode.name == "slow":
        await asyncio.sleep(mode.number("headers", 0))
    await reply.open("text/event-stream", chunked=mode.word("body", "chunked") != "close")
    await reply.write(wire.event(wire.chunk(ask.model, {"role": "assistant", "content": ""})))
    if mode.name == "slow":
        await _wait(mode, "first", reply)
    for number, piece in enumerate(pieces):
        if mode.name == "slow" and number == int(mode.number("hang_after", -1)):
            await asyncio.sleep(NEVER_SECONDS)
        if mode.name == "slow" and number:
            await _wait(mode, "gap", reply)
        await _write_event(mode, reply, wire.chunk(ask.model, {"content": piece}))
        ask.spoken.pieces.append((time.monotonic(), piece))
    await _finish(mode, ask, text, reply)


async def _finish(mode: Mode, ask: Ask, text: str, reply: Reply) -> None:
    if mode.name == "cut":
        if mode.word("how") == "reset":
            reply.reset()
        elif mode.word("how") == "end":
            await reply.end()
        return  # else the connection closes in the middle of a chunked body
    finish = "length" if mode.name == "length" else mode.word("finish", "stop")
    await reply.write(wire.event(wire.chunk(ask.model, {}, finish_reason=finish)))
    if mode.name == "slow":
        await asyncio.sleep(mode.number("end", 0))
    if ask.wants_usage and mode.name != "no-usage":
        counts = wire.usage(ask.prompt_text, text)
        await reply.write(wire.event(wire.chunk(ask.model, None, counts=counts)))
    await reply.write(wire.DONE)
    await reply.end()


async def _wait(mode: Mode, what: str, reply: Reply) -> None:
    """Wait before the first or the next token: in silence, or with comments or empty chunks that are no progress."""
    seconds, noise = mode.number(what, 0), mode.word("noise")
    step = mode.number("every", 0.1) if noise else seconds
    waited = 0.0
    while waited < seconds:
        await asyncio.sleep(min(step, seconds - waited) or seconds)
        waited += step
        if noise == "comments":
            await reply.write(b": still here\n\n")
        elif noise == "empty":
            await reply.write(wire.event(wire.chunk("test", {"content": ""})))


async def _write_event(mode: Mode, reply: Reply, value: object) -> None:
    event = wire.event(value)
    if mode.name != "slow" or mode.word("drip") != "bytes":
        await reply.write(event)
        return
    for index in range(len(event)):
        await reply.write(event[index : index + 1])
        await asyncio.sleep(mode.number("every", 0.1))


async def _garbage(mode: Mode, ask: Ask, text: str, reply: Reply) -> None:
    kind = mode.word("kind", "html")
    if kind == "html":
        await reply.send(HTML, "text/html")
        return
    if kind == "compressed":
        await reply.send(gzip.compress(HTML), "text/event-stream", headers={"Content-Encoding": "gzip"})
        return
    if not ask.streams:
        await reply.send(_garbage_body(kind, ask), "application/json")
        return
    await reply.open("text/event-stream")
    if mode.word("after"):
        for piece in wire.pieces(text)[: int(mode.number("after", 0))]:
            await reply.write(wire.event(wire.chunk(ask.model, {"content": piece})))
    for part in _garbage_events(kind, ask):
        await reply.write(part)
    if kind not in {"empty-choices", "huge"}:
        await reply.write(wire.event(wire.chunk(ask.model, {}, finish_reason="stop")))
    await reply.write(wire.DONE)
    await reply.end()


def _garbage_events(kind: str, ask: Ask) -> Sequence[bytes]:
    good = wire.chunk(ask.model, {"content": "good"})
    tool = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "refund", "arguments": "{}"}}
    streams: dict[str, Sequence[bytes]] = {
        "empty-choices": [wire.event({**good, "choices": []})] * 3,
        "no-choices": [wire.event({"id": "x", "object": "error"})],
        "null-choices": [wire.event({**good, "choices": None})],
        "wrong-types": [
            wire.event({**good, "choices": [{"index": 0, "delta": {"content": {"text": 7}}, "finish_reason": None}]})
        ],
        "wrong-choice": [wire.event({**good, "choices": ["text"]})],
        "wrong-root": [wire.event([1, 2, 3])],
        "wrong-finish": [
            wire.event({**good, "choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": 7}]})
        ],
        "not-json": [b"data: {not json\n\n"],
        "invalid-utf8": [wire.event(good).replace(b"good", b"\xff\xfe\xfa")],
        "surrogate": [wire.event(good).replace(b"good", b"\\ud800")],
        "nul": [wire.event(good).replace(b"good", b"a\\u0000b")],
        "tool-call": [wire.event(wire.chunk(ask.model, {"tool_calls": [tool]}))],
        "refusal": [wire.event(wire.chunk(ask.model, {"refusal": "I cannot help with that."}))],
        "error-event": [wire.event({"error": {"message": "overloaded", "type": "server_error"}})],
        "huge": [wire.event(wire.chunk(ask.model, {"content": "x" * 100_000}))] * (HUGE_BYTES // 100_000),
        "huge-line": [b"data: " + b"x" * (HUGE_BYTES // 10) for _ in range(10)],
    }
    return streams[kind]


def _garbage_body(kind: str, ask: Ask) -> bytes:
    good = wire.completion(ask.model, "good", finish_reason="stop", counts=None)
    if kind == "invalid-utf8":
        return json.dumps(good).encode().replace(b"good", b"\xff\xfe\xfa")
    if kind == "huge":
        return json.dumps({**good, "padding": "x" * HUGE_BYTES}).encode()
    return json.dumps(
        {"empty-choices": {**good, "choices": []}, "wrong-types": {**good, "choices": 7}}.get(kind, {})
    ).encode()
