"""What a request to the event routes carries: its JSON, its key, and the customer it proves."""

import base64
import binascii
import json
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import RawPostDataException
from django.utils.translation import gettext as _

from csassist.audit.context import Actor, current_actor
from csassist.core.errors import AppError, InvalidInput
from csassist.customers.intake.keys import source_of
from csassist.customers.models import EventSource
from csassist.customers.signed_identity import prove

MOST_BYTES: Final = 500_000


class BadKey(AppError):
    """No key, or one that opens nothing."""

    code = "not_authenticated"
    http_status = 401


class BodyTooLarge(AppError):
    code = "too_large"
    http_status = 413


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body, whatever its type says: a beacon can only send plain text. Raises AppError."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise _too_large()
    try:
        content = request.body
    except RequestDataTooBig as error:
        raise _too_large() from error
    except RawPostDataException as error:
        raise InvalidInput(_("The body must be a JSON object.")) from error
    if len(content) > MOST_BYTES:
        raise _too_large()
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(_("The body must be a JSON object.")) from error
    if not isinstance(value, dict):
        raise InvalidInput(_("The body must be a JSON object."))
    return value


def authenticated_source(request: HttpRequest, body: dict[str, Any]) -> EventSource:
    """
    The source whose key stands in the Authorization header (Basic user name or Bearer) or, for a beacon, in the body.

    Raises BadKey. What follows is on the audit record as done by this source.
    """
    source = source_of(_key(request.headers.get("Authorization", ""), body.get("writeKey")))
    if source is None:
        raise BadKey(_("This key is not valid. It may have been revoked."))
    current_actor.set(Actor(kind="event_source", identifier=str(source.public_id), name=source.name))
    return source


def proven_number(source: EventSource, body: dict[str, Any]) -> str:
    """The customer number that the request's signed customer token names; empty without one. Raises NotProven."""
    token = body.get("customerToken")
    if not source.is_public or not isinstance(token, str) or not token:
        return ""
    return prove(token).external_id


def _key(header: str, in_body: object) -> str:
    scheme, _blank, credentials = header.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(credentials.strip(), validate=True).decode().partition(":")[0]
        except (binascii.Error, ValueError):
            return ""
    return in_body if isinstance(in_body, str) else ""


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(_("This is too much at once."), most_bytes=MOST_BYTES)
