"""Two claims contradict each other only when they speak of one matter; in both languages."""

import pytest

from knowledge.curation.claims import PassageText, read_claims
from knowledge.curation.contradictions import Circumstances, contradictions
from knowledge.curation.reversals import read_statements, reversals

# What is rare in a help centre: everything but a few words that stand in every article.
COMMON = {"open": 2.0, "hub": 2.0, "商品": 2.0}


def rarity(term: str) -> float:
    return COMMON.get(term, 4.5)


def found(
    one: tuple[str, str], other: tuple[str, str], *, heading: str = "", where: Circumstances | None = None
) -> list[tuple[list[str], list[str]]]:
    passages = [PassageText(str(number), title, (heading,), text) for number, (title, text) in enumerate((one, other))]
    claims = [read_claims(passage) for passage in passages]
    return [
        ([figure.text for figure in each.one.stated], [figure.text for figure in each.other.stated])
        for each in contradictions(claims[0], claims[1], rarity, where or Circumstances())
    ]


REFUND = (
    "Refunds",
    "We check a return and pay the refund within 5 working days after the parcel reached the warehouse.",
)
FAULTY = ("Faulty items", "A refund is paid **within 10 working days** after the parcel has reached the warehouse.")
REFUND_ZH = ("退款时间", "退货验货通过后，款项在 **3 个工作日内**原路退回。")
RETURN_ZH = ("无理由退货", "验货通过后，款项在 7 个工作日内原路退回。")


def test_the_same_matter_with_another_figure_is_found_in_both_languages():
    assert found(REFUND, FAULTY) == [(["5 working days"], ["10 working days"])]
    assert found(REFUND_ZH, RETURN_ZH) == [(["3 个工作日"], ["7 个工作日"])]


def test_a_row_of_a_table_contradicts_a_sentence():
    table = "| Property | Value |\n| --- | --- |\n| Battery life | 12 months at 10 openings a day |"
    said = "With 10 openings a day, the batteries of a Tern Mini last 8 months and those of a Tern Pro 10 months."

    assert found(("Tern Pro: data", table), ("Tern batteries: life", said)) == [(["12 months"], ["10 months"])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            REFUND,
            ("Refunds again", "We pay the refund within five working days after the parcel reached the warehouse."),
        ),
        (
            ("Delivery", "Express parcels arrive within 2 days."),
            ("Delivery abroad", "Parcels abroad arrive in 9 days."),
        ),
        (
            ("The hub is offline", "1. Press the button on the back for 5 seconds until the light pulses blue."),
            ("Camera offline", "1. Press the pair button for 3 seconds until the light flashes blue."),
        ),
        (
            ("Thermostat codes", "Press the receiver's button for 5 seconds to pair again."),
            ("Thermostat set-up", "After pairing starts, press the receiver's button within 2 minutes."),
        ),
        (
            ("Hub 2 in short", "The hub reaches devices within 30 metres indoors through two walls."),
            ("Hub 3 in short", "The hub reaches devices within 45 metres indoors through two walls."),
        ),
        (("Networks", "The hub uses Wi-Fi at 2.4 GHz."), ("Hub data", "Wi-Fi of the hub: 2.4 and 5 GHz.")),
        (("邮费", "寄到青海的邮费是 12 元。"), ("安装", "上门安装门锁收费 120 元。")),
    ],
    ids=[
        "same figure",
        "another subject",
        "another device",
        "deadline and duration",
        "another model",
        "one of two",
        "nothing shared",
    ],
)
def test_figures_that_differ_for_a_reason_are_left_alone(one: tuple[str, str], other: tuple[str, str]):
    assert found(one, other) == []


def test_cells_under_different_heads_are_not_compared():
    prices = "| Part | Price | Time |\n| --- | --- | --- |\n| Radiator valve fitted | £12 | 15 minutes |"
    waits = "| Part | Refund | Wait |\n| --- | --- | --- |\n| Radiator valve fitted | £55 | 90 minutes |"

    assert found(("Radiator valves", prices), ("Radiator valves", waits)) == []


def test_readers_with_rules_of_their_own_are_no_contradiction():
    members = ("Longer returns for members", "- The 60 days begin on the day after delivery.")
    everyone = ("Returns", "- The 30 days begin on the day after delivery.")

    assert found(members, everyone, where=Circumstances(has_other_audience=True)) == []


def test_a_sentence_turned_around_is_found_and_a_retold_one_is_not():
    def turned(one: str, other: str, where: Circumstances | None = None) -> int:
        texts = [
            read_statements(PassageText(str(number), "Locks", (), text)) for number, text in enumerate((one, other))
        ]
        return len(reversals(texts[0], texts[1], rarity, where or Circumstances()))

    assert turned("The keypad works without a hub.", "The keypad does not work without a hub.") == 0  # two negations
    assert turned("The keypad supports rechargeable batteries.", "The keypad supports no rechargeable batteries.") == 1
    assert turned("门锁支持可充电电池供电。", "门锁不支持可充电电池供电。") == 1
    assert turned("The keypad supports rechargeable batteries.", "Rechargeable batteries are supported by it.") == 0
    assert turned("Do not unplug it.", "Unplug it.") == 0
    assert (
        turned("Doorbell recordings are kept at least 30 days.", "Doorbell recordings are kept at most 30 days.") == 1
    )
