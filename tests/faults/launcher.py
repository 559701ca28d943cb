"""
Starts processes of the product in milliseconds: a server that has imported everything forks one for each request.

What a process then runs is the product's own command, with the settings read anew from its own environment: only the
imports are shared. One JSON line in, one JSON line out; the processes die together with this one.
"""

import json
import os
import sys
import threading
from typing import Any

from csassist.processes.tether import tie_to_parent

Request = dict[str, Any]


def serve() -> None:
    """Answer requests until the test process closes the pipe."""
    assert threading.active_count() == 1, "A fork would lose the other threads."
    for line in sys.stdin:
        request = json.loads(line)
        answer = started(request) if "words" in request else ended(request)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def started(request: Request) -> Request:
    launcher_pid = os.getpid()
    pid = os.fork()
    if pid == 0:
        tie_to_parent(launcher_pid)
        try:
            run(request)
        finally:
            os._exit(1)
    return {"pid": pid}


def ended(request: Request) -> Request:
    """Wait for a process; its exit code, negative for a signal, None when it goes on and nobody wants to wait."""
    pid, status = os.waitpid(request["pid"], 0 if request["wait"] else os.WNOHANG)
    return {"code": os.waitstatus_to_exitcode(status) if pid else None}


def run(request: Request) -> None:
    """Become `manage.py` with these words; never returns."""
    from django.conf import settings
    from django.core.management import execute_from_command_line
    from django.db import connections
    from django.utils.functional import empty

    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for taken, given in ((0, nothing), (1, log), (2, log)):
        os.dup2(given, taken)
    os.environ.update(request["environment"])
    sys.modules.pop("csassist.settings")
    settings._wrapped = empty
    connections.__dict__.clear()
    connections.__init__()  # type: ignore[misc]  # it remembers the settings of the server
    try:
        execute_from_command_line(["manage.py", *request["words"]])
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)
    os._exit(0)


def import_everything() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csassist.settings")
    django.setup()

    import chromadb.api.client
    import chromadb.api.fastapi
    import tantivy

    import csassist.llm.providers
    import csassist.management.commands.serve
    import csassist.management.commands.worker
    import csassist.urls
    from knowledge.tokenizing import query_tokens

    assert all((chromadb, tantivy, csassist))
    query_tokens("怎么退货？")  # loads the Chinese dictionary


if __name__ == "__main__":
    import_everything()
    serve()
