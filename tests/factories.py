"""Rows that tests need but do not speak about; call `.create()`."""

# mypy: disable-error-code="no-untyped-call"

from django.utils import timezone
from factory.declarations import LazyAttribute, LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory, Password
from factory.faker import Faker

from csassist.accounts.models import User
from csassist.conversations.models import Author, Conversation, Message
from csassist.conversations.services import last_episode
from csassist.customers.models import Customer
from proactive.models import Band, CurrentRisk, IssueState, IssueType, ModelKind, ModelStatus, ScoreModel

PASSWORD = "correct horse battery staple"


class UserFactory(DjangoModelFactory[User]):
    """An agent who signs in with PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = Sequence(lambda number: f"user{number}")
    role = "agent"
    password = Password(PASSWORD)


class CustomerFactory(DjangoModelFactory[Customer]):
    class Meta:
        model = Customer

    name = Faker("name")
    is_anonymous = False


class ConversationFactory(DjangoModelFactory[Conversation]):
    class Meta:
        model = Conversation

    customer = SubFactory(CustomerFactory)


class MessageFactory(DjangoModelFactory[Message]):
    class Meta:
        model = Message

    conversation = SubFactory(ConversationFactory)
    episode = LazyAttribute(lambda message: last_episode(message.conversation))
    author = Author.CUSTOMER
    text = Faker("sentence")


class IssueTypeFactory(DjangoModelFactory[IssueType]):
    """One that is scored and acted on."""

    class Meta:
        model = IssueType
        django_get_or_create = ("key",)

    key = Sequence(lambda number: f"trouble-{number}")
    name_en = "Failed payment"
    name_zh = "付款失败"
    label = LazyAttribute(lambda issue: {"any_of": [{"event": "payment_failed", "at_least": 2}]})
    state = IssueState.LIVE


class ScoreModelFactory(DjangoModelFactory[ScoreModel]):
    """A scorecard in force."""

    class Meta:
        model = ScoreModel

    issue = SubFactory(IssueTypeFactory)
    kind = ModelKind.SCORECARD
    version = Sequence(lambda number: number + 1)
    status = ModelStatus.CHAMPION
    artifact = b"{}"
    artifact_sha256 = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    feature_set = "0123456789abcdef"


class CurrentRiskFactory(DjangoModelFactory[CurrentRisk]):
    class Meta:
        model = CurrentRisk

    customer = SubFactory(CustomerFactory)
    model = SubFactory(ScoreModelFactory)
    issue = LazyAttribute(lambda risk: risk.model.issue)
    probability = 0.6
    band = LazyAttribute(
        lambda risk: Band.HIGH if risk.probability >= 0.5 else Band.ELEVATED if risk.probability >= 0.2 else Band.LOW
    )
    reasons = LazyAttribute(lambda risk: [{"feature": "failed_payments_7d", "value": 3, "effect": 25}])
    as_of = LazyFunction(timezone.now)
