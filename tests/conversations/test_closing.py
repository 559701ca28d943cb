"""A close ends the matter once; the survey comes after the last answer, and only where somebody answered."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from csassist.audit.models import AuditEvent
from csassist.conversations import services
from csassist.conversations.models import Conversation, ConversationEvent, Episode, Message, Survey
from csassist.conversations.services import Written, answer_survey, close, reopen, survey_of
from csassist.core.errors import Conflict, InvalidInput, NotFound
from tests.conversations.conftest import reply
from tests.factories import ConversationFactory
from tests.threads import hanging_up


def say(conversation, text="Hello?", **options):
    return services.receive_message(conversation=conversation, text=text, **options)[0]


def answered(conversation):
    say(conversation)
    return services.post_reply(conversation=conversation, reply=reply())


def event_types(conversation):
    return list(conversation.events.order_by("seq").values_list("type", flat=True))


@pytest.fixture
def survey(conversation, ben):
    answered(conversation)
    close(conversation=conversation, by=ben)
    return Survey.objects.get()


@pytest.mark.django_db
def test_a_close_ends_the_episode_and_the_conversation_is_the_assistants_again(conversation, ben):
    say(conversation)
    services.take(conversation=conversation, agent=ben)
    assert close(conversation=conversation, by=ben)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.owner_kind, conversation.owner_user) == ("closed", "assistant", None)
    assert (conversation.waiting_since, conversation.return_at) == (None, None)
    assert event_types(conversation)[-1] == "closed"
    assert conversation.events.get(type="closed").payload == {"by": "agent"}
    assert AuditEvent.objects.get(action="conversation.closed").facts == {"closed_by": "agent"}


@pytest.mark.django_db
def test_closing_twice_changes_nothing(survey, conversation, ben):
    before = event_types(conversation)
    assert not close(conversation=conversation, by=ben)
    assert event_types(conversation) == before
    assert Survey.objects.count() == 1


@pytest.mark.django_db
def test_the_survey_comes_right_after_the_close_and_after_the_last_answer(survey, conversation):
    assert event_types(conversation) == ["message", "message", "closed", "survey"]
    assert conversation.events.get(type="survey").payload == {"survey": str(survey.public_id)}
    assert survey.episode == Episode.objects.get()


@pytest.mark.django_db
@pytest.mark.parametrize("said", ["nothing", "question", "notice"])
def test_where_nobody_answered_nobody_is_asked_how_it_went(conversation, ben, said):
    if said != "nothing":
        say(conversation)
    if said == "notice":
        services.post_reply(conversation=conversation, reply=reply("A notice.", author="system", run_id=None))
    close(conversation=conversation, by=ben)
    assert not Survey.objects.exists()
    assert "survey" not in event_types(conversation)


@pytest.mark.django_db
def test_a_thank_you_after_the_close_brings_no_second_survey(survey, conversation, ben):
    say(conversation, "Thank you!", reopens=False)
    assert not close(conversation=conversation, by=ben)
    assert Survey.objects.count() == 1


@pytest.mark.django_db
def test_each_episode_that_was_answered_has_its_own_survey(survey, conversation, ben):
    answered(conversation)
    close(conversation=conversation, by=ben)
    assert Survey.objects.count() == 2
    assert survey_of(conversation).episode.number == 2


@pytest.mark.django_db
def test_a_survey_is_about_the_last_person_who_answered_or_the_assistant_alone(survey, conversation, ben, cleo):
    assert survey.agent is None
    for agent in (cleo, ben):
        services.reply_as_agent(conversation=conversation, agent=agent, written=Written(text="Here you are."))
    close(conversation=conversation, by=cleo)
    assert survey_of(conversation).agent == ben


@pytest.mark.django_db
def test_there_is_no_survey_before_the_first_close(conversation):
    answered(conversation)
    with pytest.raises(NotFound):
        survey_of(conversation)


# --- Who may close ---


@pytest.mark.django_db
def test_who_waits_for_a_person_is_closed_by_a_person_only(conversation, ben):
    services.ask_for_person(conversation=conversation)
    for closed_by in ("system", "assistant", "customer"):
        assert not close(conversation=conversation, closed_by=closed_by)
    assert close(conversation=conversation, by=ben)
    assert not conversation.person_requests.still_open().exists()
    assert conversation.person_requests.get().handled_by == ben


@pytest.mark.django_db
def test_nothing_closes_by_itself_while_its_customer_waits_for_an_answer(conversation, ben):
    services.take(conversation=conversation, agent=ben)
    say(conversation)
    for closed_by in ("system", "assistant"):
        assert not close(conversation=conversation, closed_by=closed_by)
    services.post_reply(conversation=conversation, reply=reply())
    assert close(conversation=conversation, closed_by="system")


@pytest.mark.django_db
def test_a_customer_may_close_though_nobody_has_answered(conversation):
    say(conversation)
    assert close(conversation=conversation, closed_by="customer")
    assert Episode.objects.get().closed_by == "customer"


# --- Opening again ---


@pytest.mark.django_db
def test_a_person_who_opens_it_again_owns_a_new_episode(survey, conversation, ben):
    reopened = reopen(conversation=conversation, by=ben)
    assert (reopened.status, reopened.owner_kind, reopened.owner_user) == ("open", "person", ben)
    assert conversation.episodes.count() == 2
    assert conversation.episodes.filter(closed_at=None).get().number == 2
    with pytest.raises(Conflict, match="open already"):
        reopen(conversation=conversation, by=ben)


@pytest.mark.django_db
def test_a_customer_who_writes_on_after_the_close_reopens_with_the_assistant(survey, conversation):
    say(conversation, "One more thing.")
    conversation.refresh_from_db()
    assert (conversation.status, conversation.is_assistants, conversation.episodes.count()) == ("open", True, 2)


# --- The customer's answer ---


@pytest.mark.django_db
def test_a_survey_is_answered_bit_by_bit_and_the_latest_counts(survey):
    answer_survey(survey=survey, score=2)
    answer_survey(survey=survey, resolved=False)
    answer_survey(survey=survey, comment=" Slow.\x00 ")
    answer_survey(survey=survey, score=4)
    survey.refresh_from_db()
    assert (survey.score, survey.resolved, survey.comment) == (4, False, "Slow.")
    assert survey.answered_at is not None


@pytest.mark.django_db
def test_an_answer_that_says_nothing_is_none(survey):
    answer_survey(survey=survey)
    survey.refresh_from_db()
    assert survey.answered_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_out_of_range_is_refused_by_the_service_and_by_the_database(survey, score):
    with pytest.raises(InvalidInput) as refused:
        answer_survey(survey=survey, score=score)
    assert refused.value.extra["field"] == "score"
    with pytest.raises(IntegrityError), transaction.atomic():
        Survey.objects.filter(pk=survey.pk).update(score=abs(score) + 6)
    survey.refresh_from_db()
    assert survey.score is None


@pytest.mark.django_db
def test_a_comment_that_is_too_long_changes_nothing(survey):
    with pytest.raises(InvalidInput):
        answer_survey(survey=survey, score=5, comment="x" * 2_001)
    survey.refresh_from_db()
    assert (survey.score, survey.comment) == (None, "")


# --- Faults ---


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("breaks_at", ["conversationevent", "consoleevent", "survey", "auditevent"])
def test_a_close_that_dies_leaves_everything_open(breaks_at):
    conversation = ConversationFactory.create()
    answered(conversation)

    def fail(execute, sql, params, many, context):
        if sql.startswith("INSERT") and breaks_at in sql:
            raise RuntimeError("the process dies here")
        return execute(sql, params, many, context)

    with pytest.raises(RuntimeError), connection.execute_wrapper(fail):
        close(conversation=conversation, closed_by="agent")
    assert Conversation.objects.get(pk=conversation.pk).status == "open"
    assert Episode.objects.get().closed_at is None
    assert not Survey.objects.exists()
    assert event_types(conversation) == ["message", "message"]


@pytest.mark.django_db(transaction=True)
def test_many_who_close_at_once_ask_the_customer_once(ben):
    conversation = ConversationFactory.create()
    answered(conversation)
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _number: hanging_up(close)(conversation=conversation, by=ben), range(6)))
    assert sum(done) == 1
    assert Survey.objects.count() == 1
    assert ConversationEvent.objects.filter(type="survey").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_message_and_a_close_at_once_never_leave_a_message_in_a_closed_episode_unnoticed(ben):
    """Either the message came first and was closed with the rest, or it opened the next episode and is waiting."""
    for number in range(6):
        conversation = ConversationFactory.create()
        answered(conversation)
        with ThreadPoolExecutor(2) as pool:
            acts = [
                hanging_up(lambda c=conversation: close(conversation=c, by=ben)),
                hanging_up(lambda c=conversation: say(c, "One more thing.")),
            ]
            list(pool.map(lambda act: act(), acts if number % 2 else reversed(acts)))
        conversation.refresh_from_db()
        last = Message.objects.filter(conversation=conversation, author="customer").latest("pk")
        if conversation.status == "closed":
            closed_at = last.episode.closed_at
            assert closed_at is not None
            assert last.created_at <= closed_at
        else:
            assert (last.episode.number, conversation.waiting_since) == (2, last.created_at)
