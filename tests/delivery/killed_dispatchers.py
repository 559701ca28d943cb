"""
Dispatchers that are killed by SIGKILL: `python -m tests.delivery.killed_dispatchers ACCEPTED WHAT`.

`points` kills one at each named point of a message's way; the key of each message is the point. `storm` runs two at a
time, kills each after a random moment, and lets the last one finish. Forks of one process, because starting Django
takes longer than the tests may. What happened is read from the database and from the file ACCEPTED.
"""

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

LEASE_SECONDS = 0.6
KILLS_COUNT = 8
LANES_COUNT = 2
POINTS = ("claim_uncommitted", "claim_committed", "accepted", "end_uncommitted", "end_committed")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def forked(run: Callable[[], None]) -> int:
    """The id of a child that runs this; database connections do not survive a fork."""
    from django.db import connections

    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            run()
        finally:
            os._exit(0)
    return pid


def killed_at(point: str, channel: Any) -> None:
    """Send the next message and die at a point of its way."""
    from django.db import connection

    from csassist.delivery.channels.fake import FakeChannel
    from csassist.delivery.dispatching import send_next

    class Trap(FakeChannel):
        def send(self, outgoing: Any, *, deadline_seconds: float) -> Any:
            if point == "claim_committed":
                die()
            receipt = super().send(outgoing, deadline_seconds=deadline_seconds)
            if point == "accepted":
                die()
            return receipt

    def after_the_update(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        state = {"claim_uncommitted": "sending", "end_uncommitted": "sent"}.get(point)
        if sql.startswith("UPDATE") and state in [str(one) for one in params or ()]:
            die()
        return result

    with connection.execute_wrapper(after_the_update):
        send_next(Trap(channel.name, channel.accepted_path))
    die()


def points(channel: Any) -> None:
    from csassist.delivery.models import Delivery
    from csassist.delivery.watchdog import sweep

    for point in POINTS:
        Delivery.objects.exclude(effect_key=point).filter(state="ready").update(state="cancelled")
        Delivery.objects.filter(effect_key=point).update(state="ready")
        _, status = os.waitpid(forked(lambda point=point: killed_at(point, channel)), 0)  # type: ignore[misc]
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, point
    time.sleep(LEASE_SECONDS)
    sweep()


def storm(channel: Any) -> None:
    from csassist.delivery.models import Delivery

    children = [forked(lambda: dispatch(channel, lives=True)) for _ in range(2)]
    for _ in range(KILLS_COUNT):
        os.waitpid(children.pop(0), 0)
        children.append(forked(lambda: dispatch(channel, lives=True)))
    for pid in children:
        os.waitpid(pid, 0)
    last = forked(lambda: dispatch(channel, lives=False))
    while Delivery.objects.filter(state__in=["ready", "sending"]).exists():
        time.sleep(0.1)
    os.kill(last, signal.SIGTERM)
    os.waitpid(last, 0)


def dispatch(channel: Any, *, lives: bool) -> None:
    """The product's own dispatcher; one that `lives` does so for a random moment."""
    from csassist.delivery.gates import let_pass
    from csassist.delivery.watchdog import sweep
    from csassist.processes import dispatcher as process

    process.TURN_SECONDS = process.POLL_SECONDS = 0.05
    dispatcher = process.Dispatcher(channels=[channel], gate=let_pass, lanes_count=LANES_COUNT, meanwhile=sweep)
    signal.signal(signal.SIGTERM, dispatcher.stop)
    if lives:
        random.seed()
        timer = threading.Timer(random.uniform(0.05, 0.25), die)
        timer.daemon = True
        timer.start()
    dispatcher.run()


def main(accepted: Path, what: str) -> None:
    os.environ["CSASSIST_DELIVERY_LEASE_SECONDS"] = str(LEASE_SECONDS)
    os.environ["CSASSIST_LOG_LEVEL"] = "ERROR"
    django.setup()
    from csassist.delivery.channels.fake import FakeChannel

    channel = FakeChannel("email", accepted)
    {"points": points, "storm": storm}[what](channel)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
