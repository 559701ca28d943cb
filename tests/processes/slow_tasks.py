"""Tasks whose progress can be watched from outside: each run adds a line to the file it is given."""

import time
from pathlib import Path

from django_tasks import task


def note(path: str, line: str) -> int:
    """Add the line; returns how many lines of its kind there are now."""
    with Path(path).open("a", encoding="utf-8") as notes:
        notes.write(line + "\n")
    return Path(path).read_text(encoding="utf-8").splitlines().count(line)


@task()
def slow_the_first_time(path: str, seconds: float) -> None:
    if note(path, "begun") == 1:
        time.sleep(seconds)
    note(path, "done")


@task()
def slow(path: str, seconds: float) -> None:
    note(path, "begun")
    time.sleep(seconds)
    note(path, "done")


@task()
def broken(path: str) -> None:
    note(path, "begun")
    raise ValueError("broken on purpose")
