"""Every page of every address carries the strict content security policy, and no template needs more than it allows."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path

from csassist.accounts.models import User
from csassist.conversations.services import receive_message
from csassist.urls import urlpatterns as product_urls
from prompts.services import sync_defaults
from tests.architecture.source import ROOT, tracked_files
from tests.factories import ConversationFactory
from tests.knowledge.conftest import no_indexes

__all__ = ["no_indexes"]

pytestmark = [pytest.mark.django_db, pytest.mark.once]

WANTED = {
    "default-src": {"'none'"},
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "data:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "form-action": {"'self'"},
    "frame-ancestors": {"'none'"},
    "base-uri": {"'none'"},
    "object-src": {"'none'"},
}
LEAST_ADDRESSES = 80
SAMPLES = {
    "int": "1",
    "uuid": "6f0f4b8e-64a7-4d6e-9f3b-2f4f6b0c7a11",
    "slug": "answer_question",
    "str": "1",
    "path": "1",
}
CONVERTER = re.compile(r"<(?:(\w+):)?(\w+)>")
INLINE = re.compile(
    r"<style\b|\sstyle\s*=|<[^>]*\son[a-z]+\s*=|javascript:|\|\s*safe\b|{%\s*autoescape off|(?:src|href|action)=\"(?:https?:)?//",
    re.IGNORECASE,
)
SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>", re.IGNORECASE)
# What customers may upload to the demo; a mail, which no policy of ours reaches and whose readers know inline styles only.
NOT_OURS = ("csassist/demo/uploads/", "csassist/delivery/templates/delivery/letter.html")


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a bug")


urlpatterns = [path("fails", fail), *product_urls]


def addresses(resolver: URLResolver | None = None, prefix: str = "/") -> Iterator[str]:
    """One address for each route, with something in the place of every parameter."""
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = str(entry.pattern).removeprefix("^").rstrip("$")
        if isinstance(entry, URLResolver):
            yield from addresses(entry, prefix + pattern)
        elif isinstance(entry, URLPattern) and not set("(?\\") & set(pattern):
            yield CONVERTER.sub(lambda found: SAMPLES[found.group(1) or "str"], prefix + pattern)


def policy_of(response: Any) -> dict[str, set[str]]:
    directives = (part.split() for part in response.headers["Content-Security-Policy"].split(";"))
    return {name: set(values) for name, *values in directives}


def browsers(dora: User) -> dict[str, Callable[[], Client]]:
    def staff() -> Client:
        browser = Client(raise_request_exception=False)
        browser.force_login(dora)
        return browser

    return {"stranger": lambda: Client(raise_request_exception=False), "admin": staff}


@pytest.mark.parametrize("who", ["stranger", "admin"])
def test_every_address_answers_with_the_strict_policy(who: str, dora: User, no_indexes: None):
    sync_defaults()
    receive_message(conversation=ConversationFactory.create(), text="<script>alert(1)</script>")
    browser = browsers(dora)[who]()
    asked = sorted({one for one in addresses() if one != "/api/schema"})  # slow to make, and no page
    pages, wrong = 0, {}
    for address in asked:
        answer = browser.get(address, headers={"Accept": "text/html"})
        pages += answer.headers.get("Content-Type", "").startswith("text/html") and answer.status_code == 200
        if policy_of(answer) != WANTED:
            wrong[address] = policy_of(answer)
    assert wrong == {}
    assert len(asked) >= LEAST_ADDRESSES
    assert pages >= {"stranger": 3, "admin": 20}[who]


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize("address", ["/fails", "/nowhere", "/admin/nowhere", "/c/nobody", "/api/v1/nowhere"])
def test_error_pages_carry_it_too(address: str):
    answer = Client(raise_request_exception=False).get(address)
    assert answer.status_code in {302, 404, 500}
    assert policy_of(answer) == WANTED


def test_a_refused_form_carries_it_too():
    answer = Client(enforce_csrf_checks=True).post("/language", {"language": "en"})
    assert answer.status_code == 403
    assert policy_of(answer) == WANTED


def test_no_template_needs_more_than_the_policy_allows():
    templates = [one for one in tracked_files() if one.suffix == ".html" and not str(one).startswith(NOT_OURS)]
    found = []
    for template in templates:
        text = (ROOT / template).read_text("utf-8")
        found += [f"{template}: {match.group()}" for match in INLINE.finditer(text)]
        for script in SCRIPT.finditer(text):
            attributes = script["attributes"]
            if "src=" not in attributes and 'type="application/json"' not in attributes:
                found.append(f"{template}: {script.group()}")
    assert len(templates) >= 30
    assert found == []
