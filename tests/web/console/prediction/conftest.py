"""An issue with customers at risk, and the browsers of those who look at it."""

import pytest

from csassist.customers.models import Customer
from proactive.models import CurrentRisk, IssueType, ModelKind, ModelStatus, ScoreModel
from tests.factories import CurrentRiskFactory, CustomerFactory, IssueTypeFactory, ScoreModelFactory
from tests.proactive.made import CARD, scoring_pass


@pytest.fixture
def issue() -> IssueType:
    return IssueTypeFactory.create(key="payment")


@pytest.fixture
def champion(issue: IssueType) -> ScoreModel:
    return ScoreModelFactory.create(issue=issue, version=1)


@pytest.fixture
def shadow(issue: IssueType) -> ScoreModel:
    kind, status = ModelKind.LOGISTIC, ModelStatus.SHADOW
    return ScoreModelFactory.create(issue=issue, version=2, kind=kind, status=status, card=CARD)


@pytest.fixture
def mara() -> Customer:
    fields = {"plan": "Pro", "language": "en", "external_id": "LH-7", "email": "mara@example.com"}
    return CustomerFactory.create(name="Mara Lindqvist", **fields)


@pytest.fixture
def risks(champion: ScoreModel, mara: Customer) -> dict[str, CurrentRisk]:
    """By name of the customer: one high, one elevated, one low. A pass was done just now."""
    scoring_pass()
    people = {
        "Mara": (mara, 0.81),
        "Lei": (CustomerFactory.create(name="李雷", plan="Basic", language="zh"), 0.34),
        "Tom": (CustomerFactory.create(name="Tom", plan="Pro", language="en"), 0.02),
    }
    return {
        name: CurrentRiskFactory.create(customer=customer, model=champion, probability=probability)
        for name, (customer, probability) in people.items()
    }
