"""Conversations as tests tell them: who said what, in order."""

from datetime import timedelta

from django.utils import timezone

from csassist.accounts.models import User
from csassist.conversations.events import ReplyToPost
from csassist.conversations.models import Author, Conversation, Message
from csassist.conversations.services import (
    Written,
    close,
    post_reply,
    receive_message,
    reply_as_agent,
    start_conversation,
)
from csassist.customers.models import Customer, SignIn


def talk(customer: Customer, *lines: tuple[str, str], agent: User | None = None, language: str = "en") -> Conversation:
    """A conversation of ("customer" | "assistant" | "agent", text) lines, all said a minute ago."""
    conversation = start_conversation(customer=customer, language=language)
    say(conversation, *lines, agent=agent)
    return conversation


def say(conversation: Conversation, *lines: tuple[str, str], agent: User | None = None) -> None:
    for author, text in lines:
        if author == "customer":
            receive_message(conversation=conversation, text=text)
        elif author == "assistant":
            reply = ReplyToPost(text=text, language="en", author=Author.ASSISTANT, outcome="send")
            post_reply(conversation=conversation, reply=reply)
        elif agent is not None:
            reply_as_agent(conversation=conversation, agent=agent, written=Written(text=text))
    Message.objects.filter(conversation=conversation).update(created_at=timezone.now() - timedelta(minutes=1))
    conversation.refresh_from_db()


def solved(customer: Customer, question: str, answer: str, *, agent: User) -> Conversation:
    conversation = talk(customer, ("customer", question), ("agent", answer), agent=agent)
    close(conversation=conversation, by=agent)
    return conversation


def verify(customer: Customer) -> SignIn:
    """The company's site has signed this customer in."""
    return SignIn.objects.create(
        customer=customer,
        key_digest=f"key-{customer.pk}",
        proof_digest=f"proof-{customer.pk}",
        expires_at=timezone.now() + timedelta(hours=1),
    )
