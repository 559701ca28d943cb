"""What names a person goes out of a question; what the question is about stays."""

import pytest

from csassist.core.redaction import MASKED, mask_personal


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to ana.reyes+home@mail.example.com please", "Write to [e-mail] please"),
        ("Call me on +44 20 7946 0958 today", "Call me on [phone] today"),
        ("My number is 07700 900123.", "My number is [phone]."),
        ("Order LH-12345678 has not arrived", "Order [number] has not arrived"),
        ("My name is Ana Reyes and my lock is stuck", "My name is [name] and my lock is stuck"),
        ("Deliver to SW1A 1AA", "Deliver to [postcode]"),
        ("card 4111 1111 1111 1111 was refused", "card [number] was refused"),
        ("我的手机是13800138000，订单202511280001还没到", "我的手机是[电话]，订单[号码]还没到"),
        ("我叫陈思远，邮箱 chen@example.cn", "我叫[姓名]，邮箱 [邮箱]"),
        ("微信号：abc_12345 加我", "微信号：[号码] 加我"),
    ],
)
def test_masks_what_names_a_person(text: str, masked: str):
    assert mask_personal(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Error E-204 on the LL-500 since 2025-05-28, it cost £1,299.00",
        "Is it open 24/7, from 9:00 to 17:30?",
        "1 000 000 openings in 2 years",
        "618 活动满 300 元减 40 元吗？",
        "iPhone 12 Pro Max 可以用吗",
        "",
    ],
)
def test_leaves_prices_dates_models_and_codes(text: str):
    assert mask_personal(text) == text


def test_masking_twice_changes_nothing_more():
    once = mask_personal("a@b.example 13800138000 LH-12345678")

    assert mask_personal(once) == once
    assert len(MASKED.findall(once)) == 3


def test_a_long_text_of_digits_and_signs_is_quick():
    assert mask_personal("1-" * 20_000)
    assert mask_personal("a@" * 20_000)
