"""Settings of mails that must fit together; `csassist/checks.py` runs them with the others."""

from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import LazySettings
from django.core.checks import Error, Warning

from csassist.core.setting_rules import LOOPBACK_HOSTS, Rule


def _is_no_sender(s: LazySettings) -> bool:
    address = parseaddr(s.DEFAULT_FROM_EMAIL)[1]
    return "@" not in address or address.endswith(".example")  # the demo company's, where nobody is


def _is_no_public_address(s: LazySettings) -> bool:
    parts = urlsplit(s.CSASSIST_PUBLIC_URL)
    has_rest = parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None
    return bool(s.CSASSIST_PUBLIC_URL) and (
        parts.scheme not in {"http", "https"} or not parts.hostname or bool(has_rest)
    )


DELIVERY: tuple[Rule, ...] = (
    Rule(
        "E070",
        Error,
        lambda s: s.CSASSIST_EMAIL == "smtp" and (not s.EMAIL_HOST or _is_no_sender(s)),
        "Mails have no server to go to or no sender.",
        "CSASSIST_EMAIL=smtp needs CSASSIST_EMAIL_HOST and CSASSIST_EMAIL_FROM, an address of yours.",
    ),
    Rule(
        "E071",
        Error,
        lambda s: s.CSASSIST_EMAIL == "smtp" and s.CSASSIST_EMAIL_TLS == "none" and s.EMAIL_HOST not in LOOPBACK_HOSTS,
        "Mails, and the password of the mail account, would cross the network in the clear.",
        "Set CSASSIST_EMAIL_TLS to starttls or implicit, or use a mail server on this machine.",
    ),
    Rule(
        "E072",
        Error,
        lambda s: 2 * s.CSASSIST_DELIVERY_DEADLINE_SECONDS > s.CSASSIST_DELIVERY_LEASE_SECONDS,
        "A message could lose its lease while it is being sent.",
        "Make CSASSIST_DELIVERY_LEASE_SECONDS at least twice CSASSIST_DELIVERY_DEADLINE_SECONDS.",
    ),
    Rule(
        "E073",
        Error,
        _is_no_public_address,
        "Links in mails would lead nowhere.",
        "CSASSIST_PUBLIC_URL is scheme and host, such as https://help.example.com, without a path.",
    ),
    Rule(
        "W074",
        Warning,
        lambda s: s.CSASSIST_EMAIL != "smtp",
        "No mail leaves this installation.",
        "Set CSASSIST_EMAIL=smtp and a mail server.",
        only_in_production=True,
    ),
    Rule(
        "E075",
        Error,
        lambda s: s.CSASSIST_EMAIL == "smtp" and not s.CSASSIST_PUBLIC_URL.startswith("https://"),
        "Links in mails would lead to the reader's own machine, or could be read on their way.",
        "Set CSASSIST_PUBLIC_URL to the public address, beginning with https://.",
        only_in_production=True,
    ),
)
