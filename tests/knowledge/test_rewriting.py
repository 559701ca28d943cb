import pytest

from knowledge.rewriting import customer_turns, rewrite, stands_alone


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        ("How long does express delivery to Norway take?", True),
        ("and how long does it take?", False),
        ("What about Norway?", False),
        ("yes", False),
        ("why?", False),
        ("Can I pay my order by invoice?", True),
        ("那多少钱？", False),
        ("它支持无线充电吗？", False),
        ("如何更改我的收货地址？", True),
        ("为什么", False),
        ("多久", False),
    ],
)
def test_a_turn_stands_alone_when_it_names_its_subject(turn, expected):
    assert stands_alone(turn) is expected


def test_a_turn_that_points_back_is_searched_with_the_customer_turns_before_it():
    history = ("user: Do you deliver to Norway?", "agent: Yes, we do.", "customer: by express", "bot: Yes.")
    rewritten = rewrite("how long does it take?", history)
    joined = "Do you deliver to Norway?\nby express\nhow long does it take?"
    assert (rewritten.reason, rewritten.text) == ("points_back", joined)
    assert rewritten.weighted_texts() == (("how long does it take?", 1.0), (joined, 1.0))
    assert rewritten.weighted_terms() == {"long": 1.0, "take": 1.0, "express": 0.5, "deliv": 0.25, "norway": 0.25}


def test_a_turn_that_stands_alone_is_pulled_half_as_much_and_shown_as_it_is():
    rewritten = rewrite("Can I pay my order by invoice?", ("user: Do you deliver to Norway?",))
    assert (rewritten.reason, rewritten.text) == ("stands_alone", "Can I pay my order by invoice?")
    assert [weight for _, weight in rewritten.weighted_texts()] == [1.0, 0.5]
    assert rewritten.weighted_terms() == {"pay": 1.0, "order": 1.0, "invoic": 1.0, "deliv": 0.25, "norway": 0.25}


def test_turns_long_ago_are_forgotten():
    history = tuple(f"user: topic{number}" for number in range(20))
    assert rewrite("and?", history).earlier == ("topic16", "topic17", "topic18", "topic19")


def test_without_history_only_the_form_changes():
    assert rewrite("  退款　多久？ ", ()).text == "退款 多久?"
    assert rewrite("hi", ("agent: Welcome!",)).reason == "no_history"
    assert rewrite("refund", ()).weighted_texts() == (("refund", 1.0),)


def test_a_model_rewriter_wins_and_its_silence_leaves_the_rules():
    history = ("user: Do you deliver to Norway?",)
    assert rewrite("and to Sweden?", history, lambda turn, past: "Delivery to Sweden").reason == "model"
    assert rewrite("and to Sweden?", history, lambda turn, past: None).reason == "points_back"
    assert rewrite("and to Sweden?", history, lambda turn, past: " ").reason == "points_back"


def test_customer_turns_leave_out_agents_and_blanks():
    assert customer_turns(("user: a", "Agent: b", "assistant: c", "user:  ", "d")) == ("a", "d")
