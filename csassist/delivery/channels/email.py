"""
E-mail, through whichever of Django's mail backends the settings choose.

SMTP has no key by which a server would recognise a second copy, so a mail is sent at most once. Its Message-ID is made
from the effect key all the same: should a person decide to send again, mailboxes can fold the copies together.
"""

import hashlib
import smtplib
import ssl
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.db import Error as DatabaseError

from csassist.delivery.channels.port import ChannelError, Outgoing, Receipt

SERVICE_CLOSING = 421
TOO_LARGE = 552


class EmailChannel:
    name = "email"
    recognises_for = None

    def send(self, outgoing: Outgoing, *, deadline_seconds: float) -> Receipt:
        message = _written(outgoing)
        connection = get_connection(deadline_seconds=deadline_seconds)
        message.connection = connection
        progress = getattr(connection, "progress", None)
        try:
            message.send()
        except Exception as error:
            if progress is not None and progress.accepted:  # it failed only at saying goodbye
                return Receipt(message_id(outgoing.effect_key))
            raise as_channel_error(error, content_begun=progress is None or progress.content_begun) from error
        return Receipt(message_id(outgoing.effect_key))


def message_id(effect_key: str) -> str:
    """The same for every attempt, and nothing in it can be read."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(effect_key.encode()).hexdigest()[:40]}@{domain}>"


def as_channel_error(error: Exception, *, content_begun: bool) -> ChannelError:
    """What a failure means. A server that answered has not taken the message; one that fell silent may have."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code = next(iter(error.recipients.values()))[0]
            return _answered(code, of_message=True)
        case smtplib.SMTPDataError():
            return _answered(error.smtp_code, of_message=True)
        case smtplib.SMTPSenderRefused() if error.smtp_code == TOO_LARGE:
            return _answered(error.smtp_code, of_message=True)
        case smtplib.SMTPResponseException():  # greeting, log-in, sender: any message would meet the same
            return _answered(error.smtp_code, of_message=False)
        case smtplib.SMTPNotSupportedError():
            return ChannelError("transient", "no_tls_offered", is_of_channel=True)
    if content_begun:
        return ChannelError("ambiguous", "no_answer", is_of_channel=True)
    problem = {ssl.SSLError: "tls", TimeoutError: "timeout"}
    name = next((word for kind, word in problem.items() if isinstance(error, kind)), "unreachable")
    if isinstance(error, OSError | smtplib.SMTPException | DatabaseError):
        return ChannelError("transient", name, is_of_channel=True)
    return ChannelError("permanent", "cannot_be_written")


def _answered(code: int, *, of_message: bool) -> ChannelError:
    if of_message and code >= 500:
        return ChannelError("permanent", f"smtp_{code}")
    return ChannelError("transient", f"smtp_{code}", is_of_channel=not of_message or code == SERVICE_CLOSING)


def _written(outgoing: Outgoing) -> EmailMultiAlternatives:
    """The mail, proven to be one before anything is opened. Raises ChannelError."""
    headers = dict(outgoing.headers)
    reply_to = headers.pop("Reply-To", "") or settings.CSASSIST_EMAIL_REPLY_TO
    message = EmailMultiAlternatives(
        subject=outgoing.subject,
        body=outgoing.text,
        to=[outgoing.recipient],
        reply_to=[reply_to] if reply_to else None,
        headers=headers
        | {
            "Message-ID": message_id(outgoing.effect_key),
            "Auto-Submitted": "auto-generated",
            "Content-Language": "zh-CN" if outgoing.language == "zh" else outgoing.language,
        },
    )
    if outgoing.html:
        message.attach_alternative(outgoing.html, "text/html")
    try:
        validate_email(outgoing.recipient)
        message.message().as_bytes()
    except (ValueError, ValidationError) as error:  # Django refuses line breaks in headers and what is no address
        raise ChannelError("permanent", "cannot_be_written") from error
    return message
