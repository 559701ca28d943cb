"""
Rows of a table for a spreadsheet: UTF-8 CSV in which no cell can act.

A cell that begins like a formula gets an apostrophe before it (OWASP, "CSV Injection"), so that what somebody wrote as
a name is never carried out on the machine of whoever opens the file.
"""

import csv
import io
import re
from collections.abc import Sequence
from typing import Final

# Without it a spreadsheet shows Chinese as something else. It stands once, before the first line.
BYTE_ORDER_MARK: Final = "\ufeff"
# Also behind blanks, which spreadsheets ignore, and written full width. A negative number is no formula.
_FORMULA = re.compile(r"[\s\x00]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?%?")


def csv_line(cells: Sequence[object]) -> str:
    """One line with its ending. None is an empty cell."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return written.getvalue()


def harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
