"""Each sentence is checked against what it cites before anyone sees it."""

import pytest

from csassist.assistant.verification import Fault, verify
from knowledge.tokenizing import index_tokens

SOURCES = {
    1: "Returns\nYou can return unused products within 30 days of delivery. Opened software is excluded. Write to help@larkhouse.example.",
    2: "Delivery\nExpress delivery costs 12.90 EUR and takes 1 to 2 working days. See https://larkhouse.example/delivery.",
    3: "退货\n未使用的商品自签收之日起30天内可以退货，运费由买家承担，定制商品不支持退货。",
    4: (
        "Nest plans\n## Cancelling\n\nYou can cancel a Nest Plus plan at any time before the renewal date. "
        "Gift cards cannot be exchanged for cash. The trial is free for 14 days and is included only with the Hub 2. "
        "A cancelled plan runs on for at most 30 days."
    ),
    5: "会员\n## 取消\n\n旗舰版会员可以在续费日之前取消。礼品卡不能兑换现金。试用期为两周，免费，仅限新用户。上门安装必须提前一天预约。",
}


def check(text, *cited, **options):
    return verify(text, cited, SOURCES, index_tokens, **options)


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("You can return unused products within 30 days.", (1,)),
        ("Unused products can be returned within thirty days.", (1,)),
        ("Within 30 days of delivery you may send back unused products.", (1,)),
        ("Express delivery costs 12.90 EUR.", (2,)),
        ("Express delivery costs €12.90.", (2,)),
        ("Express delivery takes 1 to 2 working days, returns are possible within 30 days.", (1, 2)),
        ("7. Return unused products within 30 days of delivery.", (1,)),
        ("The trial is free for two weeks, but only with the Hub 2.", (4,)),
        ("You can cancel a Nest Plus plan any time before it renews.", (4,)),
        ("未使用的商品30天内可以退货。", (3,)),
        ("未使用的商品３０天内可以退货。", (3,)),
        ("未使用的商品三十天内可以退货。", (3,)),
        ("未使用的商品在30天内可以退货，运费由您承担。", (1, 3)),
        ("试用期是14天，免费，仅限新用户。", (5,)),
        ("礼品卡不可以兑换成现金。", (5,)),
        ("Write to help@larkhouse.example for returns of unused products.", (1,)),
    ],
)
def test_releases_what_its_sources_say(text, cited):
    assert check(text, *cited).fault is None


@pytest.mark.parametrize(
    ("text", "cited", "fault"),
    [
        ("You can return unused products within 60 days.", (1,), Fault.FIGURE_NOT_IN_SOURCE),
        ("You can return unused products within sixty days.", (1,), Fault.FIGURE_NOT_IN_SOURCE),
        ("You can return unused products within 30 weeks.", (1,), Fault.FIGURE_NOT_IN_SOURCE),
        ("Express delivery costs 12.90 EUR.", (1,), Fault.FIGURE_NOT_IN_SOURCE),
        ("Express delivery costs 2.90 EUR.", (2,), Fault.FIGURE_NOT_IN_SOURCE),
        ("Express delivery costs 12.90 GBP.", (2,), Fault.FIGURE_NOT_IN_SOURCE),
        ("Express delivery takes 1 to 2 days.", (2,), Fault.FIGURE_NOT_IN_SOURCE),
        ("未使用的商品15天内可以退货。", (3,), Fault.FIGURE_NOT_IN_SOURCE),
        ("未使用的商品六十天内可以退货。", (3,), Fault.FIGURE_NOT_IN_SOURCE),
        ("The trial is free for 30 days and is included only with the Hub 2.", (4,), Fault.FIGURE_OUT_OF_PLACE),
        ("Unused products: write to evil@larkhouse.example.", (1,), Fault.ADDRESS_NOT_IN_SOURCE),
        ("Express delivery: see https://evil.example/delivery.", (2,), Fault.ADDRESS_NOT_IN_SOURCE),
        ("Express delivery: see [the terms](/account/delete).", (2,), Fault.ADDRESS_NOT_IN_SOURCE),
        ("Express delivery ![x](https://larkhouse.example/delivery)", (2,), Fault.ACTIVE_CONTENT),
        ("Express delivery <img src=x onerror=alert(1)>", (2,), Fault.ACTIVE_CONTENT),
        ("You can cancel a Ringwell plan at any time before the renewal date.", (4,), Fault.NAME_NOT_IN_SOURCE),
        ("旗舰版会员可以用Alipay在续费日之前取消。", (5,), Fault.NAME_NOT_IN_SOURCE),
        ("I have refunded you 12.90 EUR.", (2,), Fault.PROMISED_ACTION),
        ("我已为您退款，未使用的商品30天内可以退货。", (3,), Fault.PROMISED_ACTION),
        ("You cannot cancel a Nest Plus plan at any time before the renewal date.", (4,), Fault.CONTRADICTS_SOURCE),
        ("Gift cards can be exchanged for cash.", (4,), Fault.CONTRADICTS_SOURCE),
        ("You can cancel a Nest Plus plan at any time after the renewal date.", (4,), Fault.CONTRADICTS_SOURCE),
        ("A cancelled plan runs on for at least 30 days.", (4,), Fault.CONTRADICTS_SOURCE),
        ("The trial is free for 14 days and is included with the Hub 2.", (4,), Fault.CONTRADICTS_SOURCE),
        ("礼品卡可以兑换现金。", (5,), Fault.CONTRADICTS_SOURCE),
        ("旗舰版会员可以在续费日之后取消。", (5,), Fault.CONTRADICTS_SOURCE),
        ("试用期为两周，收费，仅限新用户。", (5,), Fault.CONTRADICTS_SOURCE),
        ("试用期为两周，免费，所有用户都可以用。", (5,), Fault.CONTRADICTS_SOURCE),
        ("优惠券不能兑换现金。", (5,), Fault.NOT_SUPPORTED),
        ("You can return unused thermostats within 30 days of delivery.", (1,), Fault.NOT_SUPPORTED),
        ("Our founder climbs mountains every winter weekend.", (1,), Fault.NOT_SUPPORTED),
        ("Our founder climbs mountains every winter weekend.", (), Fault.UNCITED),
    ],
)
def test_holds_back_what_they_do_not_say(text, cited, fault):
    assert check(text, *cited).fault == fault


def test_names_what_decided():
    assert check("You can return unused products within 60 days.", 1).detail == "60 days"
    assert check("You can cancel a Ringwell plan before the renewal date.", 4).detail == "Ringwell"
    assert check("I have refunded you.", 1).detail == "i have refunded"
    assert check("You can cancel a Nest Plus plan at any time after the renewal date.", 4).detail == "after"


def test_gives_an_uncited_sentence_the_source_that_holds_nearly_all_of_it():
    verdict = check("Express delivery takes 1 to 2 working days.")
    assert (verdict.cited, verdict.fault) == ((2,), None)


def test_a_sentence_in_another_language_is_judged_by_its_figures():
    assert check("The goods can be returned within 30 days.", 3).fault is None
    assert check("The goods can be returned within 14 days.", 3).fault == Fault.FIGURE_NOT_IN_SOURCE


@pytest.mark.parametrize(
    ("text", "cited", "language", "fault"),
    [
        ("未使用的商品30天内可以退货。", 3, "en", Fault.WRONG_LANGUAGE),
        ("You can return unused products within 30 days.", 1, "zh", Fault.WRONG_LANGUAGE),
        ("You can return unused products within 30 days.", 1, "en", None),
        ("Nest Plus", 4, "zh", None),
    ],
)
def test_the_customer_is_answered_in_their_language(text, cited, language, fault):
    assert check(text, cited, language=language).fault == fault


def test_a_better_supported_sentence_scores_higher():
    faithful = check("You can return unused products within 30 days of delivery.", 1)
    turned = check("You cannot return unused products within 30 days of delivery.", 1)
    assert 0.0 <= turned.support < 0.2 < 0.7 < faithful.support <= 1.0
