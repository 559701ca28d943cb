"""The page of one article: its text, its address, its descriptions, and what readers say of it."""

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from csassist.conversations.access import COOKIE_NAME
from csassist.customers.models import Customer
from knowledge import reading_counts, services
from knowledge.article_feedback import COMMENT_MAX_CHARACTERS, feedback_sums
from knowledge.articles import address_of
from knowledge.chunking import QaRow
from knowledge.models import ArticleFeedback, ArticleViews, Collection, Document, Source
from knowledge.question_files import to_lines
from tests.web.help_centre.conftest import RETURNS, Live

pytestmark = [pytest.mark.django_db, pytest.mark.once]
STATIC_BYTES_ROOM = 60_000
MOST_PAGE_BYTES = 150_000


def test_shows_the_text_with_its_contents_and_facts(live: Live):
    page = Client().get(address_of(live())).text

    assert '<h1 lang="en">Returns</h1>' in page
    assert '<h2 id="s-who-pays">Who pays</h2>' in page
    assert page.count('href="#s-faulty-goods"') == 2  # beside the text, and folded above it
    assert "Updated" in page
    assert 'href="/help/help/"' in page


def test_a_short_article_has_no_contents(live: Live):
    assert "On this page" not in Client().get(address_of(live(body="## One\n\nText.\n\n## Two\n\nText."))).text


@pytest.mark.parametrize("title", ["Returns", "退货与退款", "«»", "A" * 300])
def test_the_address_carries_the_title_and_is_found_again(live: Live, title: str):
    document = live(title)

    answer = Client().get(address_of(document))

    assert answer.status_code == 200
    assert len(unquote(address_of(document))) < 100


@pytest.mark.parametrize(
    "old", ["/help/help/an-older-title-{id}/", "/help/elsewhere/returns-{id}/", "/help/help/{id}/"]
)
def test_an_older_address_leads_to_the_present_one(live: Live, old: str):
    document = live()

    answer = Client().get(old.format(id=document.public_id.hex[:12]) + "?part=1")

    assert (answer.status_code, answer.headers["Location"]) == (301, f"{address_of(document)}?part=1")


def test_a_new_title_moves_the_article_when_it_is_live(live: Live):
    document = live()
    before = address_of(document)
    services.publish(
        version=services.write_version(document=document, text=services.VersionText("Send it back", RETURNS))
    )
    assert Client().get(before).status_code == 200  # the indexes have not caught up

    document.refresh_from_db()
    document.live_version = document.published_version
    document.save()

    assert Client().get(before).headers["Location"] == address_of(document) != before


def test_a_hostile_title_and_text_do_nothing(live: Live):
    document = live(
        '</title></script><script>alert("t")</script>', "# <img src=x onerror=alert(1)>\n\n<script>x</script>"
    )

    page = Client().get(address_of(document))

    assert "<script>" not in page.text
    assert "<img" not in page.text
    assert json.loads(_linked_data(page.text))["headline"] == document.title
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def _linked_data(html: str) -> str:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert found is not None
    return found[1]


def test_tells_search_engines_what_it_is(live: Live):
    document = live()

    page = Client().get(f"{address_of(document)}?lang=zh-hans").text

    canonical = f"http://testserver{address_of(document)}"
    assert f'<link rel="canonical" href="{canonical}">' in page
    assert '<meta name="description" content="You can return unused goods within 30 days of delivery.">' in page
    assert '<meta property="og:title" content="Returns">' in page
    facts = json.loads(_linked_data(page))
    assert (facts["@type"], facts["inLanguage"], facts["url"]) == ("Article", "en", canonical)
    assert '<html lang="zh-Hans">' in page


def test_what_is_for_customers_is_not_for_search_engines(live: Live, members_shelf: Collection, settings: Any):
    from tests.web.help_centre.test_access import signed_in_customer

    page = signed_in_customer(settings)[0].get(address_of(live(collection=members_shelf))).text

    assert 'content="noindex"' in page
    assert "ld+json" not in page
    assert "Ask about this article" not in page


def translated(live: Live, shelf: Collection, *keys: str) -> list[Document]:
    source = Source.objects.create(collection=shelf, kind=Source.Kind.FOLDER)
    languages = {key: "zh" if "zh" in key else "en" for key in keys}
    documents = [live(f"Title of {key}", language=language) for key, language in languages.items()]
    for document, key in zip(documents, keys, strict=True):
        Document.objects.filter(pk=document.pk).update(source=source, slug=key)
    return documents


def test_links_the_same_article_in_the_other_language(live: Live, help_shelf: Collection):
    english, chinese = translated(live, help_shelf, "guides/en/returns", "guides/zh/returns")

    page = Client().get(address_of(english)).text

    assert f'href="{address_of(chinese)}" hreflang="zh-Hans">Also in Chinese' in page
    assert f'hreflang="zh-Hans" href="http://testserver{address_of(chinese)}"' in page
    assert "Also in English" in Client().get(address_of(chinese)).text
    services.withdraw(document=chinese)
    assert "Also in Chinese" not in Client().get(address_of(english)).text


@pytest.mark.parametrize("keys", [("en/returns", "zh/refunds"), ("returns", "zh/returns"), ("en", "zh")])
def test_invents_no_counterpart(live: Live, help_shelf: Collection, keys: tuple[str, str]):
    english, _chinese = translated(live, help_shelf, *keys)

    assert "Also in" not in Client().get(address_of(english)).text


def test_a_long_article_comes_in_parts_that_together_say_everything(live: Live):
    body = "\n\n".join(f"## Section {number}\n\n" + f"Sentence {number} says this. " * 60 for number in range(60))
    document = live(body=body)

    pages = [Client().get(f"{address_of(document)}?part={number}") for number in range(1, 7)]

    shown = "".join(page.text for page in pages)
    assert all(f'id="s-section-{number}"' in shown for number in range(60))
    assert max(len(page.content) for page in pages) < MOST_PAGE_BYTES - STATIC_BYTES_ROOM
    assert f'canonical" href="http://testserver{address_of(document)}?part=2"' in pages[1].text
    assert Client().get(f"{address_of(document)}?part=99").status_code == 200


def test_a_list_of_questions_is_paged_and_each_has_an_anchor(live: Live):
    rows = to_lines(QaRow(f"Question <{number}>?", f"Answer **{number}**.") for number in range(1, 1001))
    document = live("Thousand", rows, kind="qa")

    first, last = (Client().get(f"{address_of(document)}?part={part}").text for part in (1, 25))

    assert first.count('<section class="question"') == 40
    assert 'id="q-1"' in first
    assert "Question &lt;1&gt;?" in first
    assert "<strong>1</strong>" in first
    assert 'id="q-1000"' in last
    assert [one["name"] for one in json.loads(_linked_data(last))["mainEntity"]][-1] == "Question <1000>?"


def test_asks_few_questions_of_the_database(live: Live, help_shelf: Collection, django_assert_max_num_queries: Any):
    english, _chinese = translated(live, help_shelf, "en/returns", "zh/returns")
    client = Client()
    client.get("/")

    with django_assert_max_num_queries(6):
        client.get(address_of(english))


class TestFeedback:
    def rate(self, client: Client, document: Document, **said: str) -> Any:
        version = document.live_version
        assert version is not None
        return client.post(f"{address_of(document)}feedback", {"version": version.public_id, **said}, follow=True)

    def test_one_reader_has_one_opinion_and_may_change_it(self, live: Live):
        document, client = live(), Client()

        page = self.rate(client, document, helpful="yes")
        assert 'value="yes" aria-pressed="true"' in page.content.decode()
        page = self.rate(client, document, helpful="no")
        assert "What should be better?" in page.content.decode()
        page = self.rate(client, document, helpful="no", reason="outdated", comment="It is 14 days.")

        assert "Your note goes to the people" in page.content.decode()
        stored = ArticleFeedback.objects.get()
        assert (stored.is_helpful, stored.reason, stored.comment) == (False, "outdated", "It is 14 days.")

    def test_every_reader_counts_once_a_version(self, live: Live):
        document = live()
        readers = [Client() for _number in range(3)]
        for client, said in zip(readers, ("yes", "yes", "no"), strict=True):
            self.rate(client, document, helpful=said)
            self.rate(client, document, helpful=said)

        sums = feedback_sums(document, document.live_version)

        assert (sums.helpful_count, sums.unhelpful_count) == (2, 1)

    def test_nobody_can_tell_what_one_person_read(self, live: Live):
        client = Client()
        for document in (live("One"), live("Two")):
            self.rate(client, document, helpful="yes")

        digests = set(ArticleFeedback.objects.values_list("reader_digest", flat=True))

        assert len(digests) == 2
        assert not digests & set(Customer.objects.values_list("identities__value", flat=True))

    @pytest.mark.parametrize("said", [{"reason": "because"}, {"comment": "x" * (COMMENT_MAX_CHARACTERS + 1)}])
    def test_refuses_what_no_form_sends(self, live: Live, said: dict[str, str]):
        answer = self.rate(Client(), live(), helpful="no", **said)

        assert answer.status_code == 400
        assert not ArticleFeedback.objects.exists()

    def test_is_limited_like_other_writes(self, live: Live, settings: Any):
        settings.CSASSIST_ADDRESS_MESSAGES_PER_MINUTE = 2
        document = live()
        with time_machine.travel("2026-05-04T12:00:10Z", tick=False):
            answers = [self.rate(Client(), document, helpful="yes") for _number in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[-1].headers["Retry-After"]) > 0
        assert ArticleFeedback.objects.count() == 2

    def test_needs_the_token_of_the_page(self, live: Live):
        client = Client(enforce_csrf_checks=True)

        assert self.rate(client, live(), helpful="yes").status_code == 403

    def test_reading_alone_makes_nobody_a_visitor(self, live: Live):
        client = Client()
        client.get(address_of(live()))

        assert COOKIE_NAME not in client.cookies

    def test_staff_see_the_sums_and_the_reasons(self, live: Live, signed_in: Any, cleo: Any):
        document = live()
        self.rate(Client(), document, helpful="no", reason="wrong", comment="It is <b>14</b> days.")
        Client().get(address_of(document))
        reading_counts.write_noted()

        page = signed_in(cleo).get(f"/admin/knowledge/document/{document.pk}/change/").text

        assert "0 found it helpful, 1 did not" in page
        assert "It is &lt;b&gt;14&lt;/b&gt; days." in page
        assert f'href="{address_of(document)}">View in help centre' in page


class TestViews:
    def test_opening_an_article_counts_without_writing(
        self, live: Live, django_assert_num_queries: DjangoAssertNumQueries
    ):
        document = live()
        for _number in range(3):
            Client().get(address_of(document))
        assert not ArticleViews.objects.exists()

        assert reading_counts.write_noted() == 3
        Client().get(address_of(document))
        reading_counts.write_noted()

        assert ArticleViews.objects.get(document=document).count == 4
        with django_assert_num_queries(0):
            reading_counts.write_noted()

    def test_neither_staff_nor_guesses_nor_a_page_that_is_gone_count(self, live: Live, signed_in: Any, cleo: Any):
        document = live()
        signed_in(cleo).get(address_of(document))
        Client().head(address_of(document))
        Client().get(address_of(document), headers={"Sec-Purpose": "prefetch;prerender"})
        services.withdraw(document=document)
        Client().get(address_of(document))

        assert reading_counts.write_noted() == 0

    def test_views_of_a_deleted_article_are_dropped(self, live: Live):
        document = live()
        Client().get(address_of(document))
        services.delete_document(document=document)

        reading_counts.write_noted()

        assert not ArticleViews.objects.exists()
