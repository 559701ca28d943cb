"""The routes of the test server: what an OpenAI-compatible one has, and `/control/...` for tests to steer and look."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

from csassist.llm.test_server import behaviour, reranking, wire
from csassist.llm.test_server.behaviour import Ask, Spoken
from csassist.llm.test_server.http import BadRequest, Reply, Request, read_request
from csassist.llm.test_server.modes import Mode, UnknownMode, mode_of_model, parse_mode
from csassist.llm.test_server.prompt_reading import read_prompt

MOST_KEPT_REQUESTS = 500

Route = Callable[[Request, Reply], Coroutine[Any, Any, None]]


class App:
    """One server's state: its mode, its script and the requests it saw. Written on the server's loop, read anywhere."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self.script: list[str] = []
        self.requests: list[dict[str, object]] = []
        self.spoken: list[Spoken] = []
        self.open_count = 0
        self.cancelled_count = 0
        self.unknown_count = 0
        self.lock = threading.Lock()
        self._used: dict[str, int] = {}
        self._routes: dict[tuple[str, str], Route] = {
            ("GET", "/health"): self._health,
            ("GET", "/v1/models"): self._models,
            ("POST", "/v1/chat/completions"): self._chat,
            ("POST", "/v1/embeddings"): self._embeddings,
            ("POST", "/v1/rerank"): self._rerank,
            ("POST", "/control/mode"): self._set_mode,
            ("POST", "/control/script"): self._set_script,
            ("GET", "/control/requests"): self._kept_requests,
            ("DELETE", "/control/requests"): self._forget_requests,
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection. Its end by the client, also in the middle of an answer, is no error."""
        try:
            await self._answer(reader, writer)
        except ConnectionError:
            self.cancelled_count += 1
        finally:
            writer.close()

    def set_mode(self, text: str) -> None:
        mode = parse_mode(text)
        with self.lock:
            self.mode = mode
            self._used.clear()

    def add_script(self, answers: list[str]) -> None:
        with self.lock:
            self.script.extend(answers)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reply = Reply(writer)
        try:
            request = await read_request(reader)
            if request is None:
                return
            route = self._routes.get((request.method, request.path.partition("?")[0]))
            if route is None:
                self.unknown_count += 1
                await reply.send_json({"error": {"message": "Not found."}}, status=404)
                return
            await self._until_client_leaves(route(request, reply), reader)
        except (BadRequest, UnknownMode) as error:
            await reply.send_json({"error": {"message": str(error)}}, status=400)

    async def _until_client_leaves(self, work: Coroutine[Any, Any, None], reader: asyncio.StreamReader) -> None:
        """Run a route; stop it as soon as the client closes, so that a test can see how fast it did."""
        self.open_count += 1
        answering = asyncio.ensure_future(work)
        leaving = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                self.cancelled_count += 1
                return
            await answering
        finally:
            self.open_count -= 1
            for task in (answering, leaving):
                task.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)

    async def _health(self, request: Request, reply: Reply) -> None:
        await reply.send_json({"status": "ok"})

    async def _models(self, request: Request, reply: Reply) -> None:
        await reply.send_json({"object": "list", "data": [{"id": "test", "object": "model", "owned_by": "test"}]})

    async def _chat(self, request: Request, reply: Reply) -> None:
        received_at = time.monotonic()
        body = self._keep(request)
        messages = body.get("messages")
        if not isinstance(messages, list):
            raise BadRequest("messages must be a list.")
        model = str(body.get("model", "test"))
        options = body.get("stream_options")
        prompt_text = json.dumps(messages, ensure_ascii=False)
        ask = Ask(
            model=model,
            prompt=read_prompt(messages),
            prompt_text=prompt_text,
            streams=body.get("stream") is True,
            wants_usage=isinstance(options, dict) and options.get("include_usage") is True,
            spoken=Spoken(prompt_text, received_at),
        )
        self.spoken = [*self.spoken, ask.spoken][-MOST_KEPT_REQUESTS:]
        mode = self._next_mode(model)
        with self.lock:
            text = behaviour.answer_text(mode, ask, self.script)
        await behaviour.respond(mode, ask, text, reply)

    async def _embeddings(self, request: Request, reply: Reply) -> None:
        body = self._keep(request)
        model = str(body.get("model", "test"))
        given = body.get("input")
        texts = [given] if isinstance(given, str) else given
        if not isinstance(texts, list):
            raise BadRequest("input must be a text or a list of texts.")
        mode = self._next_mode(model)
        if mode.name == "error":
            await behaviour.respond(mode, Ask(model, read_prompt([]), "", False, False), "", reply)
            return
        if mode.name == "garbage":
            await reply.send(
                b"<html>" if mode.word("kind", "html") == "html" else b'{"data": [{"embedding": "x"}]}', "text/html"
            )
            return
        await asyncio.sleep(mode.number("first", 0) + mode.number("headers", 0))
        dimensions = int(mode.number("dimensions", wire.VECTOR_DIMENSIONS))
        await reply.send_json(wire.embeddings(model, [str(text) for text in texts], dimensions))

    async def _rerank(self, request: Request, reply: Reply) -> None:
        body = self._keep(request)
        documents = body.get("documents")
        if not isinstance(documents, list) or not documents:
            raise BadRequest("documents must be a list of texts.")
        model = str(body.get("model", "test"))
        mode = self._next_mode(model)
        if mode.name == "error":
            await behaviour.respond(mode, Ask(model, read_prompt([]), "", False, False), "", reply)
            return
        await reranking.respond(mode, model, str(body.get("query", "")), [str(one) for one in documents], reply)

    async def _set_mode(self, request: Request, reply: Reply) -> None:
        self.set_mode(str(request.json_object().get("mode", "")))
        await reply.send_json({"mode": self.mode.text})

    async def _set_script(self, request: Request, reply: Reply) -> None:
        answers = request.json_object().get("answers")
        if not isinstance(answers, list):
            raise BadRequest("answers must be a list of texts.")
        self.add_script([str(answer) for answer in answers])
        await reply.send_json({"queued": len(self.script)})

    async def _kept_requests(self, request: Request, reply: Reply) -> None:
        await reply.send_json({"requests": self.requests})

    async def _forget_requests(self, request: Request, reply: Reply) -> None:
        self.requests.clear()
        await reply.send_json({"requests": []})

    def _keep(self, request: Request) -> dict[str, object]:
        body = request.json_object()
        headers = {name: "kept back" if name == "authorization" else value for name, value in request.headers.items()}
        self.requests.append({"path": request.path, "headers": headers, "body": body})
        del self.requests[:-MOST_KEPT_REQUESTS]
        return body

    def _next_mode(self, model: str) -> Mode:
        """The mode of this request; one that is limited by `times` gives way to `then` once it is used up."""
        mode = mode_of_model(model) or self.mode
        if mode.times is None:
            return mode
        with self.lock:
            used = self._used[mode.text] = self._used.get(mode.text, 0) + 1
        return mode if used <= mode.times else parse_mode(mode.word("then", "echo-cited"))
