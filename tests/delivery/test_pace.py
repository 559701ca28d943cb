"""A channel in trouble is tried by one message at a time, later and later; one success frees it."""

from csassist.delivery.pace import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Pace


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_working_channel_is_never_held_back():
    pace = Pace(Clock())

    assert [pace.enter() for _ in range(5)] == [True] * 5


def test_after_trouble_one_message_tries_at_growing_intervals_until_one_gets_through():
    clock = Clock()
    pace = Pace(clock)
    assert pace.enter()
    pace.leave(was_trouble=True)

    pauses = []
    for _ in range(9):
        began = clock.now
        assert not pace.enter()
        while not pace.enter():
            clock.now += FIRST_PAUSE_SECONDS
        assert not pace.enter()  # the other threads wait for what the first finds out
        pauses.append(clock.now - began)
        pace.leave(was_trouble=True)

    assert pauses == [5, 10, 20, 40, 80, 160, *[LONGEST_PAUSE_SECONDS] * 3]
    clock.now += LONGEST_PAUSE_SECONDS
    assert pace.enter()
    pace.leave(was_trouble=False)
    assert [pace.enter() for _ in range(3)] == [True] * 3


def test_nothing_to_send_says_nothing_about_the_channel():
    clock = Clock()
    pace = Pace(clock)
    pace.enter()
    pace.leave(was_trouble=True)
    clock.now += FIRST_PAUSE_SECONDS
    assert pace.enter()
    pace.leave(was_trouble=None)

    assert pace.enter()  # still the one that tries
    assert not pace.enter()
