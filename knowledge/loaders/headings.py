"""Finds the heading that names a whole document."""

import re

_FENCE = re.compile(r"^(?:```|~~~)")
_TOP_HEADING = re.compile(r"^#\s+(\S.*)$")
_CHAPTER_NUMBER = re.compile(
    r"\d+(?:\.\d+)*[.)]?\s|第[一二三四五六七八九十百\d]+[章节節条條篇部]|[一二三四五六七八九十]{1,3}、"
    r"|(?:chapter|section) \d",
    re.IGNORECASE,
)


def main_heading(body: str) -> str | None:
    """The first level-one heading outside code; None where it is only the first of several numbered chapters."""
    found: list[str] = []
    fenced = False
    for line in body.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and (heading := _TOP_HEADING.match(line)):
            found.append(heading[1].rstrip().rstrip("#").rstrip())
    if not found or (len(found) > 1 and _CHAPTER_NUMBER.match(found[0])):
        return None
    return found[0]
