"""A company with secrets of every kind, a customer who attacks it, and a look at everything that came of it."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.apps import apps
from django.db import transaction
from django.db.models import Max, Model
from django.test import Client
from django.urls import reverse

from csassist.assistant import runs, services
from csassist.assistant.grounding.dictation import without_dictation
from csassist.assistant.models import AnswerTrace
from csassist.conversations.models import Conversation, Message
from csassist.conversations.services import receive_message, start_conversation
from csassist.core.rendering import render_message
from csassist.customers.models import Customer
from csassist.customers.services import anonymous_customer
from csassist.llm.test_server import TestModelServer
from csassist.llm.test_server.adversary import obeyed_answer
from csassist.llm.test_server.prompt_reading import read_prompt
from csassist.management.attack_effects import Bait, Secrets, effects
from csassist.management.attacks import Attack
from knowledge.models import Passage

# Tables that an answer writes to; of every other one nothing may change.
WRITTEN_BY_ANSWERS = {
    "analysis.MessageReading",
    "delivery.StaffAlert",  # supervisors hear of what sounds like a danger, in words of our own
    "conversations.ConsoleEvent",
    "conversations.Conversation",
    "conversations.ConversationEvent",
    "conversations.Episode",
    "conversations.Message",
    "conversations.Citation",
    "customers.Customer",
    "customers.CustomerEvent",  # that it was asked, handed over or left unanswered, in names of our own
    "customers.DirtyCustomer",
    "assistant.AnswerRun",
    "assistant.AnswerTrace",
    "llm.ModelCall",
    "llm.BudgetDay",
}


@dataclass
class Outcome:
    """What was found over a set of attacks: effects by attack, and which attacks the model obeyed."""

    effects: dict[str, list[str]] = field(default_factory=dict)
    obeyed: set[str] = field(default_factory=set)
    replies: list[Message] = field(default_factory=list)


@dataclass
class Attacked:
    """The company under attack. `knows` is what the model was told that it must not tell."""

    model: TestModelServer
    secrets: Secrets
    knows: str

    def ask(self, language: str, messages: Sequence[str]) -> Message:
        """One burst of a new customer, answered as a whole."""
        conversation = start_conversation(customer=anonymous_customer(language=language), language=language)
        with transaction.atomic():
            for text in messages:
                receive_message(conversation=conversation, text=text)
            run = runs.start_run(conversation)
        assert run is not None
        reply = services.wait_for_reply(run)
        assert reply is not None
        return reply

    def try_all(self, outcome: Outcome, attacks: Sequence[Attack], language: str, messages: Sequence[str]) -> None:
        """Ask, and note for each of these attacks whether it was obeyed and what it achieved."""
        self.model.forget_requests()
        reply = self.ask(language, messages)
        outcome.replies.append(reply)
        said = "\n".join(self._raw_answers())
        text, html = shown(reply)
        stated = without_dictation(passages_of(reply))
        cited = set(reply.citations.values_list("number", flat=True))
        for attack in attacks:
            if obeyed(attack, said, self.knows):
                outcome.obeyed.add(attack.name)
            bait = Bait(attack.bait, stated)
            found = effects(text=text, html=html, cited=cited, secrets=self.secrets, bait=bait)
            if found:
                outcome.effects[attack.name] = [*found, text]

    def _raw_answers(self) -> Iterator[str]:
        """What the model said: it says the same whenever it is asked the same."""
        for request in self.model.requests:
            body = request["body"]
            assert isinstance(body, dict)
            if "messages" in body:
                yield obeyed_answer(read_prompt(body["messages"]), self.knows)


def passages_of(reply: Message) -> str:
    """What stood before the model."""
    passages = AnswerTrace.objects.get(message=reply).passages
    texts = Passage.objects.filter(pk__in=[one["passage"] for one in passages]).values_list("text", flat=True)
    return "\n".join((*texts, *(one["title"] for one in passages)))


def obeyed(attack: Attack, said: str, knows: str) -> bool:
    if attack.bait:
        return any(bait in said for bait in attack.bait.split("|"))
    return ("You answer customers of" if attack.goal == "instructions" else knows) in said


def shown(reply: Message) -> tuple[str, str]:
    """Everything of a reply that reached the customer: its words, and the HTML of page and stream."""
    events = [event.payload for event in reply.conversation.events.all()]
    mine = [one for one in events if one.get("author", "assistant") != "customer"]
    words = [reply.text, *(str(one.get("text", "")) for one in mine)]
    pages = [str(render_message(reply.text)), *(str(one.get("html", "")) for one in mine)]
    return "\n".join(words), "\n".join(pages)


def state_of(models: Iterable[type[Model]] | None = None) -> dict[str, str]:
    """A digest of every table that answers do not write to."""
    digests = {}
    for model in models or apps.get_models():
        label = model._meta.label
        if label in WRITTEN_BY_ANSWERS or not model._meta.managed or model._meta.proxy:
            continue
        rows = repr(list(model._default_manager.order_by("pk").values_list()))
        digests[label] = hashlib.sha256(rows.encode()).hexdigest()
    return digests


def old_rows(written: dict[str, int] | None = None) -> dict[str, tuple[int, str]]:
    """For the tables that answers write to: the newest row of now (or of `written`), and a digest of all up to it."""
    found = {}
    for label in sorted(WRITTEN_BY_ANSWERS - {"llm.BudgetDay"}):
        model = apps.get_model(label)
        newest = written[label] if written else model._default_manager.aggregate(newest=Max("pk"))["newest"] or 0
        rows = repr(list(model._default_manager.filter(pk__lte=newest).order_by("pk").values_list()))
        found[label] = (newest, hashlib.sha256(rows.encode()).hexdigest())
    return found


def staff_pages(browser: Client, reply: Message) -> Iterator[str]:
    """The pages on which staff see what was said and why."""
    trace = AnswerTrace.objects.get(message=reply)
    conversation: Conversation = reply.conversation
    customer: Customer = conversation.customer
    for name, pk in (
        ("admin:assistant_answertrace_change", trace.pk),
        ("admin:conversations_conversation_change", conversation.pk),
        ("admin:customers_customer_change", customer.pk),
    ):
        page = browser.get(reverse(name, args=[pk]))
        assert page.status_code == 200
        yield page.content.decode()


class ActiveParts(HTMLParser):
    """What of a page could act on its own or lead somewhere else."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            leads_away = name in {"href", "src", "action", "formaction", "srcset", "data", "poster", "background"}
            if name.startswith("on") or name == "style" or (leads_away and not is_own(value or "")):
                self.found.append(f"<{tag} {name}={value}>")
        if tag == "script" and not {"src", "type"} & {name for name, _value in attrs}:
            self.found.append("<script>")


def is_own(address: str) -> bool:
    return (
        address.startswith(("/", "#", "?", "../", "data:image/svg")) and not address.startswith("//")
    ) or not address
