"""
`parse_safely`: a file's bytes -> its text, without trusting the file.

Every parser runs in a short-lived child process with a ceiling on memory, processor time, output and wall time, an
empty environment and no network: small files are known that take gigabytes or minutes, and one of them must not stop
the service.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from csassist.core.errors import InvalidInput
from csassist.core.json_types import JSONObject
from knowledge.loaders.document import ParsedDocument, QaRow, Reason
from knowledge.loaders.limits import MAX_FILE_BYTES
from knowledge.parse_reasons import explain_failure

__all__ = ["ParseFailed", "ParseLimits", "ParsedDocument", "QaRow", "parse_safely"]

_CHILD = Path(__file__).with_name("parse_child.py")
_MEBIBYTE = 1024 * 1024
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """What one parse may use. The memory is address space: the imports alone take about 200 MB of it."""

    memory_bytes: int = 1024 * _MEBIBYTE
    cpu_seconds: int = 20
    wall_seconds: int = 30
    output_bytes: int = 32 * _MEBIBYTE


class ParseFailed(InvalidInput):
    """
    The file gives no text. `reason` is a stable code, the message is for the person who uploaded it.

    `extra` holds {"reason", "detail", "facts"}, from which `explain_failure` words the message in another language.
    """

    code = "parse_failed"

    def __init__(self, reason: Reason, detail: str = "", facts: JSONObject | None = None) -> None:
        super().__init__(explain_failure(reason, detail, facts or {}), reason=reason, detail=detail, facts=facts or {})
        self.reason: Reason = reason


def parse_safely(content: bytes, filename: str, *, limits: ParseLimits | None = None) -> ParsedDocument:
    """The document in a file. Raises ParseFailed for every fault of the file, at the wall limit at the latest."""
    limits = limits or ParseLimits()
    if len(content) > MAX_FILE_BYTES:
        raise ParseFailed("too_large", "file_bytes", {"limit_mb": MAX_FILE_BYTES // _MEBIBYTE})
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answered:
        given.write(content)
        given.seek(0)
        exit_code = _run_child(given, answered, filename, limits)
        answered.seek(0)
        answer = answered.read(limits.output_bytes + 1)
    return _document(answer, exit_code)


def _run_child(given: IO[bytes], answered: IO[bytes], filename: str, limits: ParseLimits) -> int | None:
    """The child's exit code (negative: the signal that ended it), None when it was killed at the deadline."""
    numbers = (limits.memory_bytes, limits.cpu_seconds, limits.output_bytes, limits.wall_seconds)
    child = subprocess.Popen(
        # -I: neither the working directory nor PYTHON* variables decide what the child imports.
        [sys.executable, "-I", str(_CHILD), _plain_name(filename), *map(str, numbers)],
        stdin=given,
        stdout=answered,
        stderr=subprocess.DEVNULL,
        env={"LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "PATH": os.defpath},
        start_new_session=True,
        close_fds=True,
    )
    try:
        return child.wait(timeout=limits.wall_seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end(child)


def _plain_name(filename: str) -> str:
    """The last part of a name without what a command line cannot hold; its end stays, which tells the type."""
    name = "".join(character for character in Path(filename).name if character.isprintable())
    return name[-_LONGEST_NAME:]


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Kill the child's whole process group; one that is gone already is what we wanted."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _document(answer: bytes, exit_code: int | None) -> ParsedDocument:
    if exit_code is None or exit_code in {-signal.SIGXCPU, -signal.SIGALRM}:
        raise ParseFailed("timeout")
    # Libraries written in C++ abort when memory is refused to them.
    if exit_code == -signal.SIGABRT:
        raise ParseFailed("out_of_memory")
    if exit_code < 0:
        raise ParseFailed("crashed")
    try:
        message = cast(JSONObject, json.loads(answer))
        if "document" in message:
            return ParsedDocument.from_json(cast(JSONObject, message["document"]))
        reason, detail, facts = message["reason"], message["detail"], message["facts"]
    except (ValueError, KeyError, TypeError) as error:
        raise ParseFailed("crashed") from error
    raise ParseFailed(cast(Reason, reason), cast(str, detail), cast(JSONObject, facts))
