"""Show 3: the demo's articles answer in both languages with citations; what they do not cover is refused honestly."""

import unicodedata
from collections.abc import Iterator

import pytest

from tests.browser import site as sites
from tests.browser.chat import ask, open_chat
from tests.browser.conftest import OpenPage
from tests.browser.site import Site

# Language, question, a source that has to be among those shown.
ANSWERED = [
    ("en", "How many days do I have to send something back?", "How long you have to return something"),
    ("en", "What does error code E7 on the thermostat mean?", "Ember thermostat error codes E1 to E7"),
    ("en", "Can I lock two-step verification to my phone?", "Two-step verification"),
    ("en", "How many watts can the Plug Mini switch?", "Plug Mini: what you may connect"),
    ("en", "How do I test my smoke alarm?", "Sense Smoke: test, mute and end of life"),
    ("zh", "门锁没电了，进不了家门怎么办？", "被锁门外：门锁没电或键盘锁定时怎么开门"),
    ("zh", "降价后可以申请价格保护吗？", "价格保护（价保）"),
    ("zh", "空调应该用10A还是16A的智能插座？", "智能插座 10A 和 16A 怎么选"),
    ("zh", "发票抬头写错了怎么办？", "发票抬头写错、换开与重开"),
    ("zh", "录像保存在哪里？", "录像存在哪里：云端和存储卡"),
]
OFF_TOPIC = [
    ("en", "What is the capital of Peru?"),
    ("en", "Write a poem about autumn leaves."),
    ("en", "Which football team won the cup last year?"),
    ("en", "How do I bake sourdough bread?"),
    ("en", "Can you recommend a dentist in Leeds?"),
    ("zh", "珠穆朗玛峰有多高？"),
    ("zh", "帮我写一首关于月亮的诗。"),
    ("zh", "红烧肉怎么做才好吃？"),
    ("zh", "明天上海会下雨吗？"),
    ("zh", "怎样学好高等数学？"),
]


@pytest.mark.parametrize(("language", "question", "title"), ANSWERED)
def test_a_demo_question_is_answered_word_for_word_with_its_source(
    indexed_site: Site, open_page: OpenPage, language: str, question: str, title: str
):
    page = open_page(language=language)
    open_chat(page, indexed_site.url, language)
    answer = ask(page, question)
    assert normal(title) in map(normal, answer.titles)
    assert answer.turn.locator(".chip").count() > 0
    assert not answer.offers_person


@pytest.mark.parametrize(("language", "question"), OFF_TOPIC)
def test_an_off_topic_question_is_refused_and_a_person_offered(
    indexed_site: Site, open_page: OpenPage, language: str, question: str
):
    page = open_page(language=language)
    open_chat(page, indexed_site.url, language)
    answer = ask(page, question)
    assert answer.titles == ()
    assert answer.offers_person, answer.text
    answer.turn.locator(".offer button").click()
    assert page.locator("#person-dialog").is_visible()


def normal(title: str) -> str:
    """The title whatever the width of its punctuation."""
    return unicodedata.normalize("NFKC", title)


@pytest.fixture(scope="module")
def site_with_model(indexed_site: Site) -> Iterator[str]:
    with sites.beside(indexed_site, mode="echo-cited") as url:
        yield url


@pytest.mark.parametrize(("language", "question", "title"), [ANSWERED[1], ANSWERED[6]])
def test_the_test_model_answers_in_a_stream_with_citations(
    site_with_model: str, open_page: OpenPage, language: str, question: str, title: str
):
    page = open_page(language=language)
    page.add_init_script(
        """
        window.seenEvents = [];
        const listen = EventSource.prototype.addEventListener;
        EventSource.prototype.addEventListener = function (type, ...rest) {
          listen.call(this, type, () => window.seenEvents.push(type));
          return listen.call(this, type, ...rest);
        };
        """
    )
    open_chat(page, site_with_model, language)
    answer = ask(page, question)
    assert normal(title) in map(normal, answer.titles)
    assert answer.turn.locator(".chip").count() > 0
    assert "sentence" in page.evaluate("window.seenEvents")


def test_the_playground_shows_stages_and_sentences_as_they_come(site_with_model: str, open_page: OpenPage):
    page = open_page(user="cleo")
    page.add_init_script(
        """
        window.seen = { stages: [], sentences: 0 };
        new MutationObserver((changes) => {
          for (const { target, addedNodes } of changes) {
            if (target.matches?.("[data-stage]")) window.seen.stages.push(target.textContent);
            if (target.matches?.("[data-answer]")) window.seen.sentences += addedNodes.length;
          }
        }).observe(document, { childList: true, subtree: true });
        """
    )
    page.goto(f"{site_with_model}/admin/assistant/answertrace/test/?compare=on")
    page.fill("[name=question]", "How many watts can the Plug Mini switch?")
    page.check("[name=b-without_model]")
    page.get_by_role("button", name="Try it").click()
    page.locator("#answer-heading-B").wait_for()
    seen = page.evaluate("window.seen")
    assert "Writing and checking …" in seen["stages"]
    assert seen["sentences"] >= 2
    written_by = page.locator("section:has(> #versions-heading-A), section:has(> #versions-heading-B)")
    assert ["Model" in written_by.nth(0).inner_text(), "Quotation" in written_by.nth(1).inner_text()] == [True, True]
    assert page.locator("[data-problem]").is_hidden()
