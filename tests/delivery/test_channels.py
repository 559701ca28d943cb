"""
The contract of a channel, held by every one of them, and what is particular to e-mail.

A message is accepted with an id; a failure says whether it surely was not; nothing but ChannelError comes out; no call
is longer than its deadline.
"""

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.test import override_settings

from csassist.delivery.channels import Channel, ChannelError, Outgoing, channels
from csassist.delivery.channels.email import EmailChannel, message_id
from csassist.delivery.channels.fake import FakeChannel
from csassist.delivery.models import StoredMail
from tests.delivery.smtp_server import MailServer

DEADLINE_SECONDS = 0.3
MESSAGE = Outgoing(
    effect_key="order:12:shipped",
    recipient="ana@example.com",
    subject="Your order 包裹",
    text="It left today.\n今天发出。",
    html="<p>It left today.</p>",
)
SMTP = {
    "EMAIL_BACKEND": "csassist.delivery.channels.smtp.SmtpBackend",
    "EMAIL_HOST": "127.0.0.1",
    "EMAIL_USE_TLS": False,
    "EMAIL_TIMEOUT": 5.0,
    "DEFAULT_FROM_EMAIL": "Larkhouse <help@larkhouse.example>",
}


@dataclass(frozen=True)
class Harness:
    """A channel and how many messages its other side has taken."""

    channel: Channel
    accepted_count: Callable[[], int]


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server, override_settings(**SMTP, EMAIL_PORT=server.server_address[1]):
        yield server


@pytest.fixture(params=["fake", "smtp"])
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Harness:
    if request.param == "fake":
        fake = FakeChannel("fake", tmp_path / "accepted")
        return Harness(fake, lambda: len(fake.accepted()))
    server: MailServer = request.getfixturevalue("mail_server")
    return Harness(EmailChannel(), lambda: len(server.accepted))


def failure(channel: Channel, recipient: str) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        channel.send(replace(MESSAGE, recipient=f"{recipient}@example.com"), deadline_seconds=DEADLINE_SECONDS)
    return caught.value


def test_an_accepted_message_has_an_id_that_is_the_same_in_every_attempt(harness: Harness):
    first = harness.channel.send(MESSAGE, deadline_seconds=5.0)
    second = harness.channel.send(MESSAGE, deadline_seconds=5.0)
    other = harness.channel.send(replace(MESSAGE, effect_key="order:13:shipped"), deadline_seconds=5.0)

    assert first.provider_message_id == second.provider_message_id != other.provider_message_id
    assert first.provider_message_id
    assert harness.accepted_count() == 3


@pytest.mark.parametrize(
    ("behaviour", "kind", "accepted_count"),
    [("busy", "transient", 0), ("refused", "permanent", 0), ("lost", "ambiguous", 1)],
)
def test_a_failure_says_whether_the_message_was_surely_not_taken(harness, behaviour, kind, accepted_count):
    error = failure(harness.channel, behaviour)

    assert (error.kind, harness.accepted_count()) == (kind, accepted_count)
    assert error.problem
    assert len(error.problem) <= 64


def test_no_call_is_longer_than_its_deadline(harness: Harness):
    began = time.monotonic()
    error = failure(harness.channel, "deaf" if harness.channel.name == "email" else "slow-3")

    assert time.monotonic() - began < DEADLINE_SECONDS + 1
    assert (error.kind, error.is_of_channel, harness.accepted_count()) == ("transient", True, 0)


@pytest.mark.parametrize(
    ("behaviour", "kind", "problem", "is_of_channel"),
    [
        ("busy", "transient", "smtp_450", False),
        ("refused", "permanent", "smtp_550", False),
        ("later", "transient", "smtp_451", False),
        ("spam", "permanent", "smtp_554", False),
        ("cut", "transient", "unreachable", True),
        ("silent", "ambiguous", "no_answer", True),
    ],
)
def test_smtp_is_in_doubt_only_once_the_content_has_left(mail_server, behaviour, kind, problem, is_of_channel):
    error = failure(EmailChannel(), behaviour)

    assert (error.kind, error.problem, error.is_of_channel) == (kind, problem, is_of_channel)


def test_a_server_that_fails_only_at_saying_goodbye_has_taken_the_mail(mail_server: MailServer):
    mail_server.is_rude = True

    assert EmailChannel().send(MESSAGE, deadline_seconds=5.0).provider_message_id
    assert len(mail_server.accepted) == 1


def test_a_server_that_refuses_the_sender_would_refuse_every_message(mail_server: MailServer):
    mail_server.refuses_sender = True

    assert failure(EmailChannel(), "ana").is_of_channel


def test_a_server_that_is_not_there_took_nothing():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with override_settings(**SMTP, EMAIL_PORT=port):
        error = failure(EmailChannel(), "ana")

    assert (error.kind, error.is_of_channel) == ("transient", True)


@override_settings(EMAIL_HOST_USER="help", EMAIL_HOST_PASSWORD="a secret of ours")
def test_without_tls_nothing_is_said_to_the_server(mail_server: MailServer):
    with override_settings(EMAIL_USE_TLS=True):
        error = failure(EmailChannel(), "ana")

    assert (error.kind, error.problem) == ("transient", "no_tls_offered")
    assert {line.split()[0].lower() for line in mail_server.lines} <= {"ehlo", "quit"}


def test_a_certificate_of_nobody_known_is_as_good_as_none(tmp_path: Path):
    with MailServer(tls=own_certificate(tmp_path)) as server:
        address = SMTP | {"EMAIL_PORT": server.server_address[1], "EMAIL_USE_TLS": True}
        with override_settings(**address):
            error = failure(EmailChannel(), "ana")

    assert (error.kind, error.problem, error.is_of_channel) == ("transient", "tls", True)
    assert not any(line.startswith("mail") for line in server.lines)


def test_a_mail_is_text_and_html_and_says_what_it_is(mail_server: MailServer):
    with override_settings(CSASSIST_EMAIL_REPLY_TO="replies@larkhouse.example"):
        EmailChannel().send(replace(MESSAGE, language="zh"), deadline_seconds=5.0)

    (mail,) = mail_server.accepted
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.get_payload()] == ["text/plain", "text/html"]  # type: ignore[union-attr]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] == "replies@larkhouse.example"
    assert mail["Content-Language"] == "zh-CN"
    assert mail["Message-ID"] == message_id(MESSAGE.effect_key)
    assert mail["Message-ID"].endswith("@larkhouse.example>")
    assert "order" not in mail["Message-ID"]
    assert mail["To"] == "ana@example.com"


def test_a_header_of_the_message_wins_over_the_settings(mail_server: MailServer):
    with override_settings(CSASSIST_EMAIL_REPLY_TO="replies@larkhouse.example"):
        EmailChannel().send(replace(MESSAGE, headers={"Reply-To": "ben@larkhouse.example"}), deadline_seconds=5.0)

    assert mail_server.accepted[0]["Reply-To"] == "ben@larkhouse.example"


@pytest.mark.parametrize(
    "hostile",
    [
        replace(MESSAGE, subject="Hello\nBcc: everybody@example.com"),
        replace(MESSAGE, recipient="ana@example.com\r\nBcc: everybody@example.com"),
        replace(MESSAGE, headers={"List-Id": "x\r\nBcc: everybody@example.com"}),
        replace(MESSAGE, recipient="not an address"),
    ],
    ids=["subject", "recipient", "header", "no address"],
)
def test_a_mail_that_cannot_be_one_is_never_offered_to_the_server(mail_server: MailServer, hostile: Outgoing):
    with pytest.raises(ChannelError) as caught:
        EmailChannel().send(hostile, deadline_seconds=5.0)

    assert (caught.value.kind, caught.value.problem) == ("permanent", "cannot_be_written")
    assert mail_server.lines == []


@pytest.mark.django_db
@override_settings(EMAIL_BACKEND="csassist.delivery.channels.stored.StoredMailBackend")
def test_without_a_mail_server_mails_arrive_in_a_table():
    receipt = EmailChannel().send(MESSAGE, deadline_seconds=5.0)

    mail = StoredMail.objects.get()
    assert (mail.recipient, mail.subject, mail.text) == (MESSAGE.recipient, MESSAGE.subject, MESSAGE.text)
    assert mail.message_id == receipt.provider_message_id
    assert "multipart/alternative" in mail.source


def test_the_settings_choose_what_carries_mails(settings):
    settings.CSASSIST_EMAIL = "fake"
    assert isinstance(channels()["email"], FakeChannel)
    settings.CSASSIST_EMAIL = "smtp"
    assert isinstance(channels()["email"], EmailChannel)


def own_certificate(folder: Path):
    """A server's context with a certificate that it signed itself."""
    import datetime
    import ssl

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
