"""
Examples as files: one JSON object a line, or a table with the columns text, label and language.

A cell that a spreadsheet would take for a formula is written with an apostrophe before it, and read without.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Final

from django.utils.translation import gettext as _

from csassist.analysis.models import IntentExample, MessageReading
from csassist.analysis.models.readings import ValueSource
from csassist.analysis.reading import OUT_OF_SCOPE
from csassist.analysis.services import ExampleText
from csassist.analysis.storing import reading_of
from csassist.core.errors import InvalidInput
from csassist.core.redaction import mask_personal
from csassist.core.text import normalise

COLUMNS: Final = ("text", "label", "language")
FORMULA_STARTS: Final = tuple("=+-@\t")
FILE_MOST_BYTES: Final = 5_000_000
FILE_MOST_ROWS: Final = 20_000


def as_json_lines(examples: Iterable[IntentExample]) -> Iterator[str]:
    for example in examples:
        yield json.dumps(dict(zip(COLUMNS, _cells(example), strict=True)), ensure_ascii=False) + "\n"


def as_table(examples: Iterable[IntentExample]) -> Iterator[str]:
    """CSV with a header and a byte order mark, without which a spreadsheet shows Chinese as something else."""
    yield "\ufeff" + _line(COLUMNS)
    for example in examples:
        text, *rest = _cells(example)
        yield _line((f"'{text}" if text.startswith(FORMULA_STARTS) else text, *rest))


def corrected_as_json_lines(field: str) -> Iterator[str]:
    """Messages whose sentiment or urgency a person set, without what names anybody, as training rows."""
    rows = MessageReading.objects.filter(**{f"{field}_source": ValueSource.PERSON}).select_related("message")
    for row in rows.order_by("pk").iterator():
        label: str = getattr(reading_of(row), field).label
        text = mask_personal(normalise(row.message.text))
        yield json.dumps({"text": text, "label": label, "language": row.language}, ensure_ascii=False) + "\n"


def examples_of_file(name: str, content: bytes) -> list[ExampleText]:
    """What a file holds; its name says which kind it is. Raises InvalidInput naming the line that cannot be read."""
    if len(content) > FILE_MOST_BYTES:
        raise InvalidInput(_("The file is larger than %(most)d MB.") % {"most": FILE_MOST_BYTES // 1_000_000})
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(_("The file is not UTF-8. Save it as “CSV UTF-8”.")) from error
    rows = list(_table_rows(text) if name.lower().endswith(".csv") else _json_rows(text))
    if not rows:
        raise InvalidInput(_("The file holds no examples."))
    if len(rows) > FILE_MOST_ROWS:
        raise InvalidInput(_("The file holds more than %(most)d examples.") % {"most": FILE_MOST_ROWS})
    return rows


def _json_rows(text: str) -> Iterator[ExampleText]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InvalidInput(_("Line %(number)d is not a JSON object.") % {"number": number}) from error
        if not isinstance(row, dict):
            raise InvalidInput(_("Line %(number)d is not a JSON object.") % {"number": number})
        yield _example([row.get(column) for column in COLUMNS], number)


def _table_rows(text: str) -> Iterator[ExampleText]:
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise InvalidInput(_("The table cannot be read: %(problem)s.") % {"problem": error}) from error
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    if not {"text", "label"} <= set(header):
        raise InvalidInput(_("The first line must name the columns: text, label, language."))
    for number, cells in enumerate(rows[1:], start=2):
        row = dict(zip(header, cells, strict=False))
        if any(cell.strip() for cell in cells):
            written = row.get("text", "")
            plain = written[1:] if written[:1] == "'" and written[1:].startswith(FORMULA_STARTS) else written
            yield _example([plain, row.get("label"), row.get("language")], number)


def _example(cells: list[object], number: int) -> ExampleText:
    text, label, language = (str(cell).strip() if cell is not None else "" for cell in cells)
    return ExampleText(text, label, language, place=_("Line %(number)d:") % {"number": number})


def _cells(example: IntentExample) -> tuple[str, str, str]:
    return example.text, example.intent.key if example.intent else OUT_OF_SCOPE, example.language


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(cells)
    return written.getvalue()
