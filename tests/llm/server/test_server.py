"""The test server over HTTP, as any client sees it."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from csassist.llm.test_server import TestModelServer
from tests.llm.conftest import ANSWER, PROMPT


def call(address: str, path: str, body: object = None, method: str | None = None) -> dict[str, object]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Authorization": "Bearer secret-key"}
    request = urllib.request.Request(f"{address}{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=5) as response:
        value = json.loads(response.read())
    assert isinstance(value, dict)
    return value


def ask(server: TestModelServer, model: str = "test", **more: object) -> dict[str, object]:
    body = {"model": model, "messages": [{"role": "user", "content": PROMPT}], **more}
    return call(server.address, "/v1/chat/completions", body)


def text_of(completion: dict[str, object]) -> object:
    choices = completion["choices"]
    assert isinstance(choices, list)
    return choices[0]["message"]["content"]


def test_answers_without_streaming(server: TestModelServer) -> None:
    completion = ask(server)

    assert text_of(completion) == ANSWER
    usage = completion["usage"]
    assert isinstance(usage, dict)
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_streams_events_that_end_with_done(server: TestModelServer) -> None:
    body = json.dumps({"model": "test", "stream": True, "messages": [{"role": "user", "content": PROMPT}]}).encode()
    with urllib.request.urlopen(
        urllib.request.Request(f"{server.base_url}/chat/completions", body), timeout=5
    ) as reply:
        lines = [line for line in reply.read().decode().split("\n") if line]

    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == ANSWER
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


def test_the_same_prompt_gets_the_same_answer(server: TestModelServer) -> None:
    assert ask(server) == ask(server)


def test_lists_its_model_and_is_healthy(server: TestModelServer) -> None:
    assert call(server.address, "/health") == {"status": "ok"}
    assert "test" in str(call(server.address, "/v1/models"))


def test_embeds_texts(server: TestModelServer) -> None:
    reply = call(server.address, "/v1/embeddings", {"model": "test", "input": ["return a parcel", "退货"]})
    rows = reply["data"]
    assert isinstance(rows, list)
    assert [len(row["embedding"]) for row in rows] == [256, 256]


def test_the_mode_can_be_changed_from_outside(server: TestModelServer) -> None:
    assert call(server.address, "/control/mode", {"mode": "error?status=429"}) == {"mode": "error&status=429"}
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask(server)
    caught.value.close()
    assert caught.value.code == 429


def test_a_mode_of_the_model_name_counts_for_one_request(server: TestModelServer) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask(server, model="test:error?status=503")
    caught.value.close()
    assert text_of(ask(server)) == ANSWER


def test_a_mode_may_hold_for_some_requests_only(server: TestModelServer) -> None:
    server.mode("error?status=500&times=2&then=fabricate")
    for _ in range(2):
        with pytest.raises(urllib.error.HTTPError) as caught:
            ask(server)
        caught.value.close()
    assert "[97]" in str(text_of(ask(server)))


def test_gives_scripted_answers_in_order_then_echoes(server: TestModelServer) -> None:
    call(server.address, "/control/script", {"answers": ["one", "two"]})
    server.mode("scripted")

    assert [text_of(ask(server)) for _ in range(3)] == ["one", "two", ANSWER]


def test_a_mode_may_say_a_fixed_text(server: TestModelServer) -> None:
    assert text_of(ask(server, model="test:no-usage?say=hello")) == "hello"


def test_keeps_what_it_was_asked_without_the_key(server: TestModelServer) -> None:
    ask(server)

    kept = call(server.address, "/control/requests")["requests"]
    assert isinstance(kept, list)
    assert kept[0]["body"]["messages"][0]["content"] == PROMPT
    assert kept[0]["headers"]["authorization"] == "kept back"
    assert call(server.address, "/control/requests", method="DELETE") == {"requests": []}
    assert server.requests == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/nowhere", {}, 404),
        ("/v1/chat/completions", [], 400),
        ("/v1/chat/completions", {"messages": "text"}, 400),
        ("/v1/embeddings", {"input": 7}, 400),
        ("/control/mode", {"mode": "fast"}, 400),
        ("/control/script", {"answers": "one"}, 400),
    ],
)
def test_refuses_requests_it_does_not_understand(server: TestModelServer, path: str, body: object, status: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        call(server.address, path, body)
    caught.value.close()
    assert caught.value.code == status


def test_survives_bytes_that_are_no_request(server: TestModelServer) -> None:
    for junk in (b"", b"\x00\xff\r\n\r\n", b"GET", b"POST /v1/models HTTP/1.1\r\nContent-Length: x\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
            connection.sendall(junk)
    assert call(server.address, "/health") == {"status": "ok"}


def test_stops_in_the_middle_of_answers() -> None:
    with TestModelServer("slow?headers=60") as server:
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=5)
        body = json.dumps({"model": "m", "messages": []}).encode()
        connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        give_up_at = time.monotonic() + 2.0
        while not server.open_count:
            assert time.monotonic() < give_up_at
            time.sleep(0.01)
        started = time.monotonic()
    connection.close()
    assert time.monotonic() - started < 2.0


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_command_serves_until_it_is_stopped(free_port: int) -> None:
    command = [sys.executable, "manage.py", "test_model_server", "--port", str(free_port), "--mode", "no-usage?say=hi"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            _wait_for(free_port)
            body = {"model": "test", "messages": []}
            assert text_of(call(f"http://127.0.0.1:{free_port}", "/v1/chat/completions", body)) == "hi"
        finally:
            process.terminate()
        assert process.wait(10) in {0, -15}


def test_the_command_refuses_a_mode_it_does_not_know() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "test_model_server", "--mode", "fast"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "'fast' is not one of" in done.stderr


def _wait_for(port: int) -> None:
    give_up_at = time.monotonic() + 20.0
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < give_up_at, "the server did not start"
            time.sleep(0.1)
        else:
            return
