"""What goes along with a hand-off was said or stored, never guessed, and is found in both languages."""

import time

import pytest

from csassist.assistant.packets import GOAL_CHARACTERS, MOST_FACTS, MOST_TRIED, SAID_CHARACTERS, Said, build_packet


def customer(text, number=1):
    return Said("customer", text, id=number)


def answered(text, outcome="send", sources=(), number=2):
    return Said("assistant", text, outcome=outcome, sources=sources, id=number)


def facts(text):
    return [(fact.label, fact.value) for fact in build_packet([customer(text)], reason="asked").facts]


def test_the_goal_is_the_first_wish_and_the_last_where_it_is_another():
    said = [customer("I want my money back."), answered("Which order?"), customer("AB-12345, and quickly please.")]
    assert build_packet(said, reason="asked").goal == "I want my money back.\nAB-12345, and quickly please."
    assert build_packet([customer("I want my money back.")], reason="asked").goal == "I want my money back."
    assert build_packet([customer("Hello?"), customer("Hello?")], reason="asked").goal == "Hello?"


def test_a_long_wish_is_cut_and_says_so():
    goal = build_packet([customer("word " * 2_000), customer("other " * 2_000)], reason="asked").goal
    assert len(goal) <= GOAL_CHARACTERS + 1
    assert goal.count("…") == 2


def test_what_was_tried_is_told_with_its_outcome_and_its_titles_once_each():
    returns, fees = ("Returns", "d1"), ("Fees", "d2")
    said = [
        customer("How long?"),
        answered("30 days. [1] [2]", sources=(returns, returns, fees)),
        customer("And the fee?"),
        answered("I don't know.", outcome="hand_off"),
        answered("4.90 EUR. " * 60, sources=(fees,)),
    ]
    packet = build_packet(said, reason="repeated")
    assert [(one.outcome, one.sources) for one in packet.tried] == [
        ("send", ("Returns", "Fees")),
        ("hand_off", ()),
        ("send", ("Fees",)),
    ]
    assert len(packet.tried[2].said) <= SAID_CHARACTERS
    assert [(one.title, one.document) for one in packet.sources] == [("Returns", "d1"), ("Fees", "d2")]


def test_only_the_last_tries_are_told():
    said = [answered(f"answer {number}") for number in range(MOST_TRIED + 5)]
    tried = build_packet(said, reason="asked").tried
    assert [one.said for one in tried] == [f"answer {number}" for number in range(5, MOST_TRIED + 5)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Write to ana.lopez+x@mail.example.com, please", [("e-mail", "ana.lopez+x@mail.example.com")]),
        ("邮箱li@example.cn", [("e-mail", "li@example.cn")]),
        ("order AB-12345 and SO2024113", [("order_number", "AB-12345"), ("order_number", "SO2024113")]),
        ("我的订单SO2024113没到", [("order_number", "SO2024113")]),
        ("订单号：88812345，还没到", [("order_number", "88812345")]),
        ("It is order number 4500012345", [("order_number", "4500012345")]),
        ("it shows E42, then E-17", [("error_code", "E42"), ("error_code", "E-17")]),
        ("显示错误E17", [("error_code", "E17")]),
        ("call +44 7700 900101 or 0211 / 55", [("phone", "+44 7700 900101")]),
        ("电话13800138000", [("phone", "13800138000")]),
        ("I paid $12.50, no: 49.90 € ...", [("amount", "$12.50"), ("amount", "49.90 €")]),
        ("付了299元", [("amount", "299元")]),
        ("bought on 2026-11-28, version 3.2.1, 30 days ago, 1000 users", []),
        ("Windows 10, USB3, AES256 and HTTP 404", []),
        ("", []),
    ],
)
def test_facts_are_what_the_customer_named(text, found):
    assert facts(text) == found


def test_a_stretch_of_text_is_one_fact_only():
    assert facts("My number is +44 7700 900101.") == [("phone", "+44 7700 900101")]
    assert facts("a1234@example.com") == [("e-mail", "a1234@example.com")]


def test_facts_stored_of_the_customer_come_first_and_nothing_is_told_twice():
    said = [customer("order AB-12345"), customer("as I said, AB-12345"), Said("agent", "Is it CD-99999?")]
    packet = build_packet(said, reason="asked", about={"name": "Ana", "plan": "Plus"})
    assert [(fact.label, fact.value) for fact in packet.facts] == [
        ("name", "Ana"),
        ("plan", "Plus"),
        ("order_number", "AB-12345"),
    ]


def test_facts_are_not_endless():
    assert len(facts(" ".join(f"AB-{number}" for number in range(10_000, 10_100)))) == MOST_FACTS


@pytest.mark.parametrize(
    ("reason", "step"),
    [
        ("angry", "apologise_first"),
        ("risk", "answer_at_once"),
        ("attachment", "read_file"),
        ("nonsense", "answer_goal"),
    ],
)
def test_the_next_step_follows_from_the_reason(reason, step):
    assert build_packet([customer("Hello")], reason=reason).next_step == step


@pytest.mark.parametrize(
    ("reason", "risks", "priority"),
    [
        ("risk", ["self_harm"], "now"),
        ("risk", ["safety", "legal"], "now"),
        ("asked", ["safety"], "now"),
        ("risk", ["legal"], "soon"),
        ("repeated", [], "soon"),
        ("asked", [], "normal"),
    ],
)
def test_danger_comes_at_once_whatever_the_reason(reason, risks, priority):
    packet = build_packet([customer("Hello")], reason=reason, mood=[0, -1], risks=risks)
    assert (packet.priority, packet.as_json()["risks"], packet.as_json()["mood"]) == (priority, risks, [0, -1])


def test_an_empty_conversation_makes_an_empty_packet():
    packet = build_packet([], reason="asked")
    assert packet.as_json() == {
        "goal": "",
        "facts": [],
        "tried": [],
        "sources": [],
        "next_step": "answer_goal",
        "read_through": 0,
        "mood": [],
        "risks": [],
        "priority": "normal",
    }


def test_a_packet_says_how_far_it_has_read():
    assert build_packet([customer("Hello", 7), answered("Hi", number=9)], reason="asked").read_through == 9


@pytest.mark.parametrize("piece", ["a", "9", "A-", "A1-", "1,", "AB12_", "a.", "1(", "$1.", "#9", "1 ", "是"])
def test_looking_for_facts_takes_time_linear_in_the_text(piece):
    short, long = (piece * (count // len(piece)) for count in (4_000, 64_000))

    def seconds(text):
        started = time.thread_time()
        facts(text)
        return time.thread_time() - started

    assert min(seconds(long) for _ in range(2)) < 60 * min(seconds(short) for _ in range(3)) + 0.02, (
        "16 times the text took over 60 times as long"
    )
