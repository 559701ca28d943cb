"""
How a request is signed, in the manner of Standard Webhooks, and how the system that is asked checks it.

Signed are the method, the path and the query as they are sent, the moment, and the number of the customer it is about,
each on a line of its own: none of them can hold a line break. A signature is good for a few minutes, and for no other
customer. Only the standard library is needed, so the check can be copied.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

HEADER_ID = "Csassist-Id"
HEADER_TIMESTAMP = "Csassist-Timestamp"
HEADER_CUSTOMER = "Csassist-Customer"
HEADER_SIGNATURE = "Csassist-Signature"
VERSION = "v1"
SHORTEST_SECRET_BYTES = 32
TOLERANCE_SECONDS = 300


@dataclass(frozen=True)
class Signed:
    """What a signature speaks for. `customer` is the company's number, "" when nobody in particular is asked about."""

    id: str
    timestamp: int
    method: str
    url: str
    customer: str

    @property
    def content(self) -> bytes:
        parts = urlsplit(self.url)
        lines = (self.id, str(self.timestamp), self.method, parts.path or "/", parts.query, in_header(self.customer))
        return "\n".join(lines).encode()

    def headers(self, secret: str) -> Mapping[str, str]:
        return {
            HEADER_ID: self.id,
            HEADER_TIMESTAMP: str(self.timestamp),
            HEADER_CUSTOMER: in_header(self.customer),
            HEADER_SIGNATURE: f"{VERSION},{base64.b64encode(_digest(self.content, secret)).decode()}",
        }


def checked_customer(method: str, url: str, headers: Mapping[str, str], *, secret: str, now: float) -> str | None:
    """For whom a request is signed; None when it is not, or not with this secret and just now."""
    moment, signed = headers.get(HEADER_TIMESTAMP, ""), headers.get(HEADER_SIGNATURE, "")
    if not (moment.isascii() and moment.isdigit()) or abs(now - int(moment)) > TOLERANCE_SECONDS:
        return None
    customer = unquote(headers.get(HEADER_CUSTOMER, ""))
    content = Signed(headers.get(HEADER_ID, ""), int(moment), method, url, customer).content
    version, _comma, given = signed.partition(",")
    try:
        is_right = hmac.compare_digest(base64.b64decode(given, validate=True), _digest(content, secret))
    except (binascii.Error, ValueError):
        return None
    return customer if version == VERSION and is_right else None


def in_header(customer: str) -> str:
    """A customer number as a header can carry it, whatever signs it has."""
    return quote(customer, safe="")


def _digest(content: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode(), content, hashlib.sha256).digest()
