"""How far the assistant goes alone: the most particular rule counts, and quality only ever takes it down."""

from dataclasses import replace

import pytest

from csassist.assistant.autonomy import FEWEST_OUTCOMES, LADDER, Chosen, Limits, Outcomes, Rule, Step, choose, watch
from csassist.assistant.decision import Decision, Facts, Reason, decide, permission
from csassist.assistant.models import AutonomyRule, Draft
from csassist.conversations.models import Author
from csassist.conversations.services import start_conversation
from tests.assistant.scripted import SENTENCES, ask, work

RULES = (
    Rule("", "", "auto"),
    Rule("", "api", "suggest"),
    Rule("refund", "", "approve"),
    Rule("refund", "widget", "off"),
)
LIMITS = Limits(least_accepted=0.7, most_bad_ratings=0.3, most_reopened=0.25)
FACTS = Facts(
    asks="question", passages_count=3, support=0.9, is_search_down=False, question_terms_count=6, level="auto"
)


@pytest.mark.parametrize(
    ("topic", "channel", "chosen"),
    [
        ("refund", "widget", Chosen("off", "topic_and_channel")),
        ("refund", "api", Chosen("approve", "topic")),
        ("delivery", "api", Chosen("suggest", "channel")),
        ("", "api", Chosen("suggest", "channel")),
        ("delivery", "web", Chosen("auto", "everything")),
        ("", "web", Chosen("auto", "everything")),
    ],
)
def test_the_most_particular_rule_counts(topic, channel, chosen):
    assert choose(RULES, topic=topic, channel=channel) == chosen
    assert choose(reversed(RULES), topic=topic, channel=channel) == chosen


def test_without_rules_verified_answers_go_out():
    assert choose((), topic="refund", channel="web") == Chosen("auto", "no_rule")


def test_a_message_of_unknown_topic_falls_under_no_rule_of_a_topic():
    assert choose([Rule("refund", "", "off")], topic="", channel="web") == Chosen("auto", "no_rule")


@pytest.mark.parametrize(
    ("level", "is_suggestion", "decision"),
    [
        ("auto", False, Decision("send", Reason.SUPPORTED)),
        ("approve", False, Decision("draft", Reason.SUPPORTED)),
        ("suggest", False, Decision("hand_off", Reason.LEFT_TO_PEOPLE)),
        ("off", False, Decision("hand_off", Reason.LEFT_TO_PEOPLE)),
        ("auto", True, Decision("draft", Reason.SUPPORTED)),
        ("approve", True, Decision("draft", Reason.SUPPORTED)),
        ("suggest", True, Decision("draft", Reason.SUPPORTED)),
        ("off", True, Decision("hand_off", Reason.LEFT_TO_PEOPLE)),
    ],
)
def test_each_level_lets_a_supported_answer_go_so_far(level, is_suggestion, decision):
    assert decide(replace(FACTS, level=level, is_suggestion=is_suggestion)) == decision


@pytest.mark.parametrize("level", LADDER)
@pytest.mark.parametrize("support", [0.0, 0.44, 0.45, 1.0])
@pytest.mark.parametrize("asks", ["question", "person", "attachment"])
def test_below_auto_nothing_is_ever_sent_and_a_suggestion_never_is(level, support, asks):
    facts = replace(FACTS, level=level, support=support, asks=asks)
    assert decide(replace(facts, is_suggestion=True)).action != "send"
    if level != "auto":
        assert decide(facts).action != "send"


@pytest.mark.parametrize("reason", [Reason.ANGRY, Reason.RISK, Reason.REPEATED])
def test_who_needs_a_person_gets_one_whatever_the_level(reason):
    for level in LADDER:
        assert decide(replace(FACTS, level=level, needs_person=reason)) == Decision("hand_off", reason)


def test_a_person_who_is_there_already_gets_a_draft_for_the_question_beside_the_wish():
    assert decide(replace(FACTS, asks="person")).reason == Reason.ASKED_FOR_PERSON
    assert decide(replace(FACTS, asks="person", is_suggestion=True)).action == "draft"
    assert decide(replace(FACTS, needs_person=Reason.ANGRY, is_suggestion=True)).action == "draft"


@pytest.mark.parametrize("level", ["auto", "approve"])
@pytest.mark.parametrize(
    ("outcomes", "reason"),
    [
        (Outcomes(drafts_count=40, accepted_count=27), "acceptance"),
        (Outcomes(ratings_count=40, bad_ratings_count=13), "bad_ratings"),
        (Outcomes(closed_count=40, reopened_count=11), "reopened"),
    ],
)
def test_a_broken_limit_takes_the_level_down_by_one_step(level, outcomes, reason):
    step = watch(level, outcomes, LIMITS)
    assert step == Step(LADDER[LADDER.index(level) - 1], reason)


@pytest.mark.parametrize(
    "outcomes",
    [
        Outcomes(drafts_count=40, accepted_count=28),
        Outcomes(ratings_count=40, bad_ratings_count=12),
        Outcomes(closed_count=40, reopened_count=10),
        Outcomes(drafts_count=40, accepted_count=40, ratings_count=3, bad_ratings_count=3),
    ],
)
def test_what_is_just_within_the_limits_or_too_little_to_say_holds(outcomes):
    assert watch("auto", outcomes, LIMITS) == Step("auto", "holds")


def test_a_few_bad_outcomes_say_nothing():
    few = FEWEST_OUTCOMES - 1
    assert watch("auto", Outcomes(few, 0, few, few, few, few), LIMITS) == Step("auto", "too_few")


@pytest.mark.parametrize("level", LADDER)
def test_no_outcomes_however_good_ever_take_a_level_up(level):
    perfect = Outcomes(1_000, 1_000, 1_000, 0, 1_000, 0)
    assert watch(level, perfect, LIMITS).level == level


@pytest.mark.parametrize("level", ["off", "suggest"])
def test_where_people_answer_anyway_there_is_nothing_to_take_back(level):
    assert watch(level, Outcomes(40, 0, 40, 40, 40, 40), LIMITS) == Step(level, "holds")


# --- With the rules in the database ---


def said(conversation):
    return [(message.author, message.outcome) for message in conversation.messages.exclude(author=Author.CUSTOMER)]


@pytest.mark.django_db
def test_a_rule_for_one_channel_holds_back_answers_there_alone(script, ana):
    AutonomyRule.objects.create(channel="widget", level="approve")
    here, there = (start_conversation(customer=ana, channel=channel) for channel in ("widget", "web"))
    for conversation in (here, there):
        ask(conversation)
        work(conversation)
    assert said(there) == [("assistant", "send")]
    assert said(here) == [("system", "")]
    assert [draft.conversation for draft in Draft.objects.all()] == [here]


@pytest.mark.django_db
def test_a_rule_that_changes_counts_from_the_next_answer(script, talk):
    rule = AutonomyRule.objects.create(level="approve")
    ask(talk)
    AutonomyRule.objects.filter(pk=rule.pk).update(level="auto")
    work(talk)
    assert said(talk) == [("assistant", "send")]


@pytest.mark.django_db
@pytest.mark.parametrize(("level", "drafts_count"), [("off", 0), ("suggest", 1)])
def test_what_is_left_to_people_goes_to_them_at_once_with_a_draft_or_without(script, talk, level, drafts_count):
    AutonomyRule.objects.create(level=level)
    ask(talk)
    work(talk)
    talk.refresh_from_db()
    assert (talk.owner_kind, talk.status) == ("queue", "waiting_for_person")
    assert talk.person_requests.get().reason == "policy"
    assert said(talk) == [("assistant", "hand_off"), ("system", "")]
    assert Draft.objects.waiting().count() == drafts_count
    assert SENTENCES[0] not in str(list(talk.events.values_list("payload", flat=True)))


@pytest.mark.django_db
def test_small_talk_and_refusals_need_no_approval(script, talk):
    AutonomyRule.objects.create(level="approve")
    ask(talk, "hello")
    work(talk)
    script.support = 0.0
    ask(talk)
    work(talk)
    assert said(talk) == [("assistant", "clarify"), ("assistant", "hand_off")]
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("level", "is_suggestion", "may"),
    [
        ("auto", False, "send"),
        ("approve", False, "draft"),
        ("suggest", False, "nothing"),
        ("off", False, "nothing"),
        ("auto", True, "draft"),
        ("suggest", True, "draft"),
    ],
)
def test_a_look_up_goes_no_further_than_an_answer(level, is_suggestion, may):
    assert permission(replace(FACTS, level=level, is_suggestion=is_suggestion)) == may
