"""While a customer types: titles that anybody may read, bounded, and never an error that stops the typing."""

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from csassist.conversations import limits
from csassist.conversations.models import Conversation
from csassist.customers.models import Customer

pytestmark = pytest.mark.django_db(transaction=True)

ASK = "/api/v1/suggestions"
QUESTION = "How many days do I have to return unused products"


def post(text: str, client: APIClient | None = None):
    return (client or APIClient()).post(ASK, {"text": text}, format="json")


def test_who_types_a_question_gets_articles_of_their_language_that_can_be_opened(knowledge):
    (article,) = post(QUESTION).json()["results"]

    assert article["title"] == "Returns and refunds"
    assert APIClient().get(article["address"]).status_code == 200
    assert [one["title"] for one in post("未使用的商品多久之内可以退货").json()["results"]] == ["退货与退款"]
    assert not Conversation.objects.exists()
    assert not Customer.objects.exists()


def test_too_little_text_and_a_search_that_is_down_give_nothing(no_indexes):
    assert post("how").json() == {"results": []}
    assert post("").json() == {"results": []}
    assert post(QUESTION).json() == {"results": []}


def test_one_address_may_ask_only_so_often(no_indexes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "SUGGESTIONS_PER_ADDRESS_AND_MINUTE", 2)

    assert [post(f"{QUESTION} {number}").status_code for number in range(3)] == [200, 200, 429]


def test_the_widgets_pages_may_ask_from_their_own_origin(no_indexes, settings: Settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://shop.example"]
    answer = APIClient().post(ASK, {"text": ""}, format="json", headers={"Origin": "https://shop.example"})

    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
