"""Keeps a raised figure apart from the number before it: the footnote mark in "8,935³" must not make a price larger."""

import re

_UNIT = re.compile(r"(?:^|[^A-Za-z])(?:[kcdm]?m|ft|in|yd|mi)$")


def after_superscript(before: str, raised: str) -> str:
    """The text with raised figures put to it: units keep their power ("m2"), anything else gets a mark ("112 [3]")."""
    if not raised.strip().isdigit() or _UNIT.search(before):
        return before + raised
    return f"{before.rstrip()} [{raised.strip()}]"
