"""
Reading an uploaded file of events in the background, a few hundred rows in each transaction.

The rows and how far the file was read are committed together; two workers at the same file cannot both count a part.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Final, TextIO

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.core.errors import InvalidInput
from csassist.core.json_types import JSONValue
from csassist.customers.intake.files import UnreadableFile, item_of_row, rows_of
from csassist.customers.intake.items import Item
from csassist.customers.intake.name_counts import note_names
from csassist.customers.intake.reasons import Refusal
from csassist.customers.intake.storing import store
from csassist.customers.models import EventImport, EventOrigin

ROWS_AT_ONCE: Final = 500
REFUSED_KEPT: Final = 500
FOLDER: Final = "event-imports"
Row = tuple[int, dict[str, str]]


@dataclass(slots=True)
class Counts:
    """What became of some rows; `refused` with the line of each."""

    accepted: int = 0
    duplicates: int = 0
    refused: list[tuple[int, Refusal]] = field(default_factory=list)


def begin_import(*, file_name: str, content: bytes, created_by: User) -> EventImport:
    """Keep the file; the worker reads it. Raises InvalidInput for one that is too large or has no fitting header."""
    if len(content) > settings.CSASSIST_UPLOAD_MAX_BYTES:
        raise InvalidInput(_("This file is too large."), field="file")
    try:
        next(rows_of(_text(io.BytesIO(content))), None)
    except UnreadableFile as error:
        raise InvalidInput(
            _("This is not a CSV file in UTF-8 with a column userId or anonymousId."), field="file"
        ) from error
    row = EventImport(
        file_name=file_name[:200], digest=_digest(content), size_bytes=len(content), created_by=created_by
    )
    default_storage.save(_path(row), io.BytesIO(content))
    with transaction.atomic():
        row.save()
        record("events.import_begun", row, size_bytes=row.size_bytes)
    return row


def work_on_imports() -> int:
    """Read what waits, to its end; returns how many rows."""
    return sum(_work_on(row) for row in EventImport.objects.due().order_by("pk"))


def import_file(path: Path) -> Iterator[Counts]:
    """The counts of each part of a file on this machine, as it is stored. Raises UnreadableFile."""
    digest = _digest(path.read_bytes())
    with path.open(encoding="utf-8-sig", newline="") as text:
        rows = rows_of(text)
        while part := list(islice(rows, ROWS_AT_ONCE)):
            yield store_rows(part, digest=digest, now=timezone.now())


def store_rows(rows: Sequence[Row], *, digest: str, now: datetime) -> Counts:
    counts = Counts()
    items: list[Item] = []
    for line, row in rows:
        read = item_of_row(row, line=line, digest=digest, now=now)
        if isinstance(read, Refusal):
            counts.refused.append((line, read))
        else:
            items.append(read)
    new = store(items, source_id=None, received_at=now, origin=EventOrigin.IMPORT) if items else set()
    counts.accepted, counts.duplicates = len(new), len(items) - len(new)
    names = {item.message_id: item.name for item in items}
    transaction.on_commit(lambda: note_names(names[one] for one in new))
    return counts


def _work_on(row: EventImport) -> int:
    done_count = 0
    try:
        with default_storage.open(_path(row), "rb") as content:
            rows = (one for one in rows_of(_text(content)) if one[0] > row.lines_count)
            while part := list(islice(rows, ROWS_AT_ONCE)):
                if not _store_part(row, part):
                    return done_count
                done_count += len(part)
        _finish(row, EventImport.State.DONE)
    except (UnreadableFile, FileNotFoundError):
        _finish(row, EventImport.State.FAILED)
    return done_count


@transaction.atomic
def _store_part(row: EventImport, part: Sequence[Row]) -> bool:
    """False when another worker has been here."""
    locked = EventImport.objects.select_for_update().get(pk=row.pk)
    if locked.lines_count != row.lines_count or locked.state != EventImport.State.WAITING:
        return False
    counts = store_rows(part, digest=row.digest, now=timezone.now())
    row.lines_count = part[-1][0]
    row.accepted_count += counts.accepted
    row.duplicates_count += counts.duplicates
    row.rejected_count += len(counts.refused)
    row.refused = [*row.refused, *_shown(counts.refused)][:REFUSED_KEPT]
    row.save(update_fields=["lines_count", "accepted_count", "duplicates_count", "rejected_count", "refused"])
    return True


def _finish(row: EventImport, state: EventImport.State) -> None:
    with transaction.atomic():
        waiting = EventImport.objects.due().filter(pk=row.pk)
        if not waiting.update(state=state, finished_at=timezone.now()):
            return
        record("events.import_ended", row, state=str(state), accepted=row.accepted_count, rejected=row.rejected_count)
    default_storage.delete(_path(row))  # the events are stored; the file may hold what was refused for a reason


def _shown(refused: Iterable[tuple[int, Refusal]]) -> list[JSONValue]:
    return [{"line": line, "reason": str(one.reason), "field": one.field} for line, one in refused]


def _text(content: IO[bytes]) -> TextIO:
    return io.TextIOWrapper(content, encoding="utf-8-sig", newline="")


def _path(row: EventImport) -> str:
    return f"{FOLDER}/{row.public_id}.csv"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
