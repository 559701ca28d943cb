"""A rule between settings: what breaks it and what to change then."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import LazySettings
from django.core.checks import CheckMessage

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Rule:
    id: str
    kind: Callable[..., CheckMessage]
    is_broken: Callable[[LazySettings], bool]
    message: str
    hint: str
    only_in_production: bool = False
