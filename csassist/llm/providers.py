"""
LangChain's models for an OpenAI-compatible server, kept to our deadlines, budget, breaker and ledger.

Every request streams, runs on the process's own event loop, and is retried, cut and booked here and nowhere else.
This is the only module that imports `langchain_openai`; it takes seconds to import, so `gateway` loads it when it
is needed.
"""

import asyncio
import queue
import time
import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import langsmith
from asgiref.sync import sync_to_async
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import agenerate_from_stream, generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI

from csassist.llm import event_loop, faults, stopping, traffic, upstream
from csassist.llm.calls import CallTerms, OpenCall, begin_call, settle_call
from csassist.llm.deadlines import Deadlines
from csassist.llm.errors import ModelError
from csassist.llm.reception import Arrived, Ended, Reception
from csassist.llm.replies import ReplyChunk
from csassist.llm.retries import jitter_ratio, wait_before_retry
from csassist.llm.traffic import Endpoint, process_traffic
from csassist.llm.upstream import Server
from csassist.llm.usage import estimate_input_tokens

langsmith.configure(enabled=False)  # a tracing variable in the environment must not send conversations elsewhere

OPENAI_HOST = "://api.openai.com"
_UNUSED_CLIENT = object()  # where ChatOpenAI would keep clients of its own; ours belong to the process, in `upstream`

Post = Callable[[Arrived | Ended], None]


@dataclass(frozen=True)
class Agreement:
    """Everything that bounds the calls of one model."""

    terms: CallTerms
    endpoint: Endpoint
    deadlines: Deadlines
    api_key: str = field(repr=False)


class GuardedChatModel(ChatOpenAI):
    """A chat model whose every call ends in time, is paid for, and fails only with a ModelError."""

    agreement: Agreement

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        payload = self._streaming_payload(messages, stop, kwargs)
        reception = self._reception(payload)
        self._enter()
        try:
            call = begin_call(terms=self.agreement.terms, estimated_input_tokens=reception.estimated_input_tokens)
            try:
                yield _opening_chunk(call)
                yield from self._receive(payload, reception)
                yield _closing_chunk(call, reception)
            except ModelError as error:
                reception.failed(error)
                error.call_id = call.public_id
                raise
            finally:
                settle_call(call=call, result=reception.result())
        finally:
            self._leave(reception)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        payload = self._streaming_payload(messages, stop, kwargs)
        reception = self._reception(payload)
        await self._aenter()
        try:
            call = await sync_to_async(begin_call)(
                terms=self.agreement.terms, estimated_input_tokens=reception.estimated_input_tokens
            )
            try:
                yield _opening_chunk(call)
                async with aclosing(self._areceive(payload, reception)) as chunks:
                    async for chunk in chunks:
                        yield chunk
                yield _closing_chunk(call, reception)
            except ModelError as error:
                reception.failed(error)
                error.call_id = call.public_id
                raise
            finally:
                await sync_to_async(settle_call)(call=call, result=reception.result())
        finally:
            self._leave(reception)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, **kwargs))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return await agenerate_from_stream(self._astream(messages, stop, **kwargs))

    # --- One call, waited for in two ways --------------------------------------------------------------------

    def _receive(self, payload: dict[str, Any], reception: Reception) -> Iterator[ChatGenerationChunk]:
        mailbox: queue.SimpleQueue[Arrived | Ended] = queue.SimpleQueue()
        with stopping.current().waking(lambda: mailbox.put(Ended(stopping.Stopped()))):
            work = self._start(payload, reception, mailbox.put)
            try:
                while not reception.ended:
                    try:
                        item = mailbox.get(timeout=reception.seconds_left())
                    except queue.Empty:
                        reception.waited_in_vain()
                        continue
                    if (chunk := reception.take(item)) is not None:
                        yield chunk
            finally:
                work.cancel()

    async def _areceive(
        self, payload: dict[str, Any], reception: Reception
    ) -> AsyncGenerator[ChatGenerationChunk, None]:
        mailbox: asyncio.Queue[Arrived | Ended] = asyncio.Queue()
        here = asyncio.get_running_loop()

        def post(item: Arrived | Ended) -> None:
            here.call_soon_threadsafe(mailbox.put_nowait, item)

        work = self._start(payload, reception, post)
        try:
            while not reception.ended:
                try:
                    item = await _next_item(mailbox, reception.seconds_left())
                except TimeoutError:
                    reception.waited_in_vain()
                    continue
                if (chunk := reception.take(item)) is not None:
                    yield chunk
        finally:
            work.cancel()

    def _start(self, payload: dict[str, Any], reception: Reception, post: Post) -> Future[None]:
        """Run the request on the process's loop; everything that comes is posted, the end exactly once and last."""
        work = event_loop.start(self._pump(payload, reception, post))
        work.add_done_callback(
            lambda done: None if done.cancelled() else post(Ended(_without_frames(done.exception())))
        )
        return work

    async def _pump(self, payload: dict[str, Any], reception: Reception, post: Post) -> None:
        """Post the chunks of the reply. One more attempt is made while no text has come, if the error may pass."""
        upstream.most_reply_bytes.set(
            upstream.BASE_REPLY_BYTES + upstream.BYTES_PER_TOKEN * self.agreement.terms.most_output_tokens
        )
        while True:
            try:
                await self._attempt(payload, reception, post)
            except ModelError as error:
                wait = self._wait_before_retry(error, reception)
                if wait is None:
                    raise
                reception.attempts_count += 1
                await asyncio.sleep(wait)
            else:
                return

    async def _attempt(self, payload: dict[str, Any], reception: Reception, post: Post) -> None:
        server = Server(self.agreement.endpoint.base_url, self.agreement.api_key)
        chunks = upstream.reply_chunks(server, payload, tools_offered=reception.tools_offered)
        async with aclosing(chunks):
            async for facts, raw in chunks:
                if facts.is_refusal:
                    raise faults.refused("refusal")
                reception.has_text = reception.has_text or bool(facts.text or facts.has_tool_call)
                post(Arrived(time.monotonic(), facts, self._converted(facts, raw)))

    def _wait_before_retry(self, error: ModelError, reception: Reception) -> float | None:
        if reception.has_text:
            return None
        wait = wait_before_retry(
            error,
            attempt=reception.attempts_count,
            seconds_left=reception.seconds_left(),
            jitter_ratio=jitter_ratio(),
        )
        return wait if wait is not None and process_traffic.retries.take() else None

    # --- Door, request and chunks ----------------------------------------------------------------------------

    def _enter(self) -> None:
        give_up_at = time.monotonic() + self._most_wait_seconds()
        while not process_traffic.try_enter(self.agreement.endpoint):
            stopping.current().check()
            if time.monotonic() > give_up_at:
                raise traffic.busy()
            time.sleep(traffic.WAIT_STEP_SECONDS)

    async def _aenter(self) -> None:
        give_up_at = time.monotonic() + self._most_wait_seconds()
        while not process_traffic.try_enter(self.agreement.endpoint):
            if time.monotonic() > give_up_at:
                raise traffic.busy()
            await asyncio.sleep(traffic.WAIT_STEP_SECONDS)

    def _leave(self, reception: Reception) -> None:
        agreement = self.agreement
        process_traffic.leave(agreement.endpoint, reception.verdict(), purpose=agreement.terms.purpose)

    def _most_wait_seconds(self) -> float:
        return min(traffic.MOST_WAIT_SECONDS, self.agreement.deadlines.first_token_seconds)

    def _reception(self, payload: dict[str, Any]) -> Reception:
        return Reception(
            deadlines=self.agreement.deadlines,
            estimated_input_tokens=estimate_input_tokens(payload["messages"]),
            tools_offered=bool(payload.get("tools") or payload.get("functions")),
        )

    def _streaming_payload(
        self, messages: list[BaseMessage], stop: list[str] | None, options: dict[str, Any]
    ) -> dict[str, Any]:
        options = {key: value for key, value in options.items() if key != "stream_usage"}
        payload = self._get_request_payload(messages, stop=stop, **options)
        return {**payload, "stream": True, "stream_options": {"include_usage": True}}

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        payload: dict[str, Any] = super()._get_request_payload(input_, stop=stop, **kwargs)
        if OPENAI_HOST not in self.agreement.endpoint.base_url and "max_completion_tokens" in payload:
            payload["max_tokens"] = payload.pop("max_completion_tokens")  # the name other servers know
        return payload

    def _converted(self, facts: ReplyChunk, raw: dict[str, Any]) -> ChatGenerationChunk | None:
        """LangChain's chunk, without token counts: the closing chunk carries them once."""
        if not (facts.text or facts.has_tool_call or facts.finish_reason):
            return None
        try:
            return self._convert_chunk_to_generation_chunk({**raw, "usage": None}, AIMessageChunk, None)
        except faults.SHAPE_ERRORS as error:
            raise faults.malformed("wrong_type") from error


def build(agreement: Agreement, *, temperature: float) -> GuardedChatModel:
    """A model for these terms; nothing of it comes from environment variables of the OpenAI client."""
    return GuardedChatModel(
        agreement=agreement,
        model=agreement.terms.model,
        base_url=agreement.endpoint.base_url,
        api_key=agreement.api_key or "none",
        temperature=temperature,
        max_tokens=agreement.terms.most_output_tokens,
        stream_usage=True,
        max_retries=0,
        use_responses_api=False,
        openai_proxy="",
        client=_UNUSED_CLIENT,
        async_client=_UNUSED_CLIENT,
        cache=False,
    )


async def _next_item(mailbox: asyncio.Queue[Arrived | Ended], seconds: float) -> Arrived | Ended:
    """What is there, or what comes within the time: `wait_for` with no time left would not even look."""
    return await asyncio.wait_for(mailbox.get(), seconds) if mailbox.empty() else mailbox.get_nowait()


def _opening_chunk(call: OpenCall) -> ChatGenerationChunk:
    """An empty chunk that names the ledger row, so that a reply which fails later can be traced as well."""
    return ChatGenerationChunk(message=AIMessageChunk(content=""), generation_info={"model_call": call.public_id})


def _closing_chunk(call: OpenCall, reception: Reception) -> ChatGenerationChunk:
    usage = reception.usage()
    counts = UsageMetadata(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        total_tokens=usage.input_tokens + usage.output_tokens,
    )
    return ChatGenerationChunk(
        message=AIMessageChunk(content="", usage_metadata=counts, chunk_position="last"),
        generation_info={"model_call": call.public_id, "usage_source": usage.source},
    )


def _without_frames(error: BaseException | None) -> BaseException | None:
    """
    The error without what its frames held: the half-read stream, in a circle with the reader, who holds the error. The
    garbage collector would open it on any thread, closing one generator while the loop's thread closes the next.
    """
    cause = error
    while cause is not None:
        traceback.clear_frames(cause.__traceback__)
        cause = cause.__cause__ or cause.__context__
    return error
