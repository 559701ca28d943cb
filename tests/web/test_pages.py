"""The chat page, the door for staff and the error pages, as a browser without scripts gets them."""

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from csassist.conversations.access import COOKIE_NAME
from csassist.urls import urlpatterns as product_urls
from csassist.web import views
from tests.architecture.source import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.once]
FACTS = re.compile(r'<script id="page-facts" type="application/json">(.*?)</script>', re.DOTALL)
SCRIPTS = ROOT / "csassist/web/static/web/js"
STYLES = ROOT / "csassist/web/static/web"
MOST_PAGE_BYTES = 150_000
KEYS = {"Ctrl", "Enter", "Esc", "Shift"}  # what stands on a keyboard stays as it is


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("This never reaches a customer.")


urlpatterns = [path("fails", fail), *product_urls]


def facts_of(html: str) -> dict[str, object]:
    found = FACTS.search(html)
    assert found is not None
    facts: dict[str, object] = json.loads(found[1])
    return facts


@pytest.mark.parametrize(
    ("accepts", "language", "words"), [("en-GB", "en", "How can we help?"), ("zh-CN", "zh", "有什么可以帮您？")]
)
def test_the_page_speaks_the_language_of_the_browser(client: Client, accepts: str, language: str, words: str):
    page = client.get("/", headers={"Accept-Language": accepts})

    assert words in page.text
    assert facts_of(page.text)["language"] == language


def test_a_chosen_language_is_kept(client: Client):
    client.get("/?lang=zh-hans", headers={"Accept-Language": "en"})

    assert '<html lang="zh-Hans">' in client.get("/", headers={"Accept-Language": "en"}).text


def test_an_unknown_language_changes_nothing(client: Client):
    page = client.get("/?lang=tlh", headers={"Accept-Language": "en"})

    assert '<html lang="en">' in page.text
    assert settings.LANGUAGE_COOKIE_NAME not in page.cookies


def test_says_that_an_ai_answers_and_offers_a_person(client: Client):
    page = client.get("/").text

    assert page.count("AI assistant") >= 2
    assert "Talk to a person" in page


def test_a_first_visit_makes_a_visitor_and_the_next_one_keeps_it(client: Client):
    first = client.get("/").cookies[COOKIE_NAME]

    assert first["httponly"]
    assert first["samesite"] == "Lax"
    assert COOKIE_NAME not in client.get("/").cookies


def test_opens_the_conversation_of_this_visitor_only(client: Client):
    client.get("/")
    started = client.post("/api/v1/conversations", {"language": "en"}, content_type="application/json").json()

    assert client.get(f"/c/{started['id']}").status_code == 200
    stranger = Client().get(f"/c/{started['id']}")
    assert stranger.status_code == 404
    assert "not available here" in stranger.text
    assert Client().get(f"/c/{uuid.uuid4()}").content == stranger.content


@pytest.mark.parametrize("address", ["/", "/?lang=zh-hans"])
def test_holds_nothing_that_the_strict_policy_forbids(client: Client, address: str):
    page = client.get(address)
    html = page.text

    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:", html)
    assert [
        tag for tag in re.findall(r"<script[^>]*>", html) if "src=" not in tag and "application/json" not in tag
    ] == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', html) == []


def test_weighs_at_most_150_kilobytes_with_everything_it_loads(client: Client):
    page = client.get("/").content
    files = [*SCRIPTS.glob("*.js"), *(STYLES / name for name in chat_files(page.decode()))]

    assert len(page) + sum(file.stat().st_size for file in files) <= MOST_PAGE_BYTES


def chat_files(html: str) -> Iterator[str]:
    for name in re.findall(r'/static/web/([\w.]+)"', html):
        assert (STYLES / name).is_file()
        yield name


def test_every_script_is_announced_to_the_browser():
    assert sorted([*views.SCRIPT_MODULES, "main"]) == sorted(file.stem for file in SCRIPTS.glob("*.js"))


def test_every_phrase_a_script_asks_for_exists_and_every_phrase_is_asked_for():
    text = "\n".join(file.read_text("utf-8") for file in SCRIPTS.glob("*.js"))
    asked = set(re.findall(r'phrase\(\s*"(\w+)"', text)) | chosen_between(text)
    from csassist.web.phrases import chat_phrases

    assert asked == set(chat_phrases())


def chosen_between(text: str) -> set[str]:
    """Phrases whose names a script puts together or chooses."""
    reasons = {f"reason_{name}" for name in re.findall(r'"(\w+)"', text.split("const REASONS = [")[1].split("]")[0])}
    stages = {"stage_looking_up", "stage_searching", "stage_reading", "stage_writing"}
    return reasons | stages | {"agent", "assistant", "offline", "reconnecting"}


def test_staff_are_sent_to_the_console(client: Client):
    assert client.get("/staff/").headers["Location"] == "/console/"


@pytest.mark.parametrize(("language", "words"), [("en", "There is no page"), ("zh-hans", "这个地址没有页面")])
def test_an_unknown_address_says_what_to_do_next(client: Client, language: str, words: str):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = client.get("/nowhere")

    assert page.status_code == 404
    assert words in page.text
    assert 'href="/"' in page.text


@override_settings(ROOT_URLCONF=__name__)
def test_a_failure_tells_nothing_of_its_cause():
    page = Client(raise_request_exception=False).get("/fails")

    assert page.status_code == 500
    assert "Something went wrong on our side" in page.text
    assert "This never reaches" not in page.text


def test_a_form_without_its_token_is_refused_with_a_way_out():
    page = Client(enforce_csrf_checks=True).post("/language", {"language": "en"})

    assert page.status_code == 403
    assert "reload the page" in page.text


@pytest.mark.parametrize("folder", [Path("csassist/web/templates")])
def test_no_template_holds_words_outside_the_catalogue(folder: Path):
    bare = {}
    for template in sorted((ROOT / folder).rglob("*.html")):
        text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}|<!doctype html>", "", _without_translated(template.read_text("utf-8")))
        words = re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]*>", "", text, flags=re.DOTALL))
        if set(words) - {"csassist", "English", "dashboard", "colM", *KEYS}:
            bare[template.name] = words

    assert bare == {}


def _without_translated(text: str) -> str:
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)
    return re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", text, flags=re.DOTALL)
