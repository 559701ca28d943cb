"""
Asking the company's system: the request as it goes out, the call within its deadline, and what became of it.

Who it is about comes from the proven customer alone. Everything that can go wrong is a verdict, never an exception: the
customer is told that it cannot be looked up now, and staff see why.
"""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings

from csassist.assistant.lookups.definitions import Definition, Parameter
from csassist.assistant.lookups.reply import Reading, read_reply
from csassist.assistant.lookups.signing import SHORTEST_SECRET_BYTES, Signed
from csassist.assistant.models import LookUpCall
from csassist.core.logs import emit
from csassist.core.outbound import FailureReason, Fetched, FetchFailed, FetchLimits, FetchRefused, OutboundPolicy, fetch
from csassist.customers.models import Customer
from csassist.env import BadSetting, env_secret
from prompts.templating import render, variables_of

Verdict = LookUpCall.Verdict
JSON_TYPES = frozenset({"application/json"})
SECRET_PREFIX = "CSASSIST_LOOKUP_SECRET_"  # noqa: S105 -- the beginning of a variable's name
NOTHING_THERE = frozenset({404, 410})
_VERDICT_OF_REFUSAL = {
    "too_large": Verdict.TOO_LARGE,
    "content_type": Verdict.BAD_REPLY,
    "redirects": Verdict.BAD_REPLY,
}


@dataclass(frozen=True)
class Request:
    """What goes out. `secret` signs it and is shown to nobody."""

    url: str
    signed: Signed
    secret: str

    @property
    def headers(self) -> Mapping[str, str]:
        return self.signed.headers(self.secret)


@dataclass(frozen=True)
class Outcome:
    """
    What became of a look-up. `reading` has results only when `verdict` is OK; `body` is for whoever tries a look-up.
    """

    verdict: Verdict
    reading: Reading
    detail: str = ""
    status: int | None = None
    milliseconds: int | None = None
    request: Request | None = None
    body: bytes = b""


def ask(definition: Definition, values: Mapping[str, str], customer: Customer | None) -> Outcome:
    """
    Ask for what `values` name, about this customer; None where nobody in particular is asked about.

    Raises nothing: an address that may not be asked, a secret that is not there, a system that hangs, breaks off,
    refuses or lies are verdicts.
    """
    secret = secret_of(definition.secret_name)
    if not secret:
        return Outcome(Verdict.MISCONFIGURED, Reading(), "secret")
    if unknown := [one.name for one in definition.parameters if one.is_needed and not _value(one, values, customer)]:
        return Outcome(Verdict.MISCONFIGURED, Reading(), unknown[0])
    request = request_for(definition, values, customer, secret=secret)
    started = time.monotonic()
    outcome = _call(definition, request)
    if outcome.verdict == Verdict.OK:
        reading = read_reply(outcome.body, definition, customer.external_id if customer else "", values)
        outcome = replace(outcome, verdict=Verdict(reading.verdict), reading=reading, detail=reading.detail)
    milliseconds = round((time.monotonic() - started) * 1000)
    emit(
        "lookup.called",
        lookup=definition.key,
        verdict=outcome.verdict.value,
        status=outcome.status,
        milliseconds=milliseconds,
    )
    return replace(outcome, milliseconds=milliseconds, request=request)


def request_for(
    definition: Definition, values: Mapping[str, str], customer: Customer | None, *, secret: str
) -> Request:
    """The signed request. A value stands in it percent-encoded, so that it can be nothing but that one value."""
    bound = {one.name: text for one in definition.parameters if (text := _value(one, values, customer))}
    parts = urlsplit(definition.url)
    encoded = {name: quote(text, safe="") for name, text in bound.items()}
    path = render(parts.path, encoded)
    in_path = variables_of(parts.path)
    added = {name: text for name, text in bound.items() if name not in in_path}
    query = "&".join(part for part in (parts.query, urlencode(added, quote_via=quote, safe="")) if part)
    url = parts._replace(path=path, query=query).geturl()
    number = customer.external_id if customer is not None and definition.requires_verification else ""
    return Request(url, Signed(str(uuid.uuid4()), int(time.time()), "GET", url, number), secret)


def secret_of(name: str) -> str:
    """The key in the variable of that name; "" when it is not there, cannot be read or could be guessed."""
    try:
        secret = env_secret(f"{SECRET_PREFIX}{name}")
    except BadSetting:
        return ""
    return secret if len(secret.encode()) >= SHORTEST_SECRET_BYTES else ""


def _value(parameter: Parameter, values: Mapping[str, str], customer: Customer | None) -> str:
    if parameter.source == "message":
        return values.get(parameter.name, "")
    if customer is None:
        return ""
    return customer.external_id if parameter.kind == "customer_number" else customer.email


def _call(definition: Definition, request: Request) -> Outcome:
    limits = FetchLimits(
        content_types=JSON_TYPES,
        max_bytes=definition.max_bytes,
        timeout_seconds=definition.deadline_seconds,
        max_redirects=0,
    )
    try:
        answer: Fetched = fetch(request.url, limits=limits, policy=_policy(request.url), headers=request.headers)
    except FetchRefused as error:
        verdict = _VERDICT_OF_REFUSAL.get(error.reason, Verdict.MISCONFIGURED)
        return Outcome(verdict, Reading(), error.reason)
    except FetchFailed as error:
        return Outcome(_verdict_of_failure(error.reason, error.status), Reading(), error.reason, error.status)
    return Outcome(Verdict.OK, Reading(), status=answer.status, body=answer.body)


def _verdict_of_failure(reason: FailureReason, status: int | None) -> Verdict:
    if reason == "timeout":
        return Verdict.TIMED_OUT
    if status in NOTHING_THERE:
        return Verdict.NOT_FOUND
    return Verdict.REFUSED if status is not None and 400 <= status < 500 else Verdict.FAILED


def _policy(url: str) -> OutboundPolicy:
    """
    A system of the company may be private and speak plain http where the operator lists it for look-ups; what may be
    imported from says nothing about that.
    """
    policy = OutboundPolicy(allowed_hosts=frozenset(host.lower() for host in settings.CSASSIST_LOOKUP_HOSTS))
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return replace(policy, allow_http=policy.lists(parts.hostname or "", port))
