"""What a host site does: signs who its customer is."""

import time
import uuid
from typing import Any

import jwt

SECRET = "the-host-site-and-csassist-share-this-one-0123456789-abcdefghijklmnop"


def customer_token(subject: str = "LH-1001", *, secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    """A token as the host site makes it; a claim given as None is left out."""
    now = int(time.time())
    usual = {"sub": subject, "aud": "csassist-widget", "iat": now, "exp": now + 600, "jti": str(uuid.uuid4())}
    return jwt.encode(
        {name: value for name, value in (usual | claims).items() if value is not None}, secret, algorithm=algorithm
    )
