"""
The two addresses that a process supervisor asks.

`/livez` says that this process answers and touches nothing else, so that a slow database never gets a healthy process
killed. `/readyz` says whether it can do its work now, and beside it whether any scheduler leads: that is worth an
alarm, but no reason to take this process out of service.
"""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from csassist.core.errors import Unavailable
from csassist.scheduling.selectors import leadership
from knowledge.engine import vector_store
from knowledge.health import lexical_reachable

Check = Callable[[], None]


@never_cache
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when every part answers, 503 with the parts that do not otherwise."""
    parts = {name: _state(check) for name, check in CHECKS.items()}
    ready = all(state == "ok" for state in parts.values())
    facts = {"status": "ready" if ready else "not_ready", "parts": parts, "scheduler": _scheduler()}
    return JsonResponse(facts, status=200 if ready else 503)


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_vector_index() -> None:
    vector_store().heartbeat()


def check_lexical_index() -> None:
    if not lexical_reachable():
        raise Unavailable("The lexical index cannot be read.")


CHECKS: dict[str, Check] = {
    "database": check_database,
    "vector_index": check_vector_index,
    "lexical_index": check_lexical_index,
}


def _scheduler() -> str:
    """`leads`, `silent` or `nobody`; `unknown` while the database is away."""
    try:
        return leadership().standing
    except DatabaseError:
        return "unknown"


def _state(check: Check) -> str:
    try:
        check()
    except (DatabaseError, Unavailable):
        return "unavailable"
    return "ok"
