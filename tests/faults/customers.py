"""A customer with a program of their own: asks over HTTP and follows the stream, through every crash of the server."""

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

RECONNECT_SECONDS = 0.1


@dataclass(frozen=True)
class Event:
    seq: int
    type: str
    payload: dict[str, Any]


class Customer:
    """Opens a conversation at once."""

    def __init__(self, address: str, *, language: str = "en") -> None:
        self._http = httpx.Client(base_url=f"{address}/api/v1", timeout=60)
        opened = self._http.post("/conversations", json={"language": language}).raise_for_status().json()
        self.conversation_id: str = opened["id"]
        self._http.headers["Authorization"] = f"Visitor {opened['visitor_token']}"

    def say(self, text: str, *, client_key: str = "") -> httpx.Response:
        body = {"text": text, "client_key": client_key}
        return self._http.post(f"/conversations/{self.conversation_id}/messages", json=body)

    def messages(self) -> list[dict[str, Any]]:
        page = self._http.get(f"/conversations/{self.conversation_id}/messages", params={"page_size": 100})
        listed: list[dict[str, Any]] = page.raise_for_status().json()["results"]
        return listed

    def answers(self) -> list[dict[str, Any]]:
        return [message for message in self.messages() if message["author"] == "assistant"]

    def open_source(self, citation_id: str) -> httpx.Response:
        return self._http.get(f"/citations/{citation_id}")

    def rate(self, message_id: str, **rating: str) -> httpx.Response:
        return self._http.post(f"/messages/{message_id}/feedback", json=rating)

    def ask_for_person(self, **details: str) -> httpx.Response:
        return self._http.post(f"/conversations/{self.conversation_id}/person", json=details)

    def close(self) -> None:
        self._http.close()

    def follow(self) -> "Follower":
        headers = {"Authorization": self._http.headers["Authorization"]}
        return Follower(f"{self._http.base_url}conversations/{self.conversation_id}/events", headers)


@dataclass
class Follower:
    """Reads the stream in a thread, for `with`; comes back after every break with the number of the last event."""

    address: str
    headers: dict[str, str]
    events: list[Event] = field(default_factory=list)
    connections_count: int = 0

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="follower")

    def __enter__(self) -> "Follower":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def types(self) -> list[str]:
        return [event.type for event in list(self.events)]

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                self._read_one_connection()
            except httpx.TransportError:
                time.sleep(RECONNECT_SECONDS)

    def _read_one_connection(self) -> None:
        last = {"Last-Event-ID": str(self.events[-1].seq)} if self.events else {}
        patience = httpx.Timeout(10, read=2.5)
        with httpx.stream("GET", self.address, headers={**self.headers, **last}, timeout=patience) as response:
            self.connections_count += response.status_code == 200
            fields: dict[str, str] = {}
            for line in response.iter_lines():
                if self._stop.is_set():
                    return
                name, _colon, value = line.partition(": ")
                if line:
                    fields[name] = value
                elif "id" in fields:
                    self.events.append(Event(int(fields["id"]), fields["event"], json.loads(fields["data"])))
                    fields = {}
