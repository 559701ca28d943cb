"""A pool of threads is the process's own: a forked child has its own, and can use it."""

import multiprocessing

from csassist.core.threads import thread_pool

pool = thread_pool("counted", lambda: 2)


def _answer(queue) -> None:
    queue.put(pool().submit(sum, [1, 2]).result(timeout=10))


def test_a_pool_is_made_once_and_anew_in_a_forked_child():
    assert pool() is pool()
    assert pool().submit(sum, [1]).result(timeout=10) == 1
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_answer, args=(queue,))
    child.start()
    assert queue.get(timeout=10) == 3
    child.join(timeout=10)
    assert child.exitcode == 0
