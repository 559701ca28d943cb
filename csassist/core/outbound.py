"""
The one HTTP client for addresses that people type in: pages and files to import, systems of the company to ask.

A name is resolved once, every address it has must be public, and the connection goes to that very address while TLS and
the Host header keep the name; so a name that changes its address between check and use gains nothing. Redirects are
followed here, each checked like the first address. Time, size, type and compression are bounded.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal, Self

import httpcore
import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from csassist import __version__
from csassist.core.addresses import is_disguised_address, is_public
from csassist.core.errors import InvalidInput, Unavailable
from csassist.core.outbound_connection import (
    BodyTooLarge,
    BodyUnreadable,
    Deadline,
    PinnedBackend,
    Resolve,
    read_body,
    resolve_by_system,
    resolve_in_time,
)

RefusalReason = Literal[
    "url", "scheme", "userinfo", "port", "host", "address", "redirects", "content_type", "too_large"
]
FailureReason = Literal["name", "connect", "tls", "timeout", "protocol", "status"]

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
FILE_TYPES = frozenset(
    {
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "text/csv",
        "text/markdown",
        "text/plain",
    }
)

_DEFAULT_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_URL = 2_000


class FetchRefused(InvalidInput):
    """The address may not be asked, or its answer not be used. `reason` is stable; the message says what to change."""

    code = "fetch_refused"

    def __init__(self, message: str, *, reason: RefusalReason) -> None:
        super().__init__(message, reason=reason)
        self.reason: RefusalReason = reason


class FetchFailed(Unavailable):
    """The other side did not answer as it should; another try may succeed. `status` is its HTTP status, if any."""

    code = "fetch_failed"

    def __init__(self, message: str, *, reason: FailureReason, status: int | None = None) -> None:
        super().__init__(message, reason=reason, status=status)
        self.reason: FailureReason = reason
        self.status = status


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bounds of one fetch; None takes the installation's own."""

    content_types: frozenset[str] = PAGE_TYPES | FILE_TYPES
    max_bytes: int | None = None
    timeout_seconds: float | None = None
    max_redirects: int = 3


@dataclass(frozen=True, slots=True)
class Fetched:
    """
    One answer. `body` is decompressed; `content_type` is lower case without parameters.

    The status is 2xx, or 304 with an empty body when the caller named a version it already has.
    """

    url: str
    final_url: str
    status: int
    content_type: str
    charset: str | None
    body: bytes
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class OutboundPolicy:
    """
    What this installation lets out.

    `allowed_hosts` ("host" or "host:port") may have private addresses and use the port they name.
    """

    allowed_hosts: frozenset[str] = frozenset()
    allow_http: bool = False
    timeout_seconds: float = 15.0
    max_bytes: int = 10_000_000
    resolve: Resolve = field(default=resolve_by_system)

    @classmethod
    def from_settings(cls) -> Self:
        return cls(
            allowed_hosts=frozenset(host.lower() for host in settings.CSASSIST_OUTBOUND_ALLOWED_HOSTS),
            allow_http=settings.CSASSIST_OUTBOUND_ALLOW_HTTP,
            timeout_seconds=settings.CSASSIST_OUTBOUND_TIMEOUT_SECONDS,
            max_bytes=settings.CSASSIST_OUTBOUND_MAX_BYTES,
        )

    def lists(self, host: str, port: int) -> bool:
        """Whether the operator named this host and port; a bare host covers the two standard ports."""
        name = f"[{host}]" if ":" in host else host
        if f"{name}:{port}" in self.allowed_hosts:
            return True
        return port in _DEFAULT_PORTS.values() and bool({name, host} & self.allowed_hosts)


@dataclass(frozen=True, slots=True)
class _Fetch:
    """What stays the same over all redirects of one fetch."""

    url: str
    headers: tuple[tuple[str, str], ...]
    policy: OutboundPolicy
    content_types: frozenset[str]
    max_bytes: int
    deadline: Deadline


def fetch(
    url: str,
    *,
    limits: FetchLimits | None = None,
    policy: OutboundPolicy | None = None,
    etag: str | None = None,
    last_modified: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """
    GET one URL. Raises FetchRefused when it may not be asked or its answer not be used, FetchFailed when it fails.

    With `etag` or `last_modified` of an earlier answer, the result may have status 304 and no body. `headers` go out
    beside our own, also to where the address redirects: forbid redirects when they are nobody else's business.
    """
    limits = limits or FetchLimits()
    policy = policy or OutboundPolicy.from_settings()
    job = _Fetch(
        url=url,
        headers=(*_request_headers(limits.content_types, etag, last_modified), *(headers or {}).items()),
        policy=policy,
        content_types=limits.content_types,
        max_bytes=limits.max_bytes or policy.max_bytes,
        deadline=Deadline.after(limits.timeout_seconds or policy.timeout_seconds),
    )
    target = _checked_url(url, policy)
    for _redirects in range(limits.max_redirects + 1):
        answer = _ask(target, job)
        if isinstance(answer, Fetched):
            return answer
        target = _checked_redirect(target, answer, policy)
    message = _("The address redirects more than %(count)d times.") % {"count": limits.max_redirects}
    raise FetchRefused(message, reason="redirects")


def _checked_url(url: str, policy: OutboundPolicy) -> httpx.URL:
    """The parsed address, after every check that needs no name look-up."""
    if len(url) > _LONGEST_URL or "\\" in url or any(character.isspace() or character < " " for character in url):
        raise FetchRefused(_("This is not a web address."), reason="url")
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise FetchRefused(_("This is not a web address."), reason="url") from error
    if parsed.scheme not in _DEFAULT_PORTS or not parsed.host:
        raise FetchRefused(_("The address must begin with https://."), reason="scheme")
    if parsed.scheme == "http" and not policy.allow_http:
        message = _("The address must begin with https://. (CSASSIST_OUTBOUND_ALLOW_HTTP permits http.)")
        raise FetchRefused(message, reason="scheme")
    if parsed.userinfo:
        raise FetchRefused(_("The address must not contain a user name or password."), reason="userinfo")
    host = parsed.raw_host.decode("ascii")
    if is_disguised_address(host):
        raise FetchRefused(_("%(host)s is not a host name.") % {"host": parsed.host[:80]}, reason="host")
    port = _port(parsed)
    if port not in _DEFAULT_PORTS.values() and not policy.lists(parsed.host, port):
        message = _("Port %(port)d is not allowed. (CSASSIST_OUTBOUND_ALLOWED_HOSTS can name host and port.)")
        raise FetchRefused(message % {"port": port}, reason="port")
    return parsed.copy_with(fragment=None)


def _checked_redirect(source: httpx.URL, location: str, policy: OutboundPolicy) -> httpx.URL:
    try:
        target = source.join(location)
    except httpx.InvalidURL as error:
        raise FetchRefused(_("The address redirects to something that is no web address."), reason="url") from error
    if source.scheme == "https" and target.scheme == "http":
        raise FetchRefused(_("The address redirects from https to http."), reason="scheme")
    return _checked_url(str(target), policy)


def _port(url: httpx.URL) -> int:
    return _DEFAULT_PORTS[url.scheme] if url.port is None else url.port


def _addresses(url: httpx.URL, job: _Fetch) -> tuple[str, ...]:
    """Where the name leads now; all of it must be public unless the operator listed the host."""
    host, port = url.raw_host.decode("ascii"), _port(url)
    try:
        addresses = resolve_in_time(job.policy.resolve, host, port, job.deadline)
    except TimeoutError as error:
        raise FetchFailed(_timeout_message(url), reason="timeout") from error
    except OSError as error:
        message = _("The name %(host)s is not known.") % {"host": url.host}
        raise FetchFailed(message, reason="name") from error
    if job.policy.lists(url.host, port):
        return addresses
    if not addresses or not all(is_public(address) for address in addresses):
        message = _(
            "%(host)s does not lead to a public address. If it is yours, list it in CSASSIST_OUTBOUND_ALLOWED_HOSTS."
        )
        raise FetchRefused(message % {"host": url.host}, reason="address")
    return addresses


def _ask(url: httpx.URL, job: _Fetch) -> Fetched | str:
    """The answer of one address, or where it redirects to."""
    backend = PinnedBackend(_addresses(url, job), job.deadline)
    pool = httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend, max_connections=1)
    try:
        with pool, pool.stream("GET", str(url), headers=list(job.headers)) as response:
            return _read(url, response, job)
    except (TimeoutError, httpcore.TimeoutException) as error:
        raise FetchFailed(_timeout_message(url), reason="timeout") from error
    except httpcore.ConnectError as error:
        if isinstance(error.__context__, ssl.SSLError):
            message = _("The certificate of %(host)s cannot be verified.") % {"host": url.host}
            raise FetchFailed(message, reason="tls") from error
        raise FetchFailed(_("%(host)s cannot be reached.") % {"host": url.host}, reason="connect") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, BodyUnreadable) as error:
        message = _("%(host)s broke off or sent something that is not HTTP.") % {"host": url.host}
        raise FetchFailed(message, reason="protocol") from error
    except BodyTooLarge as error:
        message = _("What %(host)s sends is larger than %(limit).1f MB.")
        facts = {"host": url.host, "limit": job.max_bytes / 1_000_000}
        raise FetchRefused(message % facts, reason="too_large") from error


def _read(url: httpx.URL, response: httpcore.Response, job: _Fetch) -> Fetched | str:
    headers = httpx.Headers(response.headers)
    content_type, charset = _content_type(headers.get("content-type", ""))
    location = headers.get("location")
    if response.status in _REDIRECTS and location:
        return str(location)
    answer = Fetched(
        url=job.url,
        final_url=str(url),
        status=response.status,
        content_type=content_type,
        charset=charset,
        body=b"",
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
    )
    if response.status == httpx.codes.NOT_MODIFIED and _is_conditional(job):
        return answer
    if not 200 <= response.status < 300:
        message = _("%(host)s answered with the status %(status)d.") % {"host": url.host, "status": response.status}
        raise FetchFailed(message, reason="status", status=response.status)
    if content_type not in job.content_types:
        message = _("%(host)s sends %(type)s; accepted are: %(accepted)s.")
        accepted = ", ".join(sorted(job.content_types))
        facts = {"host": url.host, "type": content_type[:80] or _("no content type"), "accepted": accepted}
        raise FetchRefused(message % facts, reason="content_type")
    body = read_body(response.iter_stream(), headers.get("content-encoding", ""), job.max_bytes)
    return replace(answer, body=body)


def _content_type(header: str) -> tuple[str, str | None]:
    """The type in lower case and its charset, if it names one."""
    name, *parameters = header.split(";")
    charset = next(
        (value for key, _eq, value in (p.partition("=") for p in parameters) if key.strip() == "charset"), ""
    )
    return name.strip().lower(), charset.strip(" \"'").lower() or None


def _request_headers(
    content_types: frozenset[str], etag: str | None, last_modified: str | None
) -> tuple[tuple[str, str], ...]:
    conditions = (("If-None-Match", etag), ("If-Modified-Since", last_modified))
    return (
        ("User-Agent", f"csassist/{__version__}"),
        ("Accept", ", ".join(sorted(content_types))),
        ("Accept-Encoding", "gzip, deflate"),
        ("Connection", "close"),
        *((name, value) for name, value in conditions if value),
    )


def _is_conditional(job: _Fetch) -> bool:
    return any(name.startswith("If-") for name, _value in job.headers)


def _timeout_message(url: httpx.URL) -> str:
    return _("%(host)s did not answer in time.") % {"host": url.host}


@cache
def _tls() -> ssl.SSLContext:
    """One context for the process: loading the certificate authorities takes some 20 ms."""
    return httpx.create_ssl_context()
