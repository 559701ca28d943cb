"""A text has aged when what it says of a date is over; a date of the past alone is no sign."""

from datetime import date

import pytest

from knowledge.curation.ageing import ageing_signs

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "kind", "day"),
    [
        ("It gets updates until 31 March 2025.", "period_over", date(2025, 3, 31)),
        ("活动时间：2025 年 5 月 28 日 20:00 至 6 月 20 日 24:00。", "period_over", date(2025, 6, 20)),
        ("保价到 2025 年 7 月 15 日。", "period_over", date(2025, 7, 15)),
        ("A beta is planned for autumn 2024.", "announced_for_the_past", date(2024, 11, 30)),
        ("新版预计 2025 年 3 月上线。", "announced_for_the_past", date(2025, 3, 31)),
        ("These systems are supported, as of September 2024.", "as_of_long_ago", date(2024, 9, 30)),
        ("截至 2024 年，共有 180 个城市。", "as_of_long_ago", date(2024, 12, 31)),
    ],
)
def test_finds_what_has_passed_with_the_day_it_ended(text: str, kind: str, day: date):
    (sign,) = ageing_signs(f"## Heading\n\n{text}\n\nMore.", TODAY)

    assert (sign.kind, sign.day, sign.quote) == (kind, day, text)


@pytest.mark.parametrize(
    "text",
    [
        "Founded in 2009, we have grown since.",
        "Orders placed before 1 May 2025 keep the old price.",
        "It gets updates until 31 March 2027.",
        "These systems are supported, as of March 2026.",
        "The offer is planned for spring 2027.",
        "活动截止到 2027 年 1 月 1 日。",
        "The 30th of February 2025 does not exist, until 30 February 2025.",
        "Model 2025 until sold out.",
    ],
)
def test_leaves_history_and_the_future_alone(text: str):
    assert ageing_signs(text, TODAY) == []
