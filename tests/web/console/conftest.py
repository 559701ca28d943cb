"""Agents with the console open, and conversations that somebody has to look after."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from csassist.accounts.models import User
from csassist.assistant.draft_citations import packed
from csassist.assistant.models import AnswerRun, Draft
from csassist.conversations import services
from csassist.conversations.models import Conversation
from csassist.customers.models import Customer
from tests.conversations.conftest import cited_passage
from tests.knowledge.conftest import WriteArticle, article, help_shelf, no_indexes

__all__ = ["article", "help_shelf", "no_indexes"]


@pytest.fixture
def bens(ben: User) -> Client:
    """Ben's browser."""
    browser = Client()
    browser.force_login(ben)
    return browser


@pytest.fixture
def cleos(cleo: User) -> Client:
    browser = Client()
    browser.force_login(cleo)
    return browser


@pytest.fixture
def doras(dora: User) -> Client:
    browser = Client()
    browser.force_login(dora)
    return browser


@pytest.fixture
def conversation(ana: Customer) -> Conversation:
    """Ana has asked something and waits for a person."""
    conversation = services.start_conversation(customer=ana)
    services.receive_message(conversation=conversation, text="Where is my refund?")
    services.ask_for_person(conversation=conversation, name="Ana", contact="ana@example.com")
    conversation.refresh_from_db()
    return conversation


@pytest.fixture
def draft(conversation: Conversation) -> Draft:
    return draft_for(conversation)


@pytest.fixture
def sendable_draft(conversation: Conversation, article: WriteArticle, no_indexes: None) -> Draft:
    """A draft whose source is an article that answers may use."""
    document = article("Returns", "You can return goods within 30 days of delivery.", published=True)
    document.live_version = document.published_version
    document.save()
    return draft_for(conversation, citations=packed([replace(cited_passage(), document_id=document.public_id)]))


def draft_for(
    conversation: Conversation, text: str = "It is on its way [1]. It may take longer.", **fields: object
) -> Draft:
    newest = conversation.messages.filter(author="customer").order_by("-id").first()
    run = AnswerRun.objects.create(
        conversation=conversation,
        state=AnswerRun.State.DONE,
        answered_through_id=newest.pk if newest else 0,
        lease_until=timezone.now(),
        public_id=uuid4(),
    )
    defaults = {"state": "pending", "support": 0.92, "weak": [1], "citations": packed([cited_passage()])}
    return Draft.objects.create(
        conversation=conversation,
        episode=services.last_episode(conversation),
        run=run,
        text=text,
        **{**defaults, **fields},
    )
