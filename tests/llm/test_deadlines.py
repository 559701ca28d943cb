"""Which limit ends the waiting, and when."""

import pytest

from csassist.llm.deadlines import Deadlines, Limit, Progress, next_limit

USUAL = Deadlines(first_token_seconds=8.0, gap_seconds=10.0, total_seconds=30.0)


@pytest.mark.parametrize(
    ("deadlines", "progress", "limit"),
    [
        (USUAL, Progress(100.0), Limit(108.0, "first_token")),
        (USUAL, Progress(100.0, last_token_at=107.0), Limit(117.0, "gap")),
        (USUAL, Progress(100.0, last_token_at=125.0), Limit(130.0, "total")),
        (USUAL, Progress(100.0, last_token_at=107.0, finished_at=107.0), Limit(109.0, "usage")),
        (USUAL, Progress(100.0, last_token_at=129.0, finished_at=129.5), Limit(130.0, "usage")),
        (Deadlines(60.0, 10.0, 30.0), Progress(100.0), Limit(130.0, "total")),
        (Deadlines(8.0, 0.5, 30.0), Progress(100.0, last_token_at=101.0, finished_at=101.0), Limit(101.5, "usage")),
    ],
)
def test_the_nearest_limit_wins(deadlines: Deadlines, progress: Progress, limit: Limit) -> None:
    assert next_limit(deadlines, progress) == limit
