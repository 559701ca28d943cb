"""Home, collections, the sitemap, and the way between the help centre and the chat."""

from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from csassist.conversations.models import Conversation
from knowledge import reading_counts
from knowledge.articles import address_of
from knowledge.models import Collection, Document
from tests.architecture.source import ROOT
from tests.web.help_centre.conftest import Live

pytestmark = [pytest.mark.django_db, pytest.mark.once]
STYLES = ROOT / "csassist/web/static/web"
MOST_PAGE_BYTES = 150_000


def test_home_counts_what_is_readable_in_the_chosen_language(live: Live):
    for number in range(3):
        live(f"Guide {number}")
    live("指南", "正文。", language="zh")

    assert "3 articles" in Client().get("/help/").text
    assert "1 article<" in Client().get("/help/?in=zh").text
    assert "4 articles" in Client().get("/help/?in=all").text
    assert "1 篇文章" in Client().get("/help/?lang=zh-hans").text


def test_an_empty_help_centre_says_so(db: None):
    assert "There are no articles in this language yet." in Client().get("/help/").text


def test_what_is_read_most_comes_first_then_what_is_suggested(live: Live):
    suggested, read, unread = live("Suggested"), live("Read"), live("Unread")
    Document.objects.filter(pk=suggested.pk).update(suggested_question="What?")
    Client().get(address_of(read))
    reading_counts.write_noted()

    page = Client().get("/help/").text

    assert page.index(address_of(read)) < page.index(address_of(suggested))
    assert address_of(unread) not in page


def test_a_collection_is_paged_by_title_with_few_queries(live: Live, django_assert_max_num_queries: Any):
    documents = [live(f"Guide {number:02}", f"First sentence of {number}. Second.") for number in range(45)]

    with django_assert_max_num_queries(3):
        first = Client().get("/help/help/").text
    last = Client().get("/help/help/?page=3").text

    assert first.count('<li lang="en"><a href=') == 20
    assert "First sentence of 0." in first
    assert "Second." not in first
    assert address_of(documents[44]) in last
    assert "Page 3 of 3" in last
    assert 'rel="prev" href="?page=2"' in last


def test_home_asks_few_questions_of_the_database(live: Live, django_assert_max_num_queries: Any):
    for number in range(5):
        live(f"Guide {number}")

    with django_assert_max_num_queries(2):
        Client().get("/help/")


@pytest.mark.parametrize("address", ["/help/", "/help/help/", "/help/search"])
def test_every_page_names_its_languages_and_keeps_what_was_asked(live: Live, address: str):
    live()
    page = Client().get(f"{address}?in=zh&lang=zh-hans").text

    assert '<html lang="zh-Hans">' in page
    assert 'href="?in=zh&amp;lang=en" lang="en" hreflang="en"' in page
    assert '<html lang="zh-Hans">' not in Client().get(address).text


def test_lists_name_their_other_language_to_search_engines(live: Live):
    live()
    page = Client().get("/help/help/").text

    assert 'rel="alternate" hreflang="zh-Hans" href="http://testserver/help/help/?lang=zh-hans"' in page
    assert 'rel="canonical" href="http://testserver/help/help/"' in page


def test_pages_weigh_little(live: Live):
    document = live(body="一句中文。" * 4000)
    files = sum((STYLES / f"{name}.css").stat().st_size for name in ("tokens", "base", "bar", "help", "article"))

    for address in ("/help/", "/help/help/?in=all", address_of(document)):
        assert len(Client().get(address).content) + files <= MOST_PAGE_BYTES, address


def test_the_sitemap_lists_every_article_with_its_change(live: Live, members_shelf: Collection):
    public, hidden = live("退货"), live("Members", collection=members_shelf)
    robots = Client().get("/robots.txt").text
    assert "Sitemap: http://testserver/sitemap.xml" in robots
    assert "Disallow: /help/search" in robots

    index = ElementTree.fromstring(Client().get("/sitemap.xml").content)  # noqa: S314 -- our own answer
    places = [one.text or "" for one in index.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    listed = "".join(Client().get(place).text for place in places)

    assert f"http://testserver{address_of(public)}</loc><lastmod>" in listed
    assert address_of(hidden) not in listed
    assert "http://testserver/help/help/</loc>" in listed


def test_a_large_sitemap_is_paged_and_costs_one_query_a_page(
    live: Live, monkeypatch: Any, django_assert_max_num_queries: Any
):
    from csassist.web.help_centre.metadata import ArticleSitemap

    monkeypatch.setattr(ArticleSitemap, "limit", 2)
    for number in range(5):
        live(f"Guide {number}")

    assert "/sitemap-articles.xml?p=3" in Client().get("/sitemap.xml").text
    with django_assert_max_num_queries(3):
        assert Client().get("/sitemap-articles.xml?p=2").text.count("<loc>") == 2


def test_the_chat_leads_to_the_help_centre_and_back():
    assert 'href="/help/"' in Client().get("/").text
    assert 'href="/"' in Client().get("/help/").text


def test_asking_about_an_article_tells_the_chat_which(live: Live):
    document = live()
    assert f'href="/?about={document.public_id}"' in Client().get(address_of(document)).text

    page = Client().get(f"/?about={document.public_id}").text

    assert f'<a href="{address_of(document)}">Returns</a>' in page
    assert 'placeholder="Ask about “Returns”"' in page
    assert f'"about": "{document.public_id}"' in page


@pytest.mark.parametrize("about", ["nonsense", "", "00000000-0000-4000-8000-000000000000"])
def test_an_article_that_is_not_there_leaves_the_chat_as_it_is(live: Live, about: str):
    page = Client().get(f"/?about={about}")

    assert page.status_code == 200
    assert '"about": null' in page.text
    assert "People often ask" not in page.text.split("<noscript>")[1]


def test_the_conversation_keeps_what_it_is_about_and_staff_can_open_it(live: Live, signed_in: Any, ben: Any):
    document = live()
    client = Client()
    client.get("/")
    answer = client.post(
        "/api/v1/conversations", {"language": "en", "about": str(document.public_id)}, content_type="application/json"
    )
    assert answer.status_code == 201

    conversation = Conversation.objects.get()
    page = signed_in(ben).get(f"/admin/conversations/conversation/{conversation.pk}/change/").text

    assert conversation.about_document_id == document.public_id
    assert f"/admin/knowledge/document/by-id/{document.public_id}/" in page
