"""Quality that falls below a rule's limits takes its level down, on the record, by one step for each decision."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.utils import timezone

from csassist.assistant.autonomy import FEWEST_OUTCOMES
from csassist.assistant.autonomy_watch import REOPENED_WITHIN, outcomes_of, set_level, watch_autonomy
from csassist.assistant.models import AnswerRun, AnswerTrace, AutonomyChange, AutonomyRule, Draft
from csassist.audit.models import AuditEvent
from csassist.conversations.models import Episode, Feedback, Message, PersonRequest
from csassist.conversations.services import last_episode
from tests.factories import ConversationFactory, MessageFactory
from tests.threads import hanging_up

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - timedelta(days=30)
MANY = FEWEST_OUTCOMES + 2


@pytest.fixture
def rule(db):
    return AutonomyRule.objects.create(level="auto", changed_at=LONG_AGO)


def run_of(conversation):
    return AnswerRun.objects.create(conversation=conversation, state="done", lease_until=timezone.now())


def drafts(state, count=MANY, *, channel="web", topic="", changed=0.0, at=None):
    for _number in range(count):
        conversation = ConversationFactory.create(channel=channel)
        Draft.objects.create(
            conversation=conversation,
            episode=last_episode(conversation),
            run=run_of(conversation),
            state=state,
            topic=topic,
            edit_ratio=changed,
            decided_at=at or timezone.now(),
        )


def answers(rating, count=MANY, *, topic=""):
    for _number in range(count):
        message = MessageFactory.create(author="assistant")
        AnswerTrace.objects.create(
            run=run_of(message.conversation), message=message, question="?", outcome="send", topic=topic
        )
        Feedback.objects.create(message=message, rating=rating)


def episodes(count=MANY, *, came_back=False, days_ago=REOPENED_WITHIN.days + 1, author="assistant", topic=""):
    closed_at = timezone.now() - timedelta(days=days_ago)
    for _number in range(count):
        conversation = ConversationFactory.create()
        message = MessageFactory.create(conversation=conversation, author=author)
        if topic:
            AnswerTrace.objects.create(run=run_of(conversation), message=message, question="?", topic=topic)
        Episode.objects.filter(pk=message.episode_id).update(
            opened_at=closed_at - timedelta(hours=1), closed_at=closed_at, closed_by="system"
        )
        if came_back:
            Episode.objects.create(conversation=conversation, number=2, opened_at=closed_at + timedelta(days=1))


def level_of(rule):
    rule.refresh_from_db()
    return rule.level


def test_refused_drafts_take_the_level_down_one_step_with_the_figures_on_the_record(rule):
    drafts("rejected")
    assert watch_autonomy() == 1
    assert level_of(rule) == "approve"
    change = AutonomyChange.objects.get()
    assert (change.from_level, change.to_level, change.by, change.reason) == ("auto", "approve", None, "acceptance")
    assert (change.figures["drafts_count"], change.figures["accepted_count"]) == (MANY, 0)
    assert AuditEvent.objects.filter(action="autonomy.changed").count() == 1


def test_a_step_starts_with_a_clean_sheet_so_that_old_outcomes_take_down_one_step_only(rule):
    drafts("rejected")
    assert watch_autonomy() == 1
    assert watch_autonomy() == 0
    assert level_of(rule) == "approve"
    drafts("rejected")
    assert watch_autonomy() == 1
    assert level_of(rule) == "suggest"
    drafts("rejected")
    assert watch_autonomy() == 0, "a person answers everything now"


def test_accepted_drafts_hold_the_level_and_rewritten_ones_are_not_accepted(rule):
    drafts("approved", changed=0.2)
    assert watch_autonomy() == 0
    drafts("approved", count=20, changed=0.8)
    assert watch_autonomy() == 1


def test_too_few_outcomes_say_nothing(rule):
    drafts("rejected", count=FEWEST_OUTCOMES - 1)
    assert watch_autonomy() == 0


def test_bad_ratings_take_it_down_and_good_ones_do_not(rule):
    answers("up")
    assert watch_autonomy() == 0
    answers("down", count=12)
    assert watch_autonomy() == 1
    assert AutonomyChange.objects.get().reason == "bad_ratings"


@pytest.mark.parametrize(("came_back", "steps"), [(True, 1), (False, 0)])
def test_matters_that_come_back_were_not_settled(rule, came_back, steps):
    episodes(came_back=came_back)
    assert watch_autonomy() == steps


def test_what_was_closed_just_now_has_not_had_the_time_to_come_back(rule):
    episodes(came_back=True, days_ago=1)
    assert outcomes_of(rule).closed_count == 0


def test_what_a_person_answered_or_was_called_to_says_nothing_of_the_assistant(rule):
    episodes(came_back=True, author="agent")
    episodes(came_back=True, count=3)
    for episode in Episode.objects.filter(number=1, messages__author="assistant"):
        assert episode.closed_at is not None
        PersonRequest.objects.create(
            conversation=episode.conversation, created_at=episode.closed_at - timedelta(minutes=1)
        )
    assert outcomes_of(rule).closed_count == 0


def test_only_outcomes_in_a_rules_place_count_for_it(rule):
    widget = AutonomyRule.objects.create(channel="widget", level="auto", changed_at=LONG_AGO)
    refund = AutonomyRule.objects.create(topic="refund", level="auto", changed_at=LONG_AGO)
    drafts("rejected", channel="api", topic="delivery")
    assert outcomes_of(rule).drafts_count == MANY
    assert outcomes_of(widget).drafts_count == outcomes_of(refund).drafts_count == 0
    answers("down", count=3, topic="refund")
    assert outcomes_of(refund).bad_ratings_count == 3
    episodes(count=3, came_back=True, topic="delivery")
    episodes(count=2, came_back=True, topic="refund")
    assert (outcomes_of(rule).closed_count, outcomes_of(refund).closed_count) == (5, 2)


def test_outcomes_from_before_the_level_was_set_do_not_count(rule):
    drafts("rejected", at=LONG_AGO - timedelta(days=1))
    assert outcomes_of(rule).drafts_count == 0


def test_a_person_sets_a_level_up_or_down_on_the_record(rule, cleo):
    set_level(rule=rule, level="off", by=cleo)
    set_level(rule=rule, level="off", by=cleo)
    set_level(rule=rule, level="auto", by=cleo)
    assert level_of(rule) == "auto"
    assert list(AutonomyChange.objects.order_by("pk").values_list("from_level", "to_level", "by", "reason")) == [
        ("auto", "off", cleo.pk, "person"),
        ("off", "auto", cleo.pk, "person"),
    ]
    assert timezone.now() - rule.changed_at < timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_workers_that_watch_at_once_take_one_step():
    rule = AutonomyRule.objects.create(level="auto", changed_at=LONG_AGO)
    drafts("rejected")
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _number: hanging_up(watch_autonomy)(), range(4))) == 1
    assert level_of(rule) == "approve"
    assert not Message.objects.exists()
