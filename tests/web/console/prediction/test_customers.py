"""One customer: risks with their history and why, what happened, what is open; and the panel beside a conversation."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from csassist.conversations.models import Conversation
from csassist.customers.models import Customer, CustomerEvent, IdentityLink
from proactive.models import CurrentRisk, RiskScore, ScoreModel
from tests.factories import (
    ConversationFactory,
    CurrentRiskFactory,
    CustomerFactory,
    IssueTypeFactory,
    ScoreModelFactory,
)
from tests.proactive.made import scoring_pass

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NOW = timezone.now()


def event(name: str, *, days_ago: float = 1, **fields: object) -> CustomerEvent:
    at = NOW - timedelta(days=days_ago)
    defaults = {"origin": "site", "type": "track", "occurred_at": at, "received_at": at}
    return CustomerEvent.objects.create(
        name=name, message_id=f"{name}-{CustomerEvent.objects.count()}", **{**defaults, **fields}
    )


def score(risk: CurrentRisk, probability: float, *, days_ago: float, is_shadow: bool = False) -> RiskScore:
    return RiskScore.objects.create(
        customer=risk.customer,
        issue=risk.issue,
        model=risk.model,
        probability=probability,
        band="high",
        is_shadow=is_shadow,
        as_of=NOW - timedelta(days=days_ago),
        values={"failed_payments_7d": 3, "plan": "Pro"},
    )


def page_of(customer: Customer, query: str = "") -> str:
    return f"/console/customers/{customer.public_id}/{query}"


def test_a_risk_stands_with_band_history_reasons_and_why(bens: Client, risks: dict[str, CurrentRisk], mara: Customer):
    for days_ago, probability in ((14, 0.12), (3, 0.5)):
        score(risks["Mara"], probability, days_ago=days_ago)
    score(risks["Mara"], 0.99, days_ago=1, is_shadow=True)

    page = bens.get(page_of(mara)).text

    assert "81 %, 12 % 14 days before" in page
    assert "99 %" not in page  # what only a shadow said is nobody's risk
    assert "3 failed payments in 7 days" in page
    assert "Scorecard v1" in page
    assert "plan: Pro" in page
    assert "mara@example.com" in page
    assert 'class="spark"' in page


def test_models_are_linked_for_those_who_may_see_them(
    bens: Client, cleos: Client, risks: dict[str, CurrentRisk], mara: Customer, champion: ScoreModel
):
    link = f"/console/models/{champion.public_id}/"

    assert link not in bens.get(page_of(mara)).text
    assert link in cleos.get(page_of(mara)).text


def test_events_are_paged_and_those_from_before_we_knew_who_it_was_belong_too(bens: Client, mara: Customer):
    twin = CustomerFactory.create()
    for number in range(24):
        event(f"app_opened_{number}", customer=mara)
    event("signed_up", days_ago=5, anonymous_id="browser-1", value_milli=12_500, properties={"page": "<b>/start</b>"})
    event("seen_as_twin", days_ago=6, customer=twin)
    event("of_somebody_else", anonymous_id="browser-2")
    for fields in ({"anonymous_id": "browser-1"}, {"other_customer": twin}):
        IdentityLink.objects.create(customer=mara, message_id="m", occurred_at=NOW, received_at=NOW, **fields)

    first, second = bens.get(page_of(mara)).text, bens.get(page_of(mara, "?page=2")).text

    assert "page 1 of 2" in first
    assert "signed_up" in first
    assert "before we knew who it was" in first
    assert "<strong>12.5</strong>" in first
    assert "&lt;b&gt;/start&lt;/b&gt;" in first
    assert "seen_as_twin" in second
    assert "of_somebody_else" not in first + second


def test_open_conversations_lead_to_them_and_closed_ones_are_left_out(bens: Client, mara: Customer):
    is_open = ConversationFactory.create(customer=mara)
    closed = ConversationFactory.create(customer=mara, status=Conversation.Status.CLOSED)

    page = bens.get(page_of(mara)).text

    assert f"/console/c/{is_open.public_id}" in page
    assert str(closed.public_id) not in page


def test_a_customer_without_anything_is_a_page_in_words(bens: Client):
    page = bens.get(page_of(CustomerFactory.create())).text

    assert "This customer has no score yet" in page
    assert "No event of this customer has come in" in page
    assert "No scoring pass is done yet" in page


def test_queries_do_not_grow_with_issues_scores_and_events(bens: Client, mara: Customer, django_assert_max_num_queries):
    for number in range(8):
        model = ScoreModelFactory.create(issue=IssueTypeFactory.create(key=f"issue-{number}"))
        risk = CurrentRiskFactory.create(customer=mara, model=model)
        for days_ago in range(5):
            score(risk, 0.5, days_ago=days_ago)
        event("app_opened", customer=mara)
        ConversationFactory.create(customer=mara)
    bens.get(page_of(mara))

    with django_assert_max_num_queries(28):
        bens.get(page_of(mara))


def test_beside_a_conversation_stand_the_risks_worth_a_look(
    bens: Client, conversation: Conversation, champion: ScoreModel
):
    scoring_pass()
    low = ScoreModelFactory.create(issue=IssueTypeFactory.create(key="low", name_en="Late parcel"))
    CurrentRiskFactory.create(customer=conversation.customer, model=champion, probability=0.7)
    CurrentRiskFactory.create(customer=conversation.customer, model=low, probability=0.01)
    address = f"/console/c/{conversation.public_id}/risks"

    assert address in bens.get(f"/console/c/{conversation.public_id}/customer").text
    panel = bens.get(address).text
    assert "Failed payment" in panel
    assert "Late parcel" not in panel
    assert page_of(conversation.customer) in panel
    CurrentRisk.objects.all().delete()
    assert "No high or elevated risk." in bens.get(address).text


def test_the_panel_tells_old_scores(bens: Client, conversation: Conversation, champion: ScoreModel):
    scoring_pass(finished_at=NOW - timedelta(days=3))
    CurrentRiskFactory.create(customer=conversation.customer, model=champion)

    assert "they are old" in bens.get(f"/console/c/{conversation.public_id}/risks").text
