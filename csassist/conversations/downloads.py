"""
Handing a customer's file out: as a download that no browser shows, runs or guesses at, whatever is in it.

It is never shown in place, not even a picture: what a page wants to draw of one it draws on a canvas from the same
bytes, which runs nothing and needs no second way in.
"""

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from csassist.conversations.models import Attachment
from csassist.core.errors import NotFound


def download(attachment: Attachment) -> HttpResponse:
    """The whole file. Raises NotFound when it is no longer stored."""
    try:
        with attachment.content.open("rb") as stored:
            content = stored.read()
    except FileNotFoundError as error:
        raise NotFound(_("This attachment does not exist.")) from error
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = str(content_disposition_header(True, attachment.name))
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
