"""The assistant has done nothing and will do nothing: no sentence may say so."""

import pytest

from csassist.assistant.grounding.promises import promised


@pytest.mark.parametrize(
    "text",
    [
        "I have refunded you.",
        "I've just cancelled your order.",
        "We have already issued your refund.",
        "Your refund has been processed.",
        "Your refund of 499 EUR has already been sent.",
        "I will cancel the plan for you.",
        "I'll send you a new label right away.",
        "I just reset your password.",
        "I guarantee delivery tomorrow.",
        "我已为您退款。",
        "我们已经帮您取消了订单。",
        "已为您办理退货。",
        "我会帮您修改地址。",
        "您的退款已经汇出。",
        "我保证明天送到。",
    ],
)
def test_finds_a_promise(text):
    assert promised(text, "Refunds take 5 days.")


@pytest.mark.parametrize(
    "text",
    [
        "We refund within 5 days.",
        "You can cancel your order in the app.",
        "Once we have received the parcel, the refund takes 5 days.",
        "After we have processed the return you get an email.",
        "If your order has already been shipped, refuse the parcel.",
        "You will get an email.",
        "我们在 5 天内退款。",
        "您可以在 App 中取消订单。",
        "如果您的订单已经发出，请拒收。",
        "退款后会通知您。",
    ],
)
def test_leaves_alone_what_only_tells_how_it_works(text):
    assert promised(text, "") == ""


def test_what_the_source_says_may_be_told():
    said = "We have extended the return period until 31 January."
    assert promised(said, f"Christmas. {said}") == ""
    assert promised(said, "Christmas.")
