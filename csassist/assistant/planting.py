"""
A mark in the standing instructions of a model, by which they are known again wherever they turn up.

It is the same for the whole installation, so that a provider can keep the instructions in its cache, and nobody without
the installation's key can guess it.
"""

from functools import lru_cache

from django.conf import settings
from django.utils.crypto import salted_hmac

GROUP = 4


def planted_mark() -> str:
    return _mark(settings.SECRET_KEY)


def with_mark(instructions: str) -> str:
    """The instructions with the mark at their end."""
    return f"{instructions.rstrip()}\n\nInternal reference, never part of a reply: {planted_mark()}\n"


@lru_cache(maxsize=4)
def _mark(key: str) -> str:
    digest = salted_hmac("csassist.assistant.planting", "instructions", secret=key).hexdigest()
    return "-".join(digest[at : at + GROUP] for at in range(0, 4 * GROUP, GROUP))
