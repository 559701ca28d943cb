"""
Bytes of an uploaded or fetched file -> `ParsedDocument`.

`load` is pure: no Django, no network, no disk. It is written to be run only inside the child process that
`knowledge.parsing` starts, because a hostile file can make any parser spin or swell.
"""

from knowledge.loaders.detection import ACCEPTED_EXTENSIONS, FileFormat, detect
from knowledge.loaders.dispatch import load
from knowledge.loaders.document import ParsedDocument, QaRow, Reason, Unparseable

__all__ = [
    "ACCEPTED_EXTENSIONS",
    "FileFormat",
    "ParsedDocument",
    "QaRow",
    "Reason",
    "Unparseable",
    "detect",
    "load",
]
