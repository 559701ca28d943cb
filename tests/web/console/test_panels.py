"""The panels beside a conversation: what an agent sees, asks, remembers and rewords there."""

import re

import pytest
from django.test import Client

from csassist.accounts.models import User
from csassist.analysis.models import MessageReading
from csassist.analysis.storing import columns_of
from csassist.assistant.copilot.suggestions import forget_suggestions
from csassist.assistant.models import EpisodeSummary
from csassist.conversations.models import Conversation, Message
from csassist.customers import facts
from csassist.customers.facts import NewFact
from csassist.customers.models import Customer, CustomerFact
from csassist.llm.test_server import TestModelServer
from tests.analysis.made import reading
from tests.assistant.conftest import knowledge, model, with_model
from tests.assistant.copilot.talking import talk, verify
from tests.knowledge.conftest import article, chroma_port, help_shelf, indexes, no_indexes, staff_shelf, work

__all__ = [
    "article", "chroma_port", "help_shelf", "indexes", "knowledge", "model", "no_indexes", "staff_shelf", "with_model",
    "work",
]  # fmt: skip
pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "How many days do I have to return unused products?"
INLINE = re.compile(r"<script|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)


@pytest.fixture
def case(ana: Customer) -> Conversation:
    return talk(ana, ("customer", QUESTION))


@pytest.fixture
def agent(ben: User) -> Client:
    browser = Client()
    browser.force_login(ben)
    return browser


def beside(case: Conversation, path: str) -> str:
    return f"/console/c/{case.public_id}/{path}"


def test_the_knowledge_panel_shows_scores_quotes_and_a_citation_to_insert(
    knowledge: None, article, staff_shelf, work, case: Conversation, agent: Client
):
    article("Staff returns", "Return unused products of staff within 90 days.", published=True, collection=staff_shelf)
    work()
    forget_suggestions()

    page = agent.get(beside(case, "knowledge")).content.decode()

    assert "Returns and refunds" in page
    assert "30 days" in page
    assert re.search(r'<meter[^>]+value="\d+"', page)
    assert "data-copilot-cite" in page
    staff_item = page.split("Staff returns")[1].split("</li>")[0]
    assert "Staff only" in staff_item
    assert "data-copilot-cite" not in staff_item
    assert QUESTION in page  # of the summary
    assert "CSASSIST_LLM_BASE_URL" in page
    assert INLINE.search(page) is None

    found = agent.post(beside(case, "knowledge/found"), {"text": "lock batteries beep three times"}).content.decode()
    assert "Lock batteries" in found
    answer = agent.post(beside(case, "knowledge/ask"), {"question": QUESTION}).content.decode()
    assert "30 days" in answer
    assert Message.objects.count() == 1


@pytest.mark.once
def test_with_the_search_down_the_panel_still_stands(no_indexes: None, case: Conversation, agent: Client):
    page = agent.get(beside(case, "knowledge"))

    assert page.status_code == 200
    assert "cannot be searched right now" in page.content.decode()
    assert page.headers["Cache-Control"].startswith("max-age=0")


@pytest.mark.once
def test_rewording_shows_the_new_text_or_why_not(
    no_indexes: None, case: Conversation, agent: Client, with_model: TestModelServer
):
    with_model.mode("scripted")
    with_model.script("You can return it within 30 days.", "You can return it within 60 days.")
    form = {"text": "Hello, thank you for writing. You can return it within 30 days.", "how": "shorter"}

    good = agent.post(beside(case, "knowledge/reword"), form).content.decode()
    bad = agent.post(beside(case, "knowledge/reword"), form).content.decode()

    assert 'data-copilot-replace data-text="You can return it within 30 days."' in good
    assert "data-copilot-replace" not in bad
    assert "would have changed" in bad


@pytest.mark.once
def test_a_summary_is_made_anew_on_a_click(no_indexes: None, case: Conversation, agent: Client):
    page = agent.post(beside(case, "knowledge/summary")).content.decode()

    assert QUESTION in page
    assert EpisodeSummary.objects.get().episode.conversation == case


@pytest.mark.once
def test_what_cannot_be_done_is_one_line_with_its_status(no_indexes: None, case: Conversation, agent: Client):
    answer = agent.post(beside(case, "knowledge/reword"), {"text": "Hello there", "how": "shorter"})

    assert (answer.status_code, answer.headers["X-Problem"]) == (503, "unavailable")
    assert "CSASSIST_LLM_BASE_URL" in answer.content.decode()


@pytest.mark.once
def test_the_customer_panel_says_who_it_is_and_whether_that_is_certain(case: Conversation, agent: Client):
    message = case.messages.filter(author="customer").order_by("-pk")[0]
    MessageReading.objects.filter(message=message).delete()
    MessageReading.objects.create(message=message, **columns_of(reading("very_negative")))
    page = agent.get(beside(case, "customer")).content.decode()
    assert "Orders are shown once it is proven who asks." in agent.get(beside(case, "customer/orders")).content.decode()
    assert "Not verified" in page
    assert 'role="img" aria-label="Angry"' in page
    assert INLINE.search(page) is None

    verify(case.customer)

    assert "Not verified" not in agent.get(beside(case, "customer")).content.decode()


@pytest.mark.once
def test_an_agent_remembers_corrects_and_forgets(case: Conversation, agent: Client, ben: User):
    agent.post(beside(case, "customer/facts"), {"kind": "product", "value": "Latch Go", "source": "agent"})
    kept = CustomerFact.objects.get()
    assert (kept.value, kept.source, kept.source_id) == ("Latch Go", "agent", str(ben.pk))

    page = agent.post(beside(case, f"customer/facts/{kept.public_id}/correct"), {"value": "Latch Pro"}).content.decode()
    assert "Latch Pro" in page
    assert "An agent" in page

    corrected = CustomerFact.objects.get(is_active=True)
    agent.post(beside(case, f"customer/facts/{corrected.public_id}/forget"))
    assert not CustomerFact.objects.exists()


@pytest.mark.once
def test_words_of_an_unverified_customer_need_their_yes(case: Conversation, agent: Client):
    form = {"kind": "product", "value": "Latch Go", "source": "message"}

    refused = agent.post(beside(case, "customer/facts"), form)
    assert refused.status_code == 400
    assert not CustomerFact.objects.exists()

    agent.post(beside(case, "customer/facts"), {**form, "consent": "yes"})
    assert CustomerFact.objects.get().consent == "given"


@pytest.mark.once
def test_a_fact_of_another_customer_is_not_there(case: Conversation, dan: Customer, agent: Client):
    other = facts.remember(customer=dan, fact=NewFact("plan", "Plus", "import"))

    for act in ("correct", "forget"):
        assert agent.post(beside(case, f"customer/facts/{other.public_id}/{act}"), {"value": "Pro"}).status_code == 404
    assert CustomerFact.objects.get().value == "Plus"


@pytest.mark.once
def test_only_staff_sees_any_of_it(case: Conversation):
    for path in ("customer", "knowledge"):
        assert Client().get(beside(case, path)).status_code == 401
    assert Client().post(beside(case, "knowledge/ask"), {"question": QUESTION}).status_code == 401


@pytest.mark.once
def test_markup_in_a_customers_words_stays_text(no_indexes: None, ana: Customer, agent: Client):
    attack = '<img src=x onerror=alert(1)> Where is order LH-40021? "><script>alert(1)</script>'
    case = talk(ana, ("customer", attack))
    Customer.objects.filter(pk=ana.pk).update(name="<script>x</script>")

    for path in ("customer", "knowledge"):
        page = agent.get(beside(case, path)).content.decode()
        assert "<script" not in page
        assert "<img" not in page
