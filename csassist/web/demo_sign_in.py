"""
The demo page in the part of the company's own site: it says which of the demo's customers is in front of it.

A real site signs this after its own login (docs/how-to/embed-the-widget.md). The demo has no login, listens on loopback
only and has a secret of its own; production has no such page.
"""

import time
import uuid

import jwt
from django.conf import settings

from csassist.customers.models import Customer
from csassist.customers.signed_identity import ALGORITHM, AUDIENCE, SHORTEST_SECRET_BYTES

TOKEN_LIFE_SECONDS = 600


def may_sign_in() -> bool:
    """Whether there is a secret to sign with."""
    return len(settings.CSASSIST_WIDGET_SECRET.encode()) >= SHORTEST_SECRET_BYTES


def demo_customers() -> list[Customer]:
    """Those whom somebody may play, by their number."""
    known = Customer.objects.filter(is_anonymous=False).exclude(external_id="")
    return list(known.order_by("external_id")) if may_sign_in() else []


def customer_token(customer: Customer) -> str:
    """What a site's server would make for its page."""
    now = int(time.time())
    claims = {
        "sub": customer.external_id,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + TOKEN_LIFE_SECONDS,
        "jti": str(uuid.uuid4()),
        "name": customer.name,
    }
    return jwt.encode(claims, settings.CSASSIST_WIDGET_SECRET, algorithm=ALGORITHM)
