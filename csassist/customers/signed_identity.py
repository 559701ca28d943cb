"""
What the company's own site says about who is in front of a browser: a short-lived JWT, signed with the widget secret.

Nothing is believed but a token that names one algorithm, our audience, a customer number, a name of its own and a life
of at most a quarter of an hour. The e-mail address in it is contact information like any other: only the number says
which customer it is.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import jwt
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from csassist.core.errors import AppError

ALGORITHM = "HS256"
AUDIENCE = "csassist-widget"
SHORTEST_SECRET_BYTES = 32
LONGEST_LIFE = timedelta(minutes=15)
CLOCK_SKEW = timedelta(seconds=30)
TOKEN_MAX_CHARACTERS = 4_096
NUMBER_MAX_CHARACTERS = 100
NAME_MAX_CHARACTERS = 150
LANGUAGES = ("en", "zh")

Flaw = Literal["off", "unreadable", "signature", "audience", "expired", "not_yet_valid", "lifetime", "claims", "ended"]


class NotProven(AppError):
    """A customer token that proves nothing. `extra["reason"]` is a Flaw, for whoever builds the host page."""

    code = "not_authenticated"
    http_status = 401

    def __init__(self, reason: Flaw) -> None:
        super().__init__(_("You could not be signed in here. Please reload the page."), reason=reason)


@dataclass(frozen=True)
class ProvenCustomer:
    """
    Who a valid token names. Empty texts were not said.

    `proof_digest` is the SHA-256 of the customer number and the token's own name (`jti`): what was ended under that
    name cannot be begun again, however it is signed anew.
    """

    external_id: str
    name: str
    email: str
    language: str
    proof_digest: str
    expires_at: datetime


def prove(token: str, *, secret: str | None = None) -> ProvenCustomer:
    """The customer that the token names. Raises NotProven for anything but a valid one."""
    key = settings.CSASSIST_WIDGET_SECRET if secret is None else secret
    if len(key.encode()) < SHORTEST_SECRET_BYTES:
        raise NotProven("off")
    if len(token) > TOKEN_MAX_CHARACTERS or token.count(".") != 2 or not token.isascii():
        raise NotProven("unreadable")
    _require_one_reading(token)
    claims = _verified(token, key)
    if claims["exp"] - claims["iat"] > LONGEST_LIFE.total_seconds() or claims["exp"] <= claims["iat"]:
        raise NotProven("lifetime")
    number = _number(claims["sub"])
    return ProvenCustomer(
        external_id=number,
        name=_text(claims, "name", NAME_MAX_CHARACTERS),
        email=_email(claims),
        language=_language(claims),
        proof_digest=hashlib.sha256(f"{number}\0{_number(claims['jti'])}".encode()).hexdigest(),
        expires_at=datetime.fromtimestamp(claims["exp"], tz=UTC),
    )


def _require_one_reading(token: str) -> None:
    """
    Refuse what two readers could read differently: a part that is spelt in another way, or a name that stands twice.
    """
    for part in token.split("."):
        try:
            content = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        except (binascii.Error, ValueError) as error:
            raise NotProven("unreadable") from error
        if base64.urlsafe_b64encode(content).rstrip(b"=").decode() != part:
            raise NotProven("unreadable")
    for part in token.split(".")[:2]:
        try:
            json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)), object_pairs_hook=_once_each)
        except (ValueError, RecursionError) as error:
            raise NotProven("unreadable") from error


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A name stands twice.")
    return found


def _verified(token: str, key: str) -> dict[str, Any]:
    """The claims, their signature, audience and times checked; `iat` and `exp` are whole numbers."""
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            leeway=CLOCK_SKEW,
            options={"require": ["sub", "iat", "exp", "aud", "jti"], "strict_aud": True},
        )
    except jwt.ExpiredSignatureError as error:
        raise NotProven("expired") from error
    except jwt.ImmatureSignatureError as error:
        raise NotProven("not_yet_valid") from error
    except jwt.InvalidAudienceError as error:
        raise NotProven("audience") from error
    except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError) as error:
        raise NotProven("signature") from error
    except (
        jwt.MissingRequiredClaimError,
        jwt.InvalidIssuedAtError,
        jwt.exceptions.InvalidSubjectError,
        jwt.exceptions.InvalidJTIError,
    ) as error:
        raise NotProven("claims") from error
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise NotProven("unreadable") from error
    if type(claims["iat"]) is not int or type(claims["exp"]) is not int:
        raise NotProven("claims")
    return claims


def _number(subject: str) -> str:
    """A customer number, or a token's name, exactly as signed: one that needed tidying could be another one."""
    if not subject or subject != subject.strip() or not subject.isprintable() or len(subject) > NUMBER_MAX_CHARACTERS:
        raise NotProven("claims")
    return subject


def _text(claims: dict[str, Any], name: str, most_characters: int) -> str:
    value = claims.get(name) or ""
    if not isinstance(value, str):
        raise NotProven("claims")
    return "".join(one for one in " ".join(value.split()) if one.isprintable())[:most_characters].strip()


def _email(claims: dict[str, Any]) -> str:
    """An address that cannot be one is left out; it must not keep its owner from asking."""
    email = _text(claims, "email", 254)
    try:
        validate_email(email)
    except ValidationError:
        return ""
    return email


def _language(claims: dict[str, Any]) -> str:
    language = _text(claims, "language", 16).lower().partition("-")[0]
    return language if language in LANGUAGES else ""
