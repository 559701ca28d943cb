"""Rows that tests need but do not speak about; call `.create()`."""

# mypy: disable-error-code="no-untyped-call"

from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory, Password
from factory.faker import Faker

from csassist.accounts.models import User
from csassist.conversations.models import Author, Conversation, Message
from csassist.conversations.services import last_episode
from csassist.customers.models import Customer

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
