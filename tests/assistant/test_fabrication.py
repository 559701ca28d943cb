"""
A model that invents numbers, prices, dates, addresses, names and citations: nothing of it reaches a customer.

Hundreds of answers go through reading and verification as in `answering`, without the wire; some through all of it.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from csassist.assistant.citations import SentenceReader
from csassist.assistant.models import AnswerTrace
from csassist.assistant.verification import verify
from csassist.core.text import detect_language, normalise
from csassist.demo.load import ARTICLES, read_article
from csassist.llm.test_server.adversary import fabricated_answer, falsified
from csassist.llm.test_server.answers import best_sentences, cited_answer
from csassist.llm.test_server.prompt_reading import Prompt, Source
from knowledge.chunking import chunk_markdown
from knowledge.tokenizing import index_tokens

pytestmark = pytest.mark.once

LIST_NUMBER = re.compile(r"^\d{1,3}[.)、]\s*")


@dataclass(frozen=True)
class Asked:
    """A question with the passages of its article and of two others, as a search might find them."""

    prompt: Prompt
    texts: dict[int, str]


@pytest.fixture(scope="module")
def asked() -> list[Asked]:
    """Every question of every demo article, three times, with different other articles beside its own."""
    chance = random.Random(7)
    articles = [read_article(path) for path in sorted(ARTICLES.glob("*/*.md"))]
    cut = [chunk_markdown(body, title=front["title"]) for front, body in articles]
    found = []
    for number, (front, _body) in enumerate(articles):
        same = [other for other in range(len(articles)) if articles[other][0]["language"] == front["language"]]
        for question in front["questions"] * 3:
            chosen = [number, *chance.sample([other for other in same if other != number], 2)]
            sources = [
                Source(place, articles[other][0]["title"], chunk.text)
                for place, (other, chunk) in enumerate(
                    ((other, chunk) for other in chosen for chunk in cut[other][:2]), start=1
                )
            ]
            texts = {source.number: f"{source.title}\n{source.text}" for source in sources}
            found.append(Asked(Prompt("", "", question, tuple(sources)), texts))
    return found


def released(answer: str, one: Asked) -> Iterator[tuple[str, bool]]:
    """Each sentence of an answer as the customer would see it, and whether they would."""
    reader = SentenceReader(len(one.texts))
    language = detect_language(one.prompt.question)
    for sentence in (*reader.feed(answer), *reader.close()):
        verdict = verify(sentence.text, sentence.cited, one.texts, index_tokens, language=language)
        yield sentence.text, verdict.fault is None


def plain(text: str) -> str:
    """Without the number of a list item, which states nothing, and without marks at the end."""
    return LIST_NUMBER.sub("", normalise(text)).rstrip(".。;；!?！？ ")


def test_nothing_fabricated_is_released(asked):
    answers, leaked = 0, []
    for one in asked:
        true_ones = {plain(each.sentence) for each in best_sentences(one.prompt)}
        if not true_ones:
            continue
        answers += 1
        for text, is_released in released(fabricated_answer(one.prompt), one):
            if is_released and not any(plain(text) in true for true in true_ones):
                leaked.append(text)
    assert answers >= 500
    assert leaked == []


def test_faithful_answers_keep_their_sentences(asked):
    answers, sentences, dropped = 0, 0, []
    for one in asked[::2]:
        if not best_sentences(one.prompt):
            continue
        answers += 1
        for text, is_released in released(cited_answer(one.prompt), one):
            sentences += 1
            if not is_released:
                dropped.append(text)
    assert answers >= 300
    assert len(dropped) <= 0.03 * sentences, (sentences, dropped)


def test_the_test_model_falsifies_what_can_be_falsified():
    assert falsified("Return it by 31 January, within 30 days, for £4.50.") == (
        "Return it by 38 June, within 37 days, for £74.50."
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "question",
    [
        "How many days do I have to return unused products?",
        "What does return shipping cost?",
        "How long does the battery of the Latch Pro lock last?",
        "未使用的商品多久之内可以退货？",
        "退货运费是多少？",
    ],
)
def test_nothing_fabricated_reaches_the_customer_over_http(knowledge, with_model, ask, question):
    with_model.mode("fabricate")
    reply = ask(question)
    events = reply.conversation.events.all()
    shown = reply.text + "".join(f"{event.payload.get('text')} {event.payload.get('html')}" for event in events)
    for invented in ("499", "[97]", "refund-desk", "2031", "二〇三一", "八十九", "89.95", "Ringwell", "0900"):
        assert invented not in shown
    assert not re.search(r"\b(?:37 days|37天|74\.90|19 months|19元|19 元)", shown)
    faults = {sentence["fault"] for sentence in AnswerTrace.objects.get(message=reply).sentences}
    assert faults & {"figure_not_in_source", "promised_action", "uncited"}
