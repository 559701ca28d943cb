"""
PDFs from many programs, each a stumbling block for parsers, come to the right verdict in time.

The files are not part of the repository: they lie in `shared/data/pdf-samples` beside it, with the facts about each in
`files.json`. Without them these tests are skipped and say so.
"""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from knowledge.parsing import ParseFailed, parse_safely

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "pdf-samples"
LONGEST_SECONDS = 35
# `files.json` counts embedded pictures, not whether a page has anything else.
PICTURES_ONLY = ("007-", "019-", "023-")

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the PDF samples are not at {SAMPLES}")


def facts_of(path: Path) -> dict[str, Any]:
    listed = json.loads((SAMPLES / "files.json").read_text(encoding="utf-8"))["data"]
    return next((one for one in listed if str(one["path"]).replace("/", "__") == path.name), {})


def verdict(path: Path) -> str:
    started = time.monotonic()
    try:
        document = parse_safely(path.read_bytes(), path.name)
    except ParseFailed as failed:
        found = str(failed.reason)
    else:
        found = "read" if len(document.body) > 3 else "empty"
    assert time.monotonic() - started < LONGEST_SECONDS
    return found


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.pdf")), ids=lambda path: path.stem)
def test_gives_text_or_the_reason_why_not(path: Path):
    if facts_of(path).get("encrypted"):
        assert verdict(path) == "encrypted"
    elif path.name.startswith(PICTURES_ONLY):
        assert verdict(path) == "scanned"
    else:
        assert verdict(path) == "read"


def test_two_columns_are_read_one_after_the_other():
    """Read across, lines of both columns would alternate, and hardly a sentence would end before the next begins."""
    body = parse_safely((SAMPLES / "026-latex-multicolumn__multicolumn.pdf").read_bytes(), "a.pdf").body

    paragraphs = [text for text in body.split("\n\n") if len(text) > 300 and not text.startswith("|")]

    assert len(paragraphs) >= 5
    assert all(text[0].isupper() and text.endswith(".") for text in paragraphs)
