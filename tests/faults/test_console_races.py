"""
Agents and customers at the same moment, in threads of their own on the real database: whatever the order, a customer is
answered once, whoever comes too late is told, and no message is left that nobody answers.

RACES=200 runs 200 of them and prints how each ended; without it there are 40.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Barrier, Event

import pytest

from csassist.accounts.models import User
from csassist.assistant import runs
from csassist.assistant.agent_acts import agent_reply, agent_take, hand_back
from csassist.assistant.answering import answer
from csassist.assistant.drafts import approve_draft, edit_draft, reject_draft
from csassist.assistant.models import AnswerRun, AutonomyRule, Draft
from csassist.conversations.models import Author, Conversation, ConversationEvent, Message
from csassist.conversations.services import Written, close, owner_mark, reply_as_agent, start_conversation, take
from csassist.core.errors import Conflict
from csassist.customers.models import Customer
from tests.assistant.scripted import Script, ask, scripted_assistant, work
from tests.factories import CustomerFactory, UserFactory
from tests.threads import hanging_up

pytestmark = pytest.mark.django_db(transaction=True)

IN_FULL = os.environ.get("RACES")
RACES_COUNT = int(IN_FULL or 40)
KINDS_COUNT = 8
EACH_COUNT = max(1, RACES_COUNT // KINDS_COUNT)
BURST_COUNT = 4
LATENESS_SECONDS = (0.0, 0.001, 0.003, 0.01)
OWN_WORDS = "These are my own words."
EDITED = "Thirty days, and 4.90 EUR. [1]"
Act = Callable[[], object]
Outcome = str


@dataclass
class Cast:
    script: Script
    ana: Customer
    ben: User
    cleo: User


@pytest.fixture
def cast(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
    AutonomyRule.objects.create(level="approve")
    agents = [UserFactory.create(username=name) for name in ("ben", "cleo")]
    return Cast(scripted_assistant(monkeypatch), CustomerFactory.create(), *agents)


@pytest.fixture
def report(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Iterator[Counter[str]]:
    counted: Counter[str] = Counter()
    yield counted
    if IN_FULL:
        with capsys.disabled():
            print(f"\n{request.node.name}: {dict(counted.most_common())}")


def at_once(*acts: Act) -> list[Outcome]:
    """Start all acts in the same moment; "done" or "conflict" for each. Anything else they raise is a failure."""
    barrier = Barrier(len(acts))

    @hanging_up
    def perform(act: Act) -> Outcome:
        barrier.wait(timeout=30)
        try:
            act()
        except Conflict:
            return "conflict"
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(perform, acts))


def in_the_middle(script: Script, race: int, act: Act) -> Act:
    """`act`, begun when the answer comes to its first sentence, its second or its end; either may be a little late."""
    reached = Event()
    before = script.before
    mine, others = random.Random(race).choices(LATENESS_SECONDS, k=2)

    def look(place: int) -> None:
        before(place)
        if place == race % 3:
            reached.set()
            time.sleep(mine)

    def begin() -> None:
        assert reached.wait(timeout=30)
        time.sleep(others)
        act()

    script.before = look
    return begin


def drafted(cast: Cast) -> Draft:
    """A customer's question whose answer waits for a person."""
    conversation = start_conversation(customer=cast.ana)
    ask(conversation)
    work(conversation)
    return Draft.objects.select_related("conversation").get(conversation=conversation, state="pending")


def answers(conversation: Conversation) -> list[Message]:
    said = conversation.messages.filter(author__in=[Author.ASSISTANT, Author.AGENT])
    return list(said.select_related("author_user").order_by("pk"))


def each_message_is_answered_or_waits(conversation: Conversation) -> None:
    """And events are numbered without a gap, one for every message."""
    conversation.refresh_from_db()
    left = runs.unanswered(conversation)
    active = AnswerRun.objects.active().filter(conversation=conversation).exists()
    assert not left or active or conversation.waiting_since is not None, "somebody waits and nobody knows"
    events = ConversationEvent.objects.filter(conversation=conversation).order_by("seq")
    assert [event.seq for event in events] == list(range(1, conversation.last_event_seq + 1))
    told = [event.payload["id"] for event in events if event.type == "message"]
    assert told == [str(one) for one in conversation.messages.order_by("pk").values_list("public_id", flat=True)]


def test_two_agents_who_approve_the_same_draft_send_it_once(cast, report):
    for _race in range(EACH_COUNT):
        draft = drafted(cast)
        agents = (cast.ben, cast.cleo, cast.ben)
        ended = at_once(*(partial(approve_draft, draft=draft, by=agent, version=1) for agent in agents))
        assert sorted(ended) == ["conflict", "conflict", "done"]
        assert len(answers(draft.conversation)) == 1
        draft.refresh_from_db()
        assert (draft.state, draft.decided_by) == ("approved", answers(draft.conversation)[0].author_user)
        each_message_is_answered_or_waits(draft.conversation)
        report["sent once, two told"] += 1


def test_what_is_sent_is_what_its_sender_saw_when_a_colleague_edits_at_the_same_moment(cast, report):
    for _race in range(EACH_COUNT):
        draft = drafted(cast)

        def edit_and_approve(d: Draft = draft) -> None:
            edited = edit_draft(draft=d, by=cast.cleo, version=1, text=EDITED)
            approve_draft(draft=d, by=cast.cleo, version=edited.version)

        ended = at_once(partial(approve_draft, draft=draft, by=cast.ben, version=1), edit_and_approve)
        assert sorted(ended) == ["conflict", "done"]
        (sent,) = answers(draft.conversation)
        seen = {"ben": draft.text, "cleo": EDITED}
        assert sent.author_user is not None
        assert sent.text == seen[sent.author_user.username], "nobody sends a version they did not see"
        each_message_is_answered_or_waits(draft.conversation)
        report[f"{sent.author_user.username} sent"] += 1


def test_one_who_rejects_and_one_who_approves_do_not_both_get_their_way(cast, report):
    for _race in range(EACH_COUNT):
        draft = drafted(cast)
        ended = at_once(
            partial(approve_draft, draft=draft, by=cast.ben, version=1),
            partial(reject_draft, draft=draft, by=cast.cleo, version=1, reason="wrong"),
        )
        assert sorted(ended) == ["conflict", "done"]
        draft.refresh_from_db()
        was_sent = draft.state == "approved"
        assert len(answers(draft.conversation)) == was_sent
        each_message_is_answered_or_waits(draft.conversation)
        owner = Conversation.objects.get(pk=draft.conversation_id).owner_user
        assert owner == (None if was_sent else cast.cleo)
        report[draft.state] += 1


def test_a_draft_is_not_sent_over_the_head_of_who_takes_over_and_never_after_their_own_answer(cast, report):
    for race in range(EACH_COUNT):
        draft = drafted(cast)
        seen = owner_mark(draft.conversation)

        def take_over(d: Draft = draft, own: bool = race % 2 == 0, mark: str = seen) -> None:
            if own:
                written = Written(text=OWN_WORDS, client_key="k1", seen_owner=mark)
                agent_reply(conversation=d.conversation, agent=cast.cleo, written=written)
            else:
                agent_take(conversation=d.conversation, agent=cast.cleo, seen_owner=mark)

        ended = at_once(partial(approve_draft, draft=draft, by=cast.ben, version=1), take_over)
        assert ended[1] == "done", "the draft leaves the owner who they are"
        said = [message.text for message in answers(draft.conversation)]
        assert said.count(draft.text) == (ended[0] == "done")
        assert said.count(OWN_WORDS) == (race % 2 == 0)
        assert said in ([], [draft.text], [OWN_WORDS], [draft.text, OWN_WORDS])
        each_message_is_answered_or_waits(draft.conversation)
        report["draft first" if ended[0] == "done" else "taken over first"] += 1


def test_a_draft_is_not_sent_past_a_message_that_its_sender_has_not_read(cast, report):
    for _race in range(EACH_COUNT):
        draft = drafted(cast)
        ended = at_once(
            partial(approve_draft, draft=draft, by=cast.ben, version=1),
            partial(ask, draft.conversation, "No, wait: it is a gift."),
        )
        assert ended[1] == "done"
        authors = list(
            draft.conversation.messages.exclude(author="system").order_by("pk").values_list("author", flat=True)
        )
        assert authors == (["customer", "assistant", "customer"] if ended[0] == "done" else ["customer", "customer"])
        each_message_is_answered_or_waits(draft.conversation)
        work(draft.conversation)
        newer = Draft.objects.waiting().get(conversation=draft.conversation)
        last = draft.conversation.messages.filter(author="customer").latest("pk")
        assert newer.run.answered_through_id == last.pk
        report["sent before it" if ended[0] == "done" else "told of it"] += 1


def test_an_answer_under_way_and_a_take_over_end_as_one_or_the_other(cast, report):
    AutonomyRule.objects.all().delete()
    for race in range(EACH_COUNT):
        conversation = start_conversation(customer=cast.ana)
        ask(conversation)
        run = AnswerRun.objects.get(conversation=conversation)
        cast.script.before = lambda place: None
        own = Written(text=OWN_WORDS)
        acts: tuple[Act, ...] = (
            partial(agent_take, conversation=conversation, agent=cast.cleo),
            partial(take, conversation=conversation, agent=cast.cleo),
            partial(close, conversation=conversation, by=cast.cleo),
            partial(reply_as_agent, conversation=conversation, agent=cast.cleo, written=own),
        )
        meanwhile = in_the_middle(cast.script, race, acts[race % 4])
        assert at_once(partial(answer, run.public_id), meanwhile) == ["done", "done"]
        work(conversation)
        run.refresh_from_db()
        said = [message for message in answers(conversation) if message.author == Author.ASSISTANT]
        assert len(said) == (run.state == "done")
        types = list(conversation.events.order_by("seq").values_list("type", flat=True))
        if "closed" in types:
            assert "message" not in types[types.index("closed") :], "nothing is said after the close"
        else:
            drafts = Draft.objects.filter(conversation=conversation, state="pending").count()
            assert len(answers(conversation)) + drafts >= 1
        each_message_is_answered_or_waits(conversation)
        report[f"answer {run.state}"] += 1


def test_of_a_burst_every_message_is_read_by_exactly_one_answer(cast, report):
    AutonomyRule.objects.all().delete()
    for race in range(EACH_COUNT):
        conversation = start_conversation(customer=cast.ana)
        cast.script.turns.clear()
        delays = random.Random(race)

        def work_off(c: Conversation = conversation) -> None:
            while c.messages.filter(author=Author.CUSTOMER).count() < BURST_COUNT:
                run = AnswerRun.objects.active().filter(conversation=c).first()
                if run is not None:
                    answer(run.public_id)

        def write(number: int, c: Conversation = conversation, after: Callable[[], float] = delays.random) -> None:
            time.sleep(0.2 * after())
            ask(c, f"question {number}?")

        assert set(at_once(*(partial(write, number) for number in range(BURST_COUNT)), work_off)) == {"done"}
        work(conversation)
        read = "\n".join(turn.text for turn in cast.script.turns).split("\n")
        assert sorted(read) == [f"question {number}?" for number in range(BURST_COUNT)]
        done = conversation.runs.filter(state="done").count()
        assert len(answers(conversation)) == done == len(cast.script.turns)
        assert not runs.unanswered(conversation)
        each_message_is_answered_or_waits(conversation)
        assert Conversation.objects.get(pk=conversation.pk).waiting_since is None
        report[f"{BURST_COUNT} messages, {done} answers"] += 1


def test_what_is_handed_back_twice_while_the_suggestion_is_written_is_answered_once(cast, report):
    AutonomyRule.objects.all().delete()
    for race in range(EACH_COUNT):
        conversation = start_conversation(customer=cast.ana)
        take(conversation=conversation, agent=cast.ben)
        ask(conversation)
        suggestion = AnswerRun.objects.get(conversation=conversation)
        cast.script.before = lambda place: None
        backs = [
            in_the_middle(cast.script, race, partial(hand_back, conversation=conversation, by=agent))
            for agent in (cast.ben, cast.cleo)
        ]
        assert at_once(partial(answer, suggestion.public_id), *backs) == ["done", "done", "done"]
        work(conversation)
        assert len(answers(conversation)) == 1
        assert not Draft.objects.still_open().filter(conversation=conversation).exists()
        each_message_is_answered_or_waits(conversation)
        suggestion.refresh_from_db()
        report[f"suggestion {suggestion.state}"] += 1
