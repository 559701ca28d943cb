"""Running the test server: in a thread beside a test, or as a process of its own."""

import asyncio
import threading
from types import TracebackType
from typing import Self

from csassist.llm.test_server.app import App
from csassist.llm.test_server.behaviour import Spoken
from csassist.llm.test_server.http import MOST_HEADER_BYTES
from csassist.llm.test_server.modes import parse_mode

LOOPBACK = "127.0.0.1"
START_SECONDS = 5.0


class TestModelServer:
    """
    A test server on a free port, for `with`.

    `base_url` is what CSASSIST_LLM_BASE_URL wants; `mode("slow?first=2")` changes how it answers from now on;
    `requests` is what it was asked, oldest first; `open_count` and `cancelled_count` tell of requests still running
    and left by their client.
    """

    __test__ = False  # not a test case, whatever its name begins with

    def __init__(self, mode: str = "echo-cited", *, port: int = 0) -> None:
        self._app = App(parse_mode(mode))
        self._wanted_port = port
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="test-model-server", daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise TimeoutError("The test model server did not start.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(START_SECONDS)

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{self.address}/v1"

    @property
    def requests(self) -> list[dict[str, object]]:
        return list(self._app.requests)

    @property
    def spoken(self) -> list[Spoken]:
        """What the last chat requests were answered with, and when; for measuring."""
        return self._app.spoken

    @property
    def open_count(self) -> int:
        return self._app.open_count

    @property
    def cancelled_count(self) -> int:
        return self._app.cancelled_count

    @property
    def unknown_count(self) -> int:
        return self._app.unknown_count

    def mode(self, text: str) -> None:
        self._app.set_mode(text)

    def script(self, *answers: str) -> None:
        """Queue answers and switch to the mode that gives them, in order; once they are used up it echoes."""
        self._app.add_script(list(answers))
        self._app.set_mode("scripted")

    def forget_requests(self) -> None:
        self._app.requests.clear()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._app.serve, LOOPBACK, self._wanted_port, limit=MOST_HEADER_BYTES)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopping.wait()
        server.close()
        answering = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in answering:
            task.cancel()
        await asyncio.gather(*answering, return_exceptions=True)
        await server.wait_closed()


async def serve_until_cancelled(mode: str, port: int) -> None:
    """Serve on a fixed loopback port until the task is cancelled."""
    app = App(parse_mode(mode))
    server = await asyncio.start_server(app.serve, LOOPBACK, port, limit=MOST_HEADER_BYTES)
    async with server:
        await server.serve_forever()
