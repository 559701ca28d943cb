"""
The child process that opens one hostile file: bytes on standard input, one JSON object on standard output.

It sets its own limits and leaves the network before it imports any parser, and an audit hook refuses sockets and
programs, so that a file which takes over a parser finds nothing to reach. It knows no settings, database or secrets.
"""

import ctypes
import json
import resource
import signal
import sys
from pathlib import Path
from types import TracebackType

_LIBXML2_NO_MEMORY = 2
_NEW_USER_NAMESPACE, _NEW_NETWORK_NAMESPACE = 0x10000000, 0x40000000
_REFUSED_EVENTS = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.posix_spawn",
    "os.system",
    "os.fork",
    "os.remove",
    "os.rename",
)


def main(filename: str, memory_bytes: int, cpu_seconds: int, output_bytes: int, wall_seconds: int) -> None:
    """Parse standard input as the file called `filename` and write {"document": ...}, or what `_report` says."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output_bytes, output_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _leave_network()
    # The parent kills at the deadline; if the parent itself has died, this ends an orphan.
    signal.alarm(wall_seconds + 5)
    sys.excepthook = _report
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    content = sys.stdin.buffer.read()

    from knowledge.loaders import load

    sys.addaudithook(_refuse)
    answer = _encoded({"document": load(content, filename).to_json()})
    if len(answer) > output_bytes:
        answer = _encoded({"reason": "too_large", "detail": "", "facts": {}})
    _write(answer)


def _leave_network() -> None:
    """Move into an empty network of its own. Where the kernel forbids that, the audit hook stands alone."""
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    if unshare is not None:
        unshare(_NEW_USER_NAMESPACE | _NEW_NETWORK_NAMESPACE)


def _refuse(event: str, _arguments: object) -> None:
    if event.startswith(_REFUSED_EVENTS):
        raise PermissionError(event)


def _report(kind: type[BaseException], error: BaseException, _traceback: TracebackType | None) -> None:
    """The last resort for any exception: a stable reason on standard output, never a traceback."""
    from knowledge.loaders.document import Unparseable

    if isinstance(error, Unparseable):
        message = {"reason": error.reason, "detail": error.detail, "facts": error.facts}
    elif isinstance(error, MemoryError) or _is_refused_memory_of_lxml(error):
        message = {"reason": "out_of_memory", "detail": "", "facts": {}}
    else:
        message = {"reason": "malformed", "detail": "", "facts": {"error": kind.__name__}}
    _write(_encoded(message))


def _is_refused_memory_of_lxml(error: BaseException) -> bool:
    """lxml reports memory that libxml2 could not get as a syntax error with this code."""
    return type(error).__module__.startswith("lxml") and getattr(error, "code", None) == _LIBXML2_NO_MEMORY


def _encoded(message: object) -> bytes:
    # A lone surrogate, which a broken name or escape can hold, has no UTF-8 form.
    return json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")


def _write(answer: bytes) -> None:
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], *(int(number) for number in sys.argv[2:6]))
