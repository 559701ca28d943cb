"""Searching the help centre over real indexes: the search of the answers, its hits as links to the right place."""

from html import unescape
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from csassist.rest.limits import spend
from csassist.web.help_centre.pages import SEARCHES
from knowledge import services
from knowledge.articles import address_of
from knowledge.chunking import QaRow
from knowledge.models import Collection, Document
from knowledge.question_files import to_lines
from tests.knowledge.conftest import Work, WriteArticle
from tests.web.help_centre.conftest import RETURNS

pytestmark = pytest.mark.django_db
RETURNS_ZH = "## 退货期限\n\n未使用的商品自签收之日起30天内可以退货。\n\n## 运费\n\n退货运费为12元。"
LONG = "".join(f"## Chapter {number}\n\n{'Filler text stands here. ' * 40}\n\n" for number in range(40))


@pytest.fixture
def shelf_with_articles(article: WriteArticle, work: Work, handbook: Collection) -> dict[str, Document]:
    rows = [QaRow(f"What is part {number}?", f"Part {number} is a widget.") for number in range(1, 100)]
    documents = {
        "returns": article("Returns", RETURNS, published=True),
        "chinese": article("退货", RETURNS_ZH, published=True, language="zh"),
        "manual": article("Manual", f"{LONG}## Zeppelin mooring\n\nTie the zeppelin to the mast.", published=True),
        "rows": article(
            "Parts", to_lines([*rows, QaRow("Where do gaskets go?", "In & <out>.")]), kind="qa", published=True
        ),
        "secret": article("Return margins", "The return margin is secret.", collection=handbook, published=True),
    }
    work()
    for document in documents.values():
        document.refresh_from_db()
    return documents


def found(words: str, **parameters: str) -> str:
    answer = Client().get("/help/search", {"q": words, **parameters})
    assert answer.status_code == 200
    return unescape(answer.text)


def test_finds_articles_and_opens_them_where_the_words_stand(shelf_with_articles: dict[str, Document]):
    page = found("Who pays return shipping?")

    assert f'href="{address_of(shelf_with_articles["returns"])}#s-who-pays"' in page
    assert "<mark>Return</mark> <mark>shipping</mark>" in page
    assert address_of(shelf_with_articles["secret"]) not in found("return margin secret", **{"in": "all"})
    part = f'href="{address_of(shelf_with_articles["manual"])}?part=3#s-zeppelin-mooring"'
    assert part in found("zeppelin mooring mast")


def test_a_row_of_a_list_is_its_own_hit(shelf_with_articles: dict[str, Document]):
    page = Client().get("/help/search", {"q": "Where do gaskets go?"}).text
    address = f"{address_of(shelf_with_articles['rows'])}?part=3#q-100"

    assert f'href="{address}"' in page
    assert "In &amp; &lt;out&gt;." in page
    assert 'id="q-100"' in Client().get(address).text


def test_searches_the_language_of_the_question_unless_told_otherwise(shelf_with_articles: dict[str, Document]):
    chinese, english = address_of(shelf_with_articles["chinese"]), address_of(shelf_with_articles["returns"])

    assert chinese in found("退货运费多少")
    assert english not in found("退货运费多少", **{"in": "zh"})
    only_english = found("退货运费多少", **{"in": "en"})
    assert chinese not in only_english
    assert "1 article in another language" in only_english


def test_a_question_that_nothing_answers_offers_the_assistant(shelf_with_articles: dict[str, Document]):
    page = found('"><script>xyzzyx</script>')

    assert 'Nothing here is about “"><script>xyzzyx</script>”.' in page
    assert 'href="/?ask=%22%3E%3Cscript%3Exyzzyx%3C/script%3E"' in page
    assert "<script>" not in Client().get("/help/search", {"q": "<script>xyzzyx</script>"}).text


def test_the_chat_begins_with_what_was_searched_for(db: None):
    page = Client().get("/", {"ask": "</textarea><script>xyzzyx</script>"}).text

    assert "&lt;/textarea&gt;&lt;script&gt;xyzzyx&lt;/script&gt;</textarea>" in page
    assert "xyzzyx" not in Client().get("/").text


def test_a_withdrawn_article_is_in_no_result_at_once(shelf_with_articles: dict[str, Document]):
    services.withdraw(document=shelf_with_articles["returns"])

    assert address_of(shelf_with_articles["returns"]) not in found("Who pays return shipping?", **{"in": "all"})


def test_one_index_down_leaves_the_other_and_is_told(shelf_with_articles: dict[str, Document], settings: Settings):
    settings.CSASSIST_CHROMA_PORT = 1  # nobody listens there

    page = found("Who pays return shipping?")

    assert address_of(shelf_with_articles["returns"]) in page
    assert "A part of the search is down" in page


def test_related_articles_are_those_that_a_search_finds(
    shelf_with_articles: dict[str, Document], article: Any, work: Work
):
    other = article("Returns of gifts", "A gift can be returned too.", published=True)
    work()
    other.refresh_from_db()

    page = Client().get(address_of(shelf_with_articles["returns"])).text
    assert address_of(other) in page
    services.withdraw(document=other)

    assert address_of(other) not in Client().get(address_of(shelf_with_articles["returns"])).text


@pytest.mark.usefixtures("no_indexes")
def test_says_that_it_is_down_and_what_to_do(tmp_path: Path):
    answer = Client().get("/help/search?q=refund")

    assert answer.status_code == 503
    assert "browse the collections" in answer.text


@pytest.mark.usefixtures("no_indexes")
def test_is_limited():
    with time_machine.travel("2026-05-04T12:00:10Z", tick=False):
        spend([(SEARCHES, "127.0.0.1")] * (SEARCHES.most_count - 1))
        last, refused = (Client().get("/help/search?q=refund") for _number in range(2))

    assert last.status_code == 503
    assert refused.status_code == 429
    assert "That was a lot at once" in refused.text


def test_an_empty_search_asks_nothing(db: None):
    assert Client().get("/help/search?q=%20").status_code == 200
