"""Time that a piece of work takes, told apart from what the machine does beside it."""

import time
from collections.abc import Callable

TRIES = 3


def is_quick(run: Callable[[], object], *, seconds: float) -> bool:
    """
    Whether the work takes less processor time than `seconds` in the best of a few tries.

    Work that is slow by itself is slow each time; a machine that is busy is so only now and then.
    """
    for _ in range(TRIES):
        began = time.thread_time()
        run()
        if time.thread_time() - began < seconds:
            return True
    return False
