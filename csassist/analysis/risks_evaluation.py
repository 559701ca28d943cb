"""
`manage.py evaluate risks`: how many of the messages that hold a risk would hand over, and how many ordinary ones.

Rows are labelled with a risk or "none". With `--ordinary` every row of the file counts as one without a risk, whatever
its label says, so that any collection of messages tells how often they are mistaken.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from csassist.analysis.acting import ACTS_FROM
from csassist.analysis.labelled_rows import Rows, read_rows, with_vectors
from csassist.analysis.reading import RISKS
from csassist.analysis.risk import NO_RISK
from csassist.analysis.risk_figures import measured, read_by
from csassist.analysis.trained_readers import trained_readers
from csassist.core.errors import InvalidInput


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--test", type=Path, required=True, help='rows to read, JSON lines with "text" and "label"')
    parser.add_argument("--ordinary", action="store_true", help="every row is a message without a risk")
    parser.add_argument("--most", type=int, default=0, help="read so many rows, evenly spread (default: all)")
    parser.add_argument("--offset", type=int, default=0, help="leave out so many rows at the beginning")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Measure the shipped reader, print, and write the JSON report. Raises InvalidInput for bad rows."""
    rows = read_rows(options["test"], () if options["ordinary"] else (NO_RISK, *RISKS))
    places = spread(len(rows), most=options["most"], offset=options["offset"])
    chosen = rows.part(places)
    if options["ordinary"]:
        chosen = Rows(chosen.texts, (NO_RISK,) * len(chosen))
    read = read_by(trained_readers().risk, with_vectors(chosen, is_quiet=options["quiet"]))
    figures = measured(read)
    for label, counts in figures.items():
        stdout.write(
            f"{label:10} from {ACTS_FROM[label]}: {counts.found} of {counts.present} found, {counts.right} of "
            f"{counts.said} right, {counts.mistaken} of {counts.ordinary} ordinary mistaken\n"
        )
    if options["json_path"]:
        report = {label: asdict(counts) for label, counts in figures.items()}
        options["json_path"].write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def spread(count: int, *, most: int, offset: int) -> list[int]:
    """The places of at most `most` rows after `offset`, evenly spread. Raises InvalidInput when none is left."""
    left = range(max(offset, 0), count)
    if not left:
        raise InvalidInput("No row is left to read.")
    if most <= 0 or most >= len(left):
        return list(left)
    return [left[place * len(left) // most] for place in range(most)]
