"""A service desk in use: customers who write through the API, agents whose console is open, and a level of autonomy."""

import re
import uuid
from dataclasses import dataclass, field
from functools import partial

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.browser.life import submit
from tests.browser.site import Site, wait_until

ANSWER_SECONDS = 45.0
SOON_MILLISECONDS = 1_000


@dataclass
class Customer:
    """One visitor of the chat page, without a browser."""

    url: str
    language: str = "en"
    channel: str = "web"
    id: str = field(init=False)
    token: str = field(init=False)

    def __post_init__(self) -> None:
        begun = {"language": self.language, "channel": self.channel}
        started = httpx.post(f"{self.url}/api/v1/conversations", json=begun, timeout=30).raise_for_status().json()
        self.id, self.token = started["id"], started["visitor_token"]

    def says(self, text: str) -> "Customer":
        self._ask("POST", "messages", {"text": text, "client_key": str(uuid.uuid4())})
        return self

    def asks_for_person(self, name: str) -> "Customer":
        self._ask("POST", "person", {"name": name, "contact": "customer@example.com"})
        return self

    def messages(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self._ask("GET", "messages").json()["results"]
        return found

    def has_answer(self, author: str) -> bool:
        return any(message["author"] == author for message in self.messages())

    def _ask(self, method: str, what: str, sent: dict[str, str] | None = None) -> httpx.Response:
        address = f"{self.url}/api/v1/conversations/{self.id}/{what}"
        headers = {"Authorization": f"Visitor {self.token}"}
        return httpx.request(method, address, json=sent, headers=headers, timeout=30).raise_for_status()


@dataclass(frozen=True)
class Agent:
    """A member of staff with the console open."""

    page: Page
    url: str

    def opens(self, path: str = "/console/?queue=queue") -> "Agent":
        self.page.goto(f"{self.url}{path}")
        return self

    def opens_conversation(self, customer: Customer) -> "Agent":
        self.opens(f"/console/c/{customer.id}")
        expect(self.talk).to_be_visible()
        return self

    def row(self, customer: Customer) -> Locator:
        return self.page.locator(f'a.row[data-open="{customer.id}"]')

    @property
    def talk(self) -> Locator:
        return self.page.locator("#talk")

    @property
    def owner(self) -> Locator:
        return self.page.locator(".owner-badge")

    @property
    def draft(self) -> Locator:
        return self.page.locator("#draft .draft")

    def writes(self, text: str) -> None:
        self.page.locator("#words").fill(text)

    def sends(self, text: str) -> None:
        self.writes(text)
        self.page.keyboard.press("Control+Enter")


RULES = "/admin/assistant/autonomyrule/"


def clear_autonomy(site: Site, channel: str) -> None:
    """No rule of this channel: its answers go out by themselves."""
    listed = site.staff.get(f"{RULES}?channel__exact={channel}").text
    for key in sorted(set(re.findall(rf'href="{RULES}(\d+)/change/', listed))):
        submit(site.staff, f"{RULES}{key}/delete/", {"post": "yes"})


def set_autonomy(site: Site, channel: str, level: str) -> None:
    clear_autonomy(site, channel)
    fields = {"topic": "", "channel": channel, "level": level, "looked_at_count": "40"}
    ratios = {"least_accepted_ratio": "0.0", "most_bad_ratings_ratio": "1.0", "most_reopened_ratio": "1.0"}
    submit(site.staff, f"{RULES}add/", fields | ratios)


def drafts_waiting(site: Site) -> list[dict[str, str]]:
    found: list[dict[str, str]] = site.staff.get("/api/v1/staff/drafts").raise_for_status().json()["results"]
    return found


def acts(site: Site, path: str, sent: dict[str, str | int] | None = None) -> None:
    """The supervisor does something over the API, such as `conversations/ID/close`."""
    headers = {"X-CSRFToken": site.staff.cookies["csrftoken"], "Referer": str(site.staff.base_url)}
    site.staff.post(f"/api/v1/staff/{path}", json=sent or {}, headers=headers).raise_for_status()


def decide_what_is_left(site: Site) -> None:
    """Whatever other tests left in the review queue goes."""
    for draft in drafts_waiting(site):
        acts(site, f"drafts/{draft['id']}/reject", {"version": draft["version"], "reason": "other"})


def wait_for_drafts(site: Site, customers: list[Customer]) -> None:
    wanted = {customer.id for customer in customers}
    wait_until(
        partial(_have_drafts, site, wanted), within_seconds=ANSWER_SECONDS, what="a draft for each of the customers"
    )


def _have_drafts(site: Site, wanted: set[str]) -> bool:
    return wanted <= {draft["conversation"] for draft in drafts_waiting(site)}
