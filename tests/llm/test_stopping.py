"""Whoever waits for a call can end it from another thread; see also the playground's tests, over HTTP."""

import pytest

from csassist.llm.stopping import Stop, Stopped, current, stopped_by


def test_who_waits_is_woken_and_who_comes_later_never_begins():
    stop = Stop()
    woken: list[str] = []
    with stop.waking(lambda: woken.append("first")):
        stop.set()
    assert woken == ["first"]

    with pytest.raises(Stopped), stop.waking(lambda: woken.append("late")):
        woken.append("begun")
    assert woken == ["first"]


def test_who_has_what_it_waited_for_is_left_alone():
    stop = Stop()
    woken: list[str] = []
    with stop.waking(lambda: woken.append("late")):
        pass

    stop.set()

    assert woken == []


def test_a_stop_holds_within_its_block_alone():
    stop = Stop()
    stop.set()
    with stopped_by(stop), pytest.raises(Stopped):
        current().check()

    current().check()
