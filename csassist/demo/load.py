"""
Loading the demo company: articles, golden questions, intents, practice, customers and what they did, look-ups, staff
and prompts.

Safe to run at every start. It writes only what is missing: a document is known by its slug within the demo source, so
an article that somebody edited or withdrew stays as they left it. Indexing is left to the worker.
"""

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from csassist.accounts.models import User
from csassist.accounts.roles import Role
from csassist.accounts.services import create_user
from csassist.analysis.models import Intent, IntentExample
from csassist.analysis.services import add_examples, write_intent
from csassist.analysis.shipped_catalogue import shipped_examples, shipped_intents
from csassist.assistant import golden_questions
from csassist.assistant.golden_questions import QuestionText
from csassist.assistant.models import GoldenQuestion, PracticeScenario
from csassist.assistant.practice import library
from csassist.customers.services import import_customers
from csassist.demo.behaviour import load_behaviour
from csassist.demo.desk import load_desk
from csassist.demo.look_ups import load_look_ups
from csassist.demo.password import DEMO_PASSWORD
from knowledge import publication, services
from knowledge.generations import ensure_generation
from knowledge.models import Audience, Collection, Document, Source
from prompts.services import sync_defaults

HERE = Path(__file__).resolve().parent
ARTICLES = HERE / "articles"
PRACTICE = HERE / "practice"
QUESTIONS_PATH = HERE / "golden_questions.jsonl"
SHELVES = {
    "help": (gettext_noop("Help articles"), Audience.PUBLIC),
    "plans-and-billing": (gettext_noop("Plans and billing"), Audience.PUBLIC),
    "members": (gettext_noop("For members"), Audience.CUSTOMERS),
    "staff": (gettext_noop("Staff handbook"), Audience.AGENTS),
}
SUGGESTED = {
    "en/returns-window": "How long do I have to return something?",
    "en/latch-lockout": "The batteries in my lock are dead and I am outside. How do I get in?",
    "en/nest-plans": "How long are camera recordings kept on each plan?",
    "en/ember-error-codes": "What does error E7 on my thermostat mean?",
    "zh/latch-lockout": "门锁没电了进不了门怎么办？",
    "zh/fapiao-apply": "半年前的订单还能补开发票吗？",
    "zh/price-protection": "刚买就降价了，能退差价吗？",
    "zh/plug-10a-16a": "空调插座该买10A还是16A？",
}
STAFF = (
    ("dora", Role.ADMIN, "Dora"),
    ("cleo", Role.SUPERVISOR, "Cleo"),
    ("ben", Role.AGENT, "Ben"),
)


def load_demo() -> int:
    """Load what is missing; returns the number of documents created."""
    staff = {name: _staff_user(name, role, shown) for name, role, shown in STAFF}
    sync_defaults()
    load_desk(staff)
    import_customers(json.loads((HERE / "customers.json").read_text(encoding="utf-8")))
    load_look_ups()
    _ensure_index()
    _practice(staff["dora"])
    shelves = {slug: _collection(slug, name, audience) for slug, (name, audience) in SHELVES.items()}
    sources = {slug: _source(collection) for slug, collection in shelves.items()}
    present = set(Document.objects.filter(source__in=sources.values()).values_list("slug", flat=True))
    created = 0
    guards = not GoldenQuestion.objects.exists() and not present
    with transaction.atomic():
        for path in sorted(ARTICLES.glob("*/*.md")):
            slug = f"{path.parent.name}/{path.stem}"
            if slug not in present:
                _article(slug, path, shelves, sources, staff)
                created += 1
        if guards:
            _golden_questions(shelves["help"], staff["dora"])
        if not Intent.objects.exists():
            _intents(staff["dora"])
    load_behaviour()
    return created


def read_article(path: Path) -> tuple[dict[str, Any], str]:
    """The front matter and the body of an article file."""
    _empty, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(front), body.strip() + "\n"


def _article(
    slug: str, path: Path, shelves: dict[str, Collection], sources: dict[str, Source], staff: dict[str, User]
) -> None:
    front, body = read_article(path)
    owner = staff[front["owner"]]
    document = services.create_document(
        place=services.Place(
            collection=shelves[front["collection"]], source=sources[front["collection"]], slug=slug, owner=owner
        ),
        text=services.VersionText(
            title=front["title"],
            body=body,
            language=front["language"],
            questions=tuple(front["questions"]),
            aliases=tuple(front["aliases"]),
            effective_from=_start_of(front["effective_from"]),
            review_due=front["review_due"],
        ),
        author=owner,
    )
    if slug in SUGGESTED:
        Document.objects.filter(pk=document.pk).update(suggested_question=SUGGESTED[slug])
    if front.get("state") != "draft":
        publication.request(version=document.versions.get(), publisher=owner)


def _golden_questions(shelf: Collection, author: User) -> None:
    """Some of the questions the demo is measured with: those that it answers rightly with and without a model."""
    for line in QUESTIONS_PATH.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not row.get("guards"):
            continue
        documents = tuple(Document.objects.filter(slug__in=row["articles"], source__kind=Source.Kind.DEMO))
        is_answer = row["kind"] == "answerable"
        golden_questions.write(
            text=QuestionText(
                question=row["question"],
                collection=documents[0].collection if documents else shelf,
                expects=GoldenQuestion.Expects.ANSWER if is_answer else GoldenQuestion.Expects.REFUSAL,
                must_contain=tuple(row["must_contain"]) if is_answer else (),
                documents=documents if is_answer else (),
            ),
            author=author,
        )


def _practice(author: User) -> None:
    """The simulated customers, once: one that somebody deleted stays away."""
    if not PracticeScenario.objects.exists():
        for path in sorted(PRACTICE.glob("*/*.yaml")):
            library.import_scenarios(text=path.read_text(encoding="utf-8"), author=author)


def _intents(author: User) -> None:
    """The catalogue that the shipped model was trained on, so that intents are read from the first message on."""
    for text in shipped_intents():
        write_intent(text=text)
    add_examples(examples=shipped_examples(), by=author, source=IntentExample.Source.IMPORTED)


def _staff_user(username: str, role: Role, shown: str) -> User:
    user = User.objects.filter(username=username).first()
    return user or create_user(
        username=username,
        password=DEMO_PASSWORD,
        role=role,
        display_name=shown,
        email=f"{username}@larkhouse.example",
    )


def _collection(slug: str, name: str, audience: Audience) -> Collection:
    return Collection.objects.get_or_create(slug=slug, defaults={"name": name, "audience": audience})[0]


def _source(collection: Collection) -> Source:
    return Source.objects.get_or_create(
        collection=collection,
        kind=Source.Kind.DEMO,
        defaults={
            "location": settings.CSASSIST_COMPANY_NAME,
            "state": Source.State.READY,
            "fetched_at": timezone.now(),
        },
    )[0]


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _ensure_index() -> None:
    from csassist.llm import embeddings

    ensure_generation(embeddings().recipe)
