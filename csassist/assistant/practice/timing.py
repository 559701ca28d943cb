"""
Time: to the first answer, the usual answer after that, the whole; and long pauses, each by its line.

The clock is the server's, from the moment a customer's line was shown, so it includes reading, searching and typing.
"""

from itertools import pairwise
from statistics import median

from csassist.assistant.practice.practised import Finding, Practised

WORST_RATIO = 4.0  # four times the aim and more earns nothing
FIRST_SHARE, TURN_SHARE = 50, 50
PAUSE_RATIO = 2.5
MOST_PAUSES = 2


def findings(practised: Practised) -> list[Finding]:
    waits = [
        (later.number, later.seconds - earlier.seconds)
        for earlier, later in pairwise(practised.lines)
        if later.is_agent and not earlier.is_agent
    ]
    if not waits:
        return []
    pace = practised.scenario.pace
    (first_turn, first), further = waits[0], waits[1:]
    result = [_against("first", first, pace.first_seconds, FIRST_SHARE if further else 100, first_turn)]
    if further:
        usual = median(seconds for _number, seconds in further)
        result.append(_against("usual", usual, pace.turn_seconds, TURN_SHARE, 0))
    pauses = [(number, seconds) for number, seconds in further if seconds > PAUSE_RATIO * pace.turn_seconds]
    result += [
        Finding("pause", "note", turn=number, words={"seconds": round(seconds)})
        for number, seconds in sorted(pauses, key=lambda one: -one[1])[:MOST_PAUSES]
    ]
    return [*result, Finding("total", "note", words={"seconds": round(practised.lines[-1].seconds)})]


def _against(name: str, seconds: float, aim_seconds: int, share: int, turn: int) -> Finding:
    """Full points up to the aim, none from four times of it, evenly in between."""
    words = {"seconds": round(seconds), "aim": aim_seconds}
    over = (seconds / aim_seconds - 1) / (WORST_RATIO - 1)
    lost = round(share * max(0.0, min(1.0, over)))
    return Finding(
        f"{name}_slow" if lost else f"{name}_prompt", "bad" if lost else "good", lost, turn=turn, words=words
    )
