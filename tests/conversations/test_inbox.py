"""The inbox: what each queue holds, in which order, how it is filtered and searched, and how little it asks for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from csassist.accounts.models import Team, User
from csassist.conversations import inbox, services
from csassist.conversations.inbox import Wanted
from csassist.conversations.inbox_counts import MOST_COUNTED, queue_counts
from csassist.conversations.models import Author, Conversation
from csassist.conversations.services import Owner
from csassist.core.errors import InvalidInput
from tests.factories import ConversationFactory, CustomerFactory, MessageFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def waiting(minutes: int, **fields: object) -> Conversation:
    """A conversation in the queue whose customer has waited that long."""
    since = NOW - timedelta(minutes=minutes)
    return ConversationFactory.create(owner_kind="queue", status="waiting_for_person", waiting_since=since, **fields)


def shown(wanted: Wanted, viewer: User, **options: object) -> list[Conversation]:
    return [row.conversation for row in inbox.page(wanted, viewer=viewer, **options).rows]  # type: ignore[arg-type]


def test_each_queue_holds_what_its_name_says(ben: User, cleo: User):
    mine = ConversationFactory.create(owner_kind="person", owner_user=ben)
    hers = ConversationFactory.create(owner_kind="person", owner_user=cleo, waiting_since=NOW)
    queued = waiting(3)
    assistants = ConversationFactory.create()
    closed = ConversationFactory.create(status="closed")

    found = {queue: set(shown(Wanted(queue=queue), ben)) for queue in inbox.QUEUES}

    assert found == {
        "mine": {mine},
        "queue": {queued},
        "waiting": {queued, hers},
        "mentioned": set(),
        "assistant": {assistants},
        "closed": {closed},
        "all": {mine, hers, queued, assistants, closed},
    }


def test_a_conversation_is_mentioned_once_however_often_its_notes_say_the_name(ben: User, cleo: User):
    conversation = ConversationFactory.create()
    for text in ("@ben please look", "@ben once more", "nobody in particular"):
        services.write_note(conversation=conversation, author=cleo, text=text)

    assert shown(Wanted(queue="mentioned"), ben) == [conversation]
    assert shown(Wanted(queue="mentioned"), cleo) == []


def test_the_queue_of_a_team_holds_what_is_not_closed(ben: User):
    team = Team.objects.create(name="Returns")
    conversation = waiting(1, team=team)
    ConversationFactory.create(team=team, status="closed")
    waiting(2)

    assert shown(Wanted(queue=f"team-{team.public_id}"), ben) == [conversation]


def test_where_somebody_waits_the_longest_waiting_comes_first_and_who_does_not_wait_comes_last(ben: User):
    short, long, middle = waiting(2), waiting(90), waiting(30)
    nobody_waits = ConversationFactory.create(owner_kind="queue", status="waiting_for_person")

    assert shown(Wanted(queue="queue"), ben) == [long, middle, short, nobody_waits]


@pytest.mark.parametrize("queue", ["queue", "all"])
def test_pages_put_together_are_the_whole_list_though_messages_arrive_in_between(ben: User, queue: str):
    for minutes in range(7):
        waiting(minutes % 3)  # several at the same moment
    for _ in range(2):
        ConversationFactory.create(owner_kind="queue", status="waiting_for_person")
    whole = shown(Wanted(queue=queue), ben)

    found, after = [], ""
    for _ in range(4):
        page = inbox.page(Wanted(queue=queue), viewer=ben, after=after, rows_count=3)
        found += [row.conversation for row in page.rows]
        after = page.next_after
        if queue == "all":
            ConversationFactory.create()  # newer than all: it belongs above what was read
        if not after:
            break

    assert found == whole


@pytest.mark.parametrize("after", ["x", "2026-01-01|x", "|5", "yesterday|5"])
def test_a_place_that_no_page_named_is_refused(ben: User, after: str):
    with pytest.raises(InvalidInput):
        inbox.page(Wanted(queue="all"), viewer=ben, after=after)


def test_a_row_says_what_was_said_last_and_by_whom_but_no_notice_of_the_system(ben: User):
    conversation = waiting(5)
    MessageFactory.create(conversation=conversation, text="Where is my parcel?")
    MessageFactory.create(conversation=conversation, text="It left on\n\nTuesday.", author=Author.ASSISTANT)
    MessageFactory.create(conversation=conversation, text="Our team is back tomorrow.", author=Author.SYSTEM)

    (row,) = inbox.page(Wanted(queue="queue"), viewer=ben).rows

    assert (row.words, row.author) == ("It left on Tuesday.", Author.ASSISTANT)


def test_a_visitor_whom_nobody_knows_goes_by_the_name_they_gave_and_a_customer_by_their_own(ben: User):
    visitor = waiting(5, customer=CustomerFactory.create(name="", is_anonymous=True))
    known = waiting(3, customer=CustomerFactory.create(name="Ana Reyes"))
    for conversation in (visitor, known):
        services.ask_for_person(conversation=conversation, name="Sofía")

    assert [row.who for row in inbox.page(Wanted(queue="queue"), viewer=ben).rows] == ["Sofía", "Ana Reyes"]


def test_a_row_is_unread_until_its_reader_has_seen_what_the_customer_wrote_last(ben: User, cleo: User):
    conversation = waiting(5)
    MessageFactory.create(conversation=conversation)

    def is_unread(viewer: User) -> bool:
        return inbox.page(Wanted(queue="queue"), viewer=viewer).rows[0].is_unread

    assert is_unread(ben)
    services.note_read(conversation=conversation, user=ben)
    assert not is_unread(ben)
    assert is_unread(cleo)
    MessageFactory.create(conversation=conversation, text="Hello?")
    assert is_unread(ben)


def test_what_the_assistant_answers_and_what_is_closed_is_not_unread(ben: User):
    MessageFactory.create(conversation=ConversationFactory.create())
    MessageFactory.create(conversation=ConversationFactory.create(status="closed"))

    assert [row.is_unread for row in inbox.page(Wanted(queue="all"), viewer=ben).rows] == [False, False]


def test_a_search_finds_words_names_contacts_numbers_and_ids(ben: User):
    customer = CustomerFactory.create(name="Ana Reyes", email="ana@example.com", external_id="C-88")
    conversation = ConversationFactory.create(customer=customer)
    MessageFactory.create(
        conversation=conversation, text="The latch of my lock is stuck. " * 4 + "What about Bordeaux?"
    )
    MessageFactory.create(text="Something else")

    for words in (
        "bordeaux",
        "ana rey",
        "ana@example.com",
        "c-88",
        str(conversation.public_id)[:8],
        str(customer.public_id),
    ):
        assert shown(Wanted(queue="all", words=words), ben) == [conversation], words
    (row,) = inbox.page(Wanted(queue="all", words="bordeaux"), viewer=ben).rows
    assert "What about Bordeaux?" in row.words


def test_a_chinese_search_finds_words_inside_a_sentence(ben: User):
    found = MessageFactory.create(text="我的退款还没有到账").conversation
    MessageFactory.create(text="门锁打不开")

    assert shown(Wanted(queue="all", words="退款"), ben) == [found]


def test_filters_narrow_a_queue_together(ben: User, cleo: User):
    team = Team.objects.create(name="Returns")
    wanted = ConversationFactory.create(
        owner_kind="person", owner_user=cleo, team=team, language="zh", channel="widget", mood="angry"
    )
    services.set_tags(conversation=wanted, names=["refund"], by=ben)
    for fields in ({"language": "zh"}, {"channel": "widget"}, {"mood": "angry"}, {"team": team}):
        ConversationFactory.create(**fields)

    everything = {
        "queue": "all",
        "owner": str(cleo.public_id),
        "team": str(team.public_id),
        "tag": "refund",
        "language": "zh",
        "channel": "widget",
        "mood": "angry",
        "status": "open",
    }
    assert shown(Wanted.from_query(everything), ben) == [wanted]
    for name in everything:
        if name != "queue":
            assert wanted in shown(Wanted.from_query({"queue": "all", name: everything[name]}), ben)
    assert len(shown(Wanted(queue="all", owner="assistant"), ben)) == 4
    assert shown(Wanted(queue="all", owner="nobody"), ben) == []


@pytest.mark.once
def test_an_address_opens_whatever_stands_in_it():
    broken = {"queue": "team-nobody", "status": "lost", "owner": "me", "team": "1", "channel": "fax", "language": "xx"}
    wanted = Wanted.from_query({**broken, "q": f"  {'w' * 500}"})

    assert wanted == Wanted(queue="all", words="w" * 200)
    assert Wanted.from_query(Wanted(queue="waiting", words="a", language="zh").as_query()).language == "zh"


def test_counts_say_how_full_a_queue_is_and_stop_where_they_are_not_shown_any_more(ben: User):
    team = Team.objects.create(name="Returns")
    customer = CustomerFactory.create()
    Conversation.objects.bulk_create(Conversation(customer=customer) for _ in range(MOST_COUNTED + 20))
    for minutes in range(3):
        waiting(minutes, customer=customer, team=team)
    services.take(conversation=waiting(9, customer=customer), agent=ben)

    counts = queue_counts(ben, [team])

    assert counts == {
        "mine": 1,
        "queue": 3,
        "waiting": 4,
        "mentioned": 0,
        "assistant": MOST_COUNTED,
        f"team-{team.public_id}": 3,
    }


def test_all_counts_are_one_query_and_a_page_is_few_however_many_rows_it_has(
    ben: User, django_assert_num_queries: object
):
    for minutes in range(12):
        conversation = waiting(minutes, team=Team.objects.get_or_create(name="Returns")[0])
        MessageFactory.create(conversation=conversation)
        services.set_tags(conversation=conversation, names=["refund"], by=ben)

    with django_assert_num_queries(1):  # type: ignore[operator]
        queue_counts(ben, [])
    with django_assert_num_queries(5):  # type: ignore[operator]
        page = inbox.page(Wanted(queue="queue"), viewer=ben)
        assert [str(row.conversation.customer) + str(row.conversation.team) for row in page.rows]


def test_handing_over_to_a_team_moves_it_between_queues(ben: User):
    team = Team.objects.create(name="Returns")
    conversation = ConversationFactory.create(owner_kind="person", owner_user=ben)
    services.assign(conversation=conversation, to=Owner(team=team, is_queue=True), by=ben)

    assert shown(Wanted(queue="mine"), ben) == []
    assert shown(Wanted(queue=f"team-{team.public_id}"), ben) == [conversation]
