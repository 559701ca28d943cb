"""The mail backend of an installation without a mail server: mails arrive in a table that admins can read."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from csassist.delivery.channels.smtp import Progress
from csassist.delivery.models import StoredMail


class StoredMailBackend(BaseEmailBackend):
    # A mail is here when its row is committed: one that failed did not arrive.
    progress = Progress(deadline_seconds=0.0, step_seconds=0.0)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            written = message.message()
            StoredMail.objects.create(
                message_id=str(written["Message-ID"]),
                sender=message.from_email,
                recipient=", ".join(message.recipients()),
                subject=str(message.subject),
                text=str(message.body),
                source=written.as_string(),
            )
        return len(email_messages)
