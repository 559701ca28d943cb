"""The pages: who may open them, what a click does, and that what a customer wrote is only ever text."""

import json
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from csassist.accounts.models import User
from csassist.analysis import services
from csassist.analysis.admin.showing import marked_parts, telling_words
from csassist.analysis.agreement import agreements
from csassist.analysis.models import Intent, IntentExample, IntentModelVersion, MessageReading, ReadingCorrection
from csassist.analysis.reading import Verdict
from csassist.analysis.storing import reading_of
from csassist.analysis.training import work_on
from csassist.conversations.services import receive_message
from tests.analysis.made import reading

pytestmark = [pytest.mark.django_db, pytest.mark.once]
READINGS, INTENTS, VERSIONS = (
    f"/admin/analysis/{name}/" for name in ("messagereading", "intent", "intentmodelversion")
)


@pytest.fixture
def agent(client: Client, ben: User) -> Client:
    client.force_login(ben)
    return client


@pytest.fixture
def supervisor(cleo: User) -> Client:
    client = Client()
    client.force_login(cleo)
    return client


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.mark.parametrize(
    ("text", "evidence", "marked"),
    [
        ("I am furious now", ["furious"], ["furious"]),
        ("I am furious now", ["furious", "am furious"], ["am furious"]),
        ("I am furious now", ["missing", ""], []),
        ("我很生气", ["生气"], ["生气"]),
        ("a b a", ["b", "a"], ["a", "b"]),
        ("", ["a"], []),
    ],
)
def test_the_words_that_decided_are_marked_in_their_place(text, evidence, marked):
    parts = marked_parts(text, evidence)
    assert [part.text for part in parts if part.is_marked] == marked
    assert "".join(part.text for part in parts) == text


def test_only_words_of_what_is_out_of_the_ordinary_are_marked():
    read = replace(
        reading(risks={"legal": 0.9}, urgency=Verdict("high", 0.9, evidence=("to", "!", "today"))),
        intent=Verdict("order_status", 0.9, evidence=("订单", "my")),
        sentiment=Verdict("neutral", 0.9, evidence=("plain words",)),
    )
    assert telling_words(read) == ["these words", "订单", "today"]


def test_an_agent_corrects_with_one_click_and_comes_back(agent, catalogue, stored):
    row = stored(reading("negative", confidence=0.4, intent=Verdict("order_status", 0.6)))
    html = page(agent, f"{READINGS}?order=uncertain")
    assert 'value="sentiment=negative" aria-pressed="true"' in html
    for change, field, label in [
        ("sentiment=very_negative", "sentiment", "very_negative"),
        ("urgency=high", "urgency", "high"),
        ("intent=order_status", "intent", "order_status"),
    ]:
        answer = agent.post(
            f"{READINGS}{row.pk}/correct/",
            {"change": change, "next": f"{READINGS}?order=uncertain", "intent_key": "oos"},
        )
        assert answer.headers["Location"] == f"{READINGS}?order=uncertain#reading-{row.pk}"
        row.refresh_from_db()
        assert getattr(reading_of(row), field) == Verdict(label, 1.0, "person")
    agent.post(f"{READINGS}{row.pk}/correct/", {"change": "intent=", "intent_key": "refund_status"})
    assert MessageReading.objects.get().intent_key == "refund_status"


def test_a_risk_is_switched_on_and_off(agent, stored):
    row = stored(reading(risks={"legal": 0.9}))
    for expected in ({"legal", "churn"}, {"legal"}):
        agent.post(f"{READINGS}{row.pk}/correct/", {"change": "risks=churn"})
        row.refresh_from_db()
        assert {one.label for one in reading_of(row).risks} == expected


@pytest.mark.parametrize("change", ["", "sentiment=", "sentiment=mad", "nonsense=1", "intent=", "risks=fire"])
def test_a_click_that_means_nothing_changes_nothing_and_says_so(agent, stored, change):
    row = stored()
    answer = agent.post(
        f"{READINGS}{row.pk}/correct/", {"change": change, "next": "https://elsewhere.example/"}, follow=True
    )
    assert answer.redirect_chain[0][0] == f"{READINGS}{row.pk}/change/"
    assert "messagelist" in answer.content.decode()
    assert not ReadingCorrection.objects.exists()


def test_the_list_is_filtered_by_everything_at_once(agent, catalogue, message, stored):
    for read in (reading("negative", risks={"legal": 0.9}), reading("positive", intent=Verdict("order_status", 0.9))):
        stored(read, of=receive_message(conversation=message.conversation, text=f"words of {read.sentiment.label}")[0])
    for query, there, not_there in [
        ("sentiment=-1", "words of negative", "words of positive"),
        ("risk=any", "words of negative", "words of positive"),
        ("risk=legal&urgency=normal", "words of negative", "words of positive"),
        ("intent=order_status", "words of positive", "words of negative"),
        ("intent=oos&risk=legal&sentiment=-1&order=uncertain", "words of negative", "words of positive"),
    ]:
        html = page(agent, f"{READINGS}?{query}")
        assert there in html, query
        assert not_there not in html, query
    for nonsense in ("sentiment=9", "sentiment=x", "urgency=now", "p=x", "order=x", "sentiment=²"):
        assert "words of positive" in page(agent, f"{READINGS}?{nonsense}")


def test_a_longer_list_asks_the_database_no_more_often(
    agent, catalogue, message, stored, django_assert_max_num_queries
):
    for number in range(12):
        stored(of=receive_message(conversation=message.conversation, text=f"words {number}")[0])
    page(agent, READINGS)
    with django_assert_max_num_queries(8):
        assert page(agent, READINGS).count('class="correction"') == 12


def test_what_a_customer_wrote_is_text_on_every_page(agent, supervisor, catalogue, message, ben):
    hostile = receive_message(conversation=message.conversation, text="<script>alert(1)</script> refund!")[0]
    row = services.read_message(message=hostile)
    services.correct(reading=row, field="intent", value="refund_status", by=ben)
    address = f"{INTENTS}{catalogue['refund_status'].pk}/change/"
    for html in (
        page(agent, READINGS),
        page(agent, f"{READINGS}{row.pk}/change/"),
        page(supervisor, address),
        supervisor.post(f"{READINGS}try/", {"text": hostile.text}).content.decode(),
    ):
        assert "<script>alert" not in html
        assert "&lt;" in html, "a mark may stand around a word of it"


def test_the_page_of_a_reading_tells_how_the_conversation_goes(agent, message, stored):
    row = stored(reading("very_negative", emotions={"anger": 0.9}, risks={"safety": 0.9}))
    html = page(agent, f"{READINGS}{row.pk}/change/")
    for words in ("Angry", "Go to a person", "Somebody may be in danger.", "Danger to somebody", "these words"):
        assert words in html
    assert page(agent, f"{READINGS}?p=1")
    assert agent.get(f"{READINGS}999/change/").status_code == 302


def test_a_sentence_is_tried_without_a_trace(agent, supervisor, catalogue):
    html = agent.post(f"{READINGS}try/", {"text": "Where is my order?"}).content.decode()
    assert "By the local reader" in html
    assert "Make it an example" not in html
    assert "Make it an example" in supervisor.post(f"{READINGS}try/", {"text": "Where is my order?"}).content.decode()
    assert not MessageReading.objects.exists()
    assert "order?" in page(agent, f"{READINGS}try/?text=order?")


def test_without_intents_the_page_says_so(agent, words_alone):
    assert "There are no intents yet" in agent.post(f"{READINGS}try/", {"text": "Hello"}).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_supervisor_asks_the_model_too(configured, server, agent, supervisor, catalogue, stored):
    server.mode("scripted")
    server.script(json.dumps({"intent": {"label": "refund_status", "confidence": 0.85, "quote": "money"}}))
    html = supervisor.post(f"{READINGS}try/", {"text": "my money", "with_model": "on"}).content.decode()
    assert "With test, where it is more certain" in html
    server.script("no")
    assert "of no use" in supervisor.post(f"{READINGS}try/", {"text": "my money", "with_model": "on"}).content.decode()
    row = stored()
    assert agent.post(f"{READINGS}{row.pk}/ask-model/").status_code == 403
    server.script(json.dumps({"sentiment": {"label": "negative", "confidence": 0.85}}))
    supervisor.post(f"{READINGS}{row.pk}/ask-model/")
    assert MessageReading.objects.get().refining == "done"
    server.mode("error?status=500")
    answer = supervisor.post(f"{READINGS}{row.pk}/ask-model/", follow=True)
    assert "stays as it was" in answer.content.decode()


def test_a_supervisor_writes_an_intent_and_its_examples(supervisor):
    answer = supervisor.post(
        f"{INTENTS}add/", {"key": "invoice", "name_en": "Invoice", "is_active": "on", "position": ""}, follow=True
    )
    intent = Intent.objects.get(key="invoice")
    assert answer.redirect_chain[-1][0] == f"{INTENTS}{intent.pk}/change/"
    supervisor.post(f"{INTENTS}examples/invoice/", {"texts": "I need an invoice\n\n发票怎么开\nI need an invoice"})
    assert intent.examples.count() == 2
    html = page(supervisor, f"{INTENTS}{intent.pk}/change/?q=发票")
    assert "发票怎么开" in html
    assert "I need an invoice" not in html
    assert "Too few examples" in page(supervisor, INTENTS)
    supervisor.post(f"{INTENTS}{intent.pk}/change/", {"name_zh": "发票", "position": "3"})
    intent.refresh_from_db()
    assert (intent.key, intent.name_en, intent.name_zh, intent.is_active) == ("invoice", "", "发票", False)


def test_what_is_wrong_with_an_intent_stands_beside_its_field(supervisor):
    html = supervisor.post(f"{INTENTS}add/", {"key": "Not A Key"}).content.decode()
    assert html.count("errorlist") == 2
    assert not Intent.objects.exists()


def test_examples_are_moved_and_removed(supervisor, catalogue):
    first, second = IntentExample.objects.filter(intent=catalogue["order_status"])[:2]
    supervisor.post(f"{INTENTS}examples/{first.pk}/move/", {"label": "oos"})
    supervisor.post(f"{INTENTS}examples/{second.pk}/remove/")
    first.refresh_from_db()
    assert first.intent is None
    assert not IntentExample.objects.filter(pk=second.pk).exists()
    assert first.text in page(supervisor, f"{INTENTS}out-of-scope/")
    answer = supervisor.post(f"{INTENTS}examples/{first.pk}/move/", {"label": "gone"}, follow=True)
    assert "There is no intent" in answer.content.decode()


def test_deleting_an_intent_asks_and_is_recorded(supervisor, catalogue):
    address = f"{INTENTS}{catalogue['order_status'].pk}/delete/"
    assert "Are you sure" in page(supervisor, address)
    supervisor.post(address, {"post": "yes"})
    assert not Intent.objects.filter(key="order_status").exists()


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_the_catalogue_goes_out_and_comes_in_as_a_file(supervisor, catalogue, kind):
    answer = supervisor.get(f"{INTENTS}export/{kind}/")
    content = b"".join(answer.streaming_content)
    assert f'filename="intent-examples.{kind}"' in answer.headers["Content-Disposition"]
    IntentExample.objects.filter(intent=catalogue["order_status"]).delete()
    file = SimpleUploadedFile(f"examples.{kind}", content)
    told = supervisor.post(f"{INTENTS}import/", {"file": file}, follow=True).content.decode()
    assert "6 examples added. 6 were there already." in told
    assert IntentExample.objects.filter(source="imported").count() == 6
    assert supervisor.get(f"{INTENTS}export/xml/").status_code == 404


def test_a_file_that_cannot_be_read_says_why_on_the_page(supervisor, catalogue):
    html = supervisor.post(f"{INTENTS}import/", {"file": SimpleUploadedFile("a.jsonl", b"nonsense")}).content.decode()
    assert "Line 1 is not a JSON object." in html


def test_a_model_is_trained_watched_and_let_in(supervisor, catalogue):
    supervisor.post(f"{VERSIONS}train/")
    version = IntentModelVersion.objects.get()
    for _step in range(2):
        work_on(version)
    watched = supervisor.get(f"{VERSIONS}state/").json()
    assert not watched["done"]
    assert "<progress" in watched["html"]
    told = supervisor.post(f"{VERSIONS}train/", follow=True).content.decode()
    assert "being trained already" in told
    while not work_on(version):
        pass
    assert supervisor.get(f"{VERSIONS}state/").json()["done"]
    html = page(supervisor, f"{VERSIONS}{version.pk}/change/")
    assert "No trained model reads yet" in html
    supervisor.post(f"{VERSIONS}{version.pk}/promote/")
    assert IntentModelVersion.objects.live().get() == version
    assert "Trained model 1 reads now." in page(supervisor, VERSIONS)


def test_confusions_are_shown_with_their_sentences_and_a_worse_model_needs_a_reason(supervisor, catalogue, cleo):
    versions = []
    for read in ("order_status", "refund_status"):
        version = services.train_intents(by=cleo)
        while not work_on(version):
            pass
        stored = {str(one.pk): ["order_status", read] for one in IntentExample.objects.all()}
        stored |= {str(number): ["order_status", read] for number in range(10_000, 10_080)}
        IntentModelVersion.objects.filter(pk=version.pk).update(outcomes=stored)
        versions.append(version)
    supervisor.post(f"{VERSIONS}{versions[0].pk}/promote/")
    html = page(supervisor, f"{VERSIONS}{versions[1].pk}/change/")
    assert "<strong>Order status</strong> was read as <strong>Refunds</strong>: 92" in html
    assert "beyond chance" in html
    refused = supervisor.post(f"{VERSIONS}{versions[1].pk}/promote/", follow=True).content.decode()
    assert "Write why it should read all the same." in refused
    supervisor.post(f"{VERSIONS}{versions[1].pk}/promote/", {"reason": "It knows the new shop."})
    assert "It knows the new shop." in page(supervisor, f"{VERSIONS}{versions[1].pk}/change/")


def test_an_agent_reads_the_catalogue_and_changes_nothing_of_it(agent, catalogue):
    intent, example = catalogue["order_status"], IntentExample.objects.latest("pk")
    assert "Order status" in page(agent, INTENTS)
    assert "Where is my order" in page(agent, f"{INTENTS}{intent.pk}/change/")
    before = list(IntentExample.objects.values_list("pk", "intent"))
    for path in (
        f"{INTENTS}{intent.pk}/change/",
        f"{INTENTS}add/",
        f"{INTENTS}import/",
        f"{INTENTS}examples/order_status/",
        f"{INTENTS}examples/{example.pk}/move/",
        f"{INTENTS}examples/{example.pk}/remove/",
        f"{VERSIONS}train/",
        f"{VERSIONS}1/promote/",
    ):
        assert agent.post(path, {"texts": "x", "label": "oos", "name_en": "x"}).status_code == 403, path
    for path in (f"{INTENTS}export/csv/", VERSIONS, f"{VERSIONS}state/"):
        assert agent.get(path).status_code == 403, path
    assert list(IntentExample.objects.values_list("pk", "intent")) == before


def test_nothing_is_changed_by_looking(supervisor, catalogue, stored):
    row = stored()
    for path in (
        f"{READINGS}{row.pk}/correct/",
        f"{READINGS}{row.pk}/ask-model/",
        f"{INTENTS}examples/order_status/",
        f"{INTENTS}examples/1/remove/",
        f"{VERSIONS}train/",
        f"{VERSIONS}1/promote/",
    ):
        assert supervisor.get(path).status_code == 403, path


def test_what_people_found_is_counted_once_and_can_be_taken_away(supervisor, agent, message, stored, cleo):
    wrong = receive_message(conversation=message.conversation, text="Write to ana@example.com, this is bad")[0]
    row = stored(reading("neutral"), of=wrong)
    row = services.correct(reading=row, field="sentiment", value="negative", by=cleo)
    services.correct(reading=row, field="sentiment", value="very_negative", by=cleo)
    services.correct(reading=stored(reading("positive")), field="sentiment", value="positive", by=cleo)
    assert [(one.field, one.count, one.right_count) for one in agreements()] == [("sentiment", 2, 1)]
    assert "Looked at" in page(supervisor, VERSIONS)
    answer = supervisor.get(f"{VERSIONS}corrected/sentiment/")
    rows = [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]
    assert [(one["text"], one["label"]) for one in rows] == [
        ("Write to [e-mail], this is bad", "very_negative"),
        (message.text, "positive"),
    ]
    assert supervisor.get(f"{VERSIONS}corrected/intent/").status_code == 404
    assert agent.get(f"{VERSIONS}corrected/sentiment/").status_code == 403
