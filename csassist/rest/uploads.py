"""A door for one file: a multipart body whose file ends, while it is read, where the route says."""

from typing import Any

from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest
from django.utils.translation import gettext as _

from csassist.rest.parsers import TooLarge


class OneFileHandler(TemporaryFileUploadHandler):
    """Keeps one file of at most `most_bytes` on disk. Raises TooLarge for a longer one, or a second one."""

    def __init__(self, request: HttpRequest, *, most_bytes: int) -> None:
        super().__init__(request)
        self.most_bytes = most_bytes
        self.files_count = 0
        self.received_bytes = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.files_count += 1
        if self.files_count > 1:
            raise TooLarge(_("Please send one file at a time."))
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received_bytes += len(raw_data)
        if self.received_bytes > self.most_bytes:
            self.file.close()
            raise TooLarge(_("This file is too large."), most_bytes=self.most_bytes)
        super().receive_data_chunk(raw_data, start)


def take_one_file(request: HttpRequest, *, most_bytes: int) -> None:
    """Read the body of this request in that way, whoever reads it first: also a check of its CSRF token does."""
    request.upload_handlers = [OneFileHandler(request, most_bytes=most_bytes)]
