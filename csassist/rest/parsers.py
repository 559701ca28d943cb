"""JSON bodies that end: by size while they are read, and by depth before anything walks them."""

import io
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from csassist.core.errors import AppError

MOST_DEPTH = 20


class TooLarge(AppError):
    """The body is longer than the route reads."""

    code = "too_large"
    http_status = 413


class BoundedJSONParser(JSONParser):
    """JSON of at most `most_bytes` (None: DATA_UPLOAD_MAX_MEMORY_SIZE, which DRF does not look at by itself)."""

    most_bytes: int | None = None

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        most_bytes = self.most_bytes or settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most_bytes + 1)
        if len(body) > most_bytes:
            raise TooLarge(_("This is too much at once."), most_bytes=most_bytes)
        try:
            value = super().parse(io.BytesIO(body), media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("This JSON is nested too deeply.")) from error
        if _is_deeper(value, MOST_DEPTH):
            raise ParseError(_("This JSON is nested too deeply."))
        return value


class CustomerJSONParser(BoundedJSONParser):
    """What a customer sends is one message at most: with every character escaped it fits easily."""

    most_bytes = 65_536


def _is_deeper(value: Any, most_depth: int) -> bool:
    level = [value]
    for _depth in range(most_depth + 1):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ())
        ]
        if not level:
            return False
    return True
