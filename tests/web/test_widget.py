"""The widget's one file, the words it is given, and the pages of other sites that may use it."""

import gzip
import re

import pytest
from django.test import Client
from rest_framework.test import APIClient

from csassist.customers.models import Customer
from csassist.customers.signed_identity import prove
from csassist.web import widget
from csassist.web.phrases import widget_phrases
from csassist.web.widget import MODULES, NotBundled, module_path, widget_script
from tests.architecture.source import ROOT
from tests.customers.signing import SECRET

pytestmark = pytest.mark.once

MOST_COMPRESSED_BYTES = 30_000
SHOP = "https://shop.example"
# What a browser may send as Origin without being the shop.
FOREIGN = [
    "null",
    "*",
    "https://evil.example",
    "http://shop.example",
    "https://shop.example.evil.example",
    "https://evilshop.example",
    "https://www.shop.example",
    "https://shop.example:8443",
    "https://shop.example.",
    "https://shop.example@evil.example",
    "https://evil.example/shop.example",
    "https://SHOP.example.evil",
    "https://xn--shp-0na.example",
    "https://shop.examplé",
    "file://",
    "https://",
    "shop.example",
    "ftp://shop.example",
    "https://shop.example, https://evil.example",
]
USED = ["widget", "sign-in", "conversations", "messages/5f0c4e6e-6a1f-4d38-9a43-6f6f0b0b0b0b/feedback"]
NOT_USED = ["ask", "staff/conversations", "documents", "search", "prompts", "index", "widgets", "conversationsx"]


@pytest.fixture
def shop(settings) -> str:
    settings.CORS_ALLOWED_ORIGINS = [SHOP]
    return SHOP


# --- the file ---


def test_weighs_at_most_30_kilobytes_compressed(client: Client):
    answer = client.get("/widget.js", headers={"Accept-Encoding": "gzip, br"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) <= MOST_COMPRESSED_BYTES
    assert gzip.decompress(answer.content) == client.get("/widget.js").content == widget_script().text


def test_is_asked_for_again_only_when_it_has_changed(client: Client):
    first = client.get("/widget.js")
    again = client.get("/widget.js", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert first.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Accept-Encoding" in first.headers["Vary"]
    assert first.cookies == {}


def test_the_script_that_sends_events_is_small_and_needs_nothing_else(client: Client):
    answer = client.get("/events.js")
    text = answer.content.decode()

    assert answer.status_code == 200
    assert len(answer.content) < 4_000
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not re.search(r"\bimport\b|\beval\b|innerHTML", text)
    assert "doNotTrack" in text
    assert "globalPrivacyControl" in text


def test_holds_every_module_and_nothing_is_left_to_import():
    text = widget_script().text.decode()

    assert [name for name in MODULES if f"const ${name}=(" not in text] == []
    assert re.findall(r"^\s*(?:import|export)\b.*", text, re.MULTILINE) == []
    assert "$STYLES" not in text
    for name in MODULES:
        for line in module_path(name).read_text("utf-8").splitlines():
            assert line.count("`") % 2 == 0, "a text over several lines would lose its indentation"
    assert sorted(path.stem for path in (widget.SCRIPTS / "widget").glob("*.js")) == sorted(
        ["loader", *(name for name in MODULES if module_path(name).parent.name == "widget")]
    )


def test_inserts_html_in_one_place_and_only_as_trusted():
    text = widget_script().text.decode()

    assert re.findall(r"\.(?:innerHTML|outerHTML)\b[^;]*;|insertAdjacentHTML|document\.write", text) == [
        ".innerHTML=trusted(html);"
    ]
    assert re.findall(r"\beval\(|new Function|\.setAttribute\(\"style\"", text) == []


def test_styles_are_written_for_the_root_of_the_shadow_and_not_for_the_host_page():
    styles = widget._styles()

    assert not re.search(r"\d(?:rem|em)\b(?=[ ;,)])", re.sub(r"0\.\d+em|0\.9em|1\.5em", "", styles))
    assert ":root" not in styles
    assert not re.search(r"(?:^|\})body", styles)
    assert ".root{--page:" in styles
    assert "--space-4:16px" in styles
    # "left" is the end of a page that is written from right to left.
    one_sided = (
        r"[;{ ](?:(?:margin|padding|border)-(?:left|right)[\w-]*|left|right|float|text-align: ?(?:left|right))\s*:"
    )
    assert re.findall(one_sided, styles) == []
    around = [
        re.split(r" (?![^(]*\))", value.strip()) for value in re.findall(r"(?:margin|padding): ?([^;}]+)", styles)
    ]
    assert [sides for sides in around if len(sides) == 4 and sides[1] != sides[3]] == []


def test_a_module_that_cannot_be_bundled_is_noticed(monkeypatch):
    monkeypatch.setattr(widget, "_source", lambda name: 'import * as all from "./dom.js";\n')
    with pytest.raises(NotBundled):
        widget._as_function("dom")
    monkeypatch.setattr(widget, "_source", lambda name: 'import { a } from "./main.js";\n')
    with pytest.raises(NotBundled):
        widget._as_function("dom")


# --- its words ---


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "company", "words"), [("en", "Larkhouse", "Talk to a person"), ("zh", "灵居", "联系人工客服")]
)
def test_words_come_in_the_language_asked_for_whatever_the_browser_says(client, language, company, words):
    other = {"en": "zh-CN", "zh": "en-GB"}[language]
    facts = client.get(f"/api/v1/widget?language={language}", headers={"Accept-Language": other}).json()

    assert (facts["company"], facts["language"]) == (company, language)
    assert facts["phrases"]["talk_to_person"] == words
    assert facts["phrases"]["assistant"] in {"AI assistant", "AI 助手"}
    assert set(facts["phrases"]) == set(widget_phrases())


def test_an_unknown_language_is_refused(client):
    assert client.get("/api/v1/widget?language=tlh").status_code == 400


def test_every_phrase_the_widget_asks_for_exists_and_every_phrase_is_asked_for():
    text = widget_script().text.decode()
    asked = set(re.findall(r'phrase\(\s*"(\w+)"', text))
    chosen = {f"reason_{name}" for name in re.findall(r'"(\w+)"', text.split("const REASONS=[")[1].split("]")[0])}
    chosen |= {
        "stage_looking_up",
        "stage_searching",
        "stage_reading",
        "stage_writing",
        "agent",
        "assistant",
        "offline",
        "reconnecting",
    }
    chosen |= {"open_chat", "close_chat", "sign_in_failed"}

    assert asked | chosen == set(widget_phrases())


# --- pages of other sites ---


@pytest.mark.django_db
@pytest.mark.parametrize("route", USED)
def test_the_shops_page_may_use_the_customers_routes_without_cookies(shop: str, route: str):
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    preflight = APIClient().options(f"/api/v1/{route}", headers={"Origin": shop, **asked})

    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == shop
    assert "authorization" in preflight.headers["Access-Control-Allow-Headers"]
    assert "last-event-id" in preflight.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in preflight.headers
    assert "origin" in preflight.headers["Vary"].lower()


@pytest.mark.django_db
@pytest.mark.parametrize("route", NOT_USED)
def test_no_other_route_answers_another_site(shop: str, route: str):
    for method in ("get", "options"):
        answer = getattr(APIClient(), method)(
            f"/api/v1/{route}", headers={"Origin": shop, "Access-Control-Request-Method": "GET"}
        )
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.django_db
@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_is_told_nothing(shop: str, origin: str):
    header = origin.encode("idna").decode() if not origin.isascii() else origin
    for method in ("get", "options"):
        answer = getattr(APIClient(), method)(
            "/api/v1/widget", headers={"Origin": header, "Access-Control-Request-Method": "GET"}
        )
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.django_db
def test_by_default_no_other_site_may_use_it():
    answer = APIClient().get("/api/v1/widget", headers={"Origin": SHOP})

    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.django_db
def test_a_refusal_says_when_to_try_again_also_to_another_site(shop: str, settings):
    settings.CSASSIST_ADDRESS_MESSAGES_PER_MINUTE = 1
    for _ in range(2):
        answer = APIClient().post("/api/v1/conversations", {}, format="json", headers={"Origin": shop})

    assert answer.status_code == 429
    assert answer.headers["Access-Control-Expose-Headers"] == "Retry-After"


@pytest.mark.django_db
def test_a_conversation_of_the_widget_sets_no_cookie():
    browser = APIClient()
    started = browser.post("/api/v1/conversations", {"channel": "widget"}, format="json")

    assert started.json()["visitor_token"]
    assert started.cookies == {}


# --- the page to try it on ---


@pytest.mark.django_db
def test_the_demo_shows_the_tag_and_carries_it(client: Client):
    page = client.get("/widget-demo")

    assert '<script src="/widget.js" async></script>' in page.text
    assert "&lt;script src=&quot;http://testserver/widget.js&quot;" in page.text.replace('"', "&quot;")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_the_demo_page_signs_in_whom_somebody_plays_and_nobody_else(client: Client, settings):
    Customer.objects.create(external_id="LH-1001", name="Amelia", is_anonymous=False)
    assert "LH-1001" not in client.get("/widget-demo").text  # without a secret there is nothing to sign with
    settings.CSASSIST_WIDGET_SECRET = SECRET
    page = client.get("/widget-demo?as=LH-1001").text
    token = re.findall(r'data-customer-token="([^"]+)"', page)[0]

    assert prove(token).external_id == "LH-1001"
    assert "data-customer-token" not in client.get("/widget-demo?as=LH-9999").text


@pytest.mark.django_db
def test_production_has_no_demo_page(client: Client, settings):
    settings.CSASSIST_MODE = "production"

    assert client.get("/widget-demo").status_code == 404


def test_the_how_to_names_every_attribute_and_function_of_the_script():
    how_to = (ROOT / "docs/how-to/embed-the-widget.md").read_text("utf-8")
    text = widget_script().text.decode()
    attributes = {
        re.sub(r"[A-Z]", lambda found: f"-{found[0].lower()}", name) for name in re.findall(r"\boptions\.(\w+)", text)
    }
    attributes |= set(re.findall(r"(\w+) = ", text.split("const { ")[-1].split(" } = page.options")[0])) & {
        "position",
        "theme",
        "direction",
    }

    assert {"language", "customer-token", "identify", "accent"} <= attributes
    assert [name for name in attributes if f"`data-{name}`" not in how_to] == []
    assert [name for name in re.findall(r"--csassist-[\w-]+", text) if f"`{name}`" not in how_to] == []
    assert [name for name in ("open", "close", "identify", "signOut") if f"csassist.{name}(" not in how_to] == []
