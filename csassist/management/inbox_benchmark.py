"""
`manage.py benchmark inbox`: how long the console's inbox takes to open with many conversations, and what it asks for.

The conversations are made in a database of their own, of the configured kind, which is dropped at the end. The page is
answered whole, as a browser gets it, without the network: session, permissions, queries and template.
"""

import json
import random
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tqdm import tqdm

from csassist.accounts.models import Team, User
from csassist.conversations.models import Author, Conversation, Episode, Message, Seen, Tag
from csassist.core.errors import Unavailable
from csassist.customers.models import Customer
from csassist.management.throw_away_installation import throw_away_database
from knowledge.retrieval_benchmark import percentiles

BATCH = 2_000
SEED = 7
CUSTOMERS_SHARE_RATIO = 0.4
MESSAGES_COUNT = 3
AGENTS_COUNT, TEAMS_COUNT, TAGS_COUNT = 12, 4, 30
# What share of the conversations is closed, with the assistant, in a queue; the rest has a person.
CLOSED_RATIO, ASSISTANTS_RATIO, QUEUED_RATIO = 0.86, 0.09, 0.02
WORDS = ("refund", "parcel", "lock", "battery", "invoice", "camera", "退款", "快递", "门锁", "发票", "return", "late")
PLACES = {
    "mine": "?queue=mine",
    "unassigned": "?queue=queue",
    "awaiting reply": "?queue=waiting",
    "with assistant": "?queue=assistant",
    "closed": "?queue=closed",
    "all": "?queue=all",
    "a team's": "?queue=team-{team}",
    "filtered": "?queue=all&status=open&language=zh&channel=widget",
    "a tag": "?queue=all&tag=tag%203",
    "search": "?queue=all&q=battery",
    "search, rare": "?queue=all&q=a+word+nobody+said",
}


@dataclass
class Desk:
    """Who and what the conversations are shared out among."""

    customers: list[Customer] = field(default_factory=list)
    agents: list[User] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--conversations", type=int, default=100_000, help="how many to make (default 100000)")
    parser.add_argument("--times", type=int, default=20, help="how often each list is opened (default 20)")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Print queries, p50 and p95 of opening each list in milliseconds, and write the JSON report."""
    with throw_away_database():
        desk = make_conversations(options["conversations"], quiet=options["quiet"])
        report = {
            "conversations": options["conversations"],
            "database": connection.vendor,
            "lists": {name: measured(desk, query, options["times"]) for name, query in PLACES.items()},
        }
    for name, figures in report["lists"].items():
        stdout.write(
            f"{name:16} {figures['queries']:3} queries   p50 {figures['p50_ms']:7.1f} ms   "
            f"p95 {figures['p95_ms']:7.1f} ms   {figures['bytes'] / 1000:6.1f} kB\n"
        )
    if options["json_path"]:
        options["json_path"].write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def measured(desk: Desk, query: str, times_count: int) -> dict[str, float]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(desk.agents[0])
    address = f"/console/{query.format(team=desk.teams[0].public_id)}"
    if client.get(address).status_code != 200:  # what is loaded at first use is not what an agent waits for
        raise Unavailable(f"{address} does not open.")
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address)
        queries_count = len(connection.queries_log) - asked.initial_queries
    spent = []
    for _ in range(times_count):
        began = time.perf_counter()
        page = client.get(address)
        spent.append(1000 * (time.perf_counter() - began))
    return {"queries": queries_count, "bytes": len(page.content), **percentiles(spent)}


def make_conversations(count: int, *, quiet: bool) -> Desk:
    """A desk with a long past: most of it closed, some with the assistant, a few hundred with people."""
    drawn = random.Random(SEED)
    desk = _desk(max(1, int(count * CUSTOMERS_SHARE_RATIO)))
    with tqdm(total=count, desc="conversations", disable=quiet) as progress:
        for start in range(0, count, BATCH):
            some = Conversation.objects.bulk_create(
                _conversation(desk, drawn, start + place) for place in range(min(BATCH, count - start))
            )
            _fill(desk, drawn, some)
            progress.update(len(some))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return desk


def _desk(customers_count: int) -> Desk:
    agents = [User.objects.create(username=f"agent{number}", display_name=f"Agent {number}") for number in range(12)]
    teams = [Team.objects.create(name=f"Team {number}") for number in range(TEAMS_COUNT)]
    for team in teams:
        team.members.set(agents)
    named = (Customer(name=f"Customer {number}", is_anonymous=False) for number in range(customers_count))
    return Desk(
        customers=Customer.objects.bulk_create(named, batch_size=BATCH),
        agents=agents,
        teams=teams,
        tags=Tag.objects.bulk_create(Tag(name=f"tag {number}") for number in range(TAGS_COUNT)),
    )


def _conversation(desk: Desk, drawn: random.Random, age: int) -> Conversation:
    share = drawn.random()
    at = timezone.now() - timedelta(minutes=age)
    one = Conversation(
        customer=drawn.choice(desk.customers),
        channel=drawn.choice(Conversation.Channel.values),
        language=drawn.choice(["en", "zh"]),
        team=drawn.choice([None, *desk.teams]),
        created_at=at,
        updated_at=at,
    )
    if share < CLOSED_RATIO:
        one.status = Conversation.Status.CLOSED
    elif share < CLOSED_RATIO + ASSISTANTS_RATIO:
        one.status = Conversation.Status.OPEN
    elif share < CLOSED_RATIO + ASSISTANTS_RATIO + QUEUED_RATIO:
        one.status, one.owner_kind = Conversation.Status.WAITING_FOR_PERSON, Conversation.OwnerKind.QUEUE
        one.waiting_since = at
    else:
        one.owner_kind, one.owner_user = Conversation.OwnerKind.PERSON, drawn.choice(desk.agents)
        one.waiting_since = at if drawn.random() < 0.5 else None
    return one


def _fill(desk: Desk, drawn: random.Random, some: list[Conversation]) -> None:
    """Episodes, messages, tags, and how far the first agent has read."""
    episodes = Episode.objects.bulk_create(Episode(conversation=one, number=1) for one in some)
    authors = [Author.CUSTOMER, Author.ASSISTANT, Author.CUSTOMER]
    Message.objects.bulk_create(
        Message(conversation=one, episode=episode, author=author, text=" ".join(drawn.choices(WORDS, k=14)))
        for one, episode in zip(some, episodes, strict=True)
        for author in authors[:MESSAGES_COUNT]
    )
    tagged = Conversation.tags.through
    tagged._default_manager.bulk_create(
        tagged(conversation_id=one.pk, tag_id=drawn.choice(desk.tags).pk) for one in some if drawn.random() < 0.3
    )
    Seen.objects.bulk_create(
        Seen(conversation=one, user=desk.agents[0], read_through_id=1) for one in some if drawn.random() < 0.1
    )
