"""Pools of threads: made at their first use, one a process. The threads of a parent do not live in its forked child."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache


def thread_pool(name: str, count: Callable[[], int]) -> Callable[[], ThreadPoolExecutor]:
    """What gives this process's pool of at most `count()` threads, whose names begin with `name`."""

    @lru_cache(maxsize=1)
    def pool() -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=count(), thread_name_prefix=name)

    os.register_at_fork(after_in_child=pool.cache_clear)
    return pool


def cores() -> int:
    return os.cpu_count() or 1
