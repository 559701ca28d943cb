"""
How a one-time code reaches its address: through the outbox, in the transaction that stores its digest.

The words hold the code, so no page shows them and they are erased as soon as the mail is over. A code that comes after
its time is of no use, so the mail expires with it.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from csassist.delivery.letters import Letter, in_language_of, written
from csassist.delivery.models import Delivery, Purpose
from csassist.delivery.services import NewDelivery, cancel, enqueue


def enqueue_code(*, recipient: str, code: str, effect_key: str, language: str, expires_at: datetime) -> Delivery:
    """Put the mail with the code into the outbox. `language` is "en" or "zh". Raises InvalidInput for no address."""
    with in_language_of(language):
        letter = Letter(
            subject=_("Your code: %(code)s") % {"code": code},
            paragraphs=(
                _("Your one-time code is %(code)s. Enter it within 10 minutes, where you asked for it.")
                % {"code": code},
            ),
            small_print=_(
                "If you did not ask for it, ignore this message. Nobody from our team will ever ask you for it."
            ),
        )
        content = written(letter, language=language)
    return enqueue(
        NewDelivery(
            channel="email",
            purpose=Purpose.TRANSACTIONAL,
            recipient=recipient,
            content=content,
            effect_key=effect_key,
            language=language,
            expires_at=expires_at,
            holds_secret=True,
        )
    )


def take_back(effect_key: str) -> None:
    """A newer code makes this one useless; a mail that has not left yet would only confuse its reader."""
    delivery = Delivery.objects.filter(effect_key=effect_key).first()
    if delivery is not None:
        cancel(delivery=delivery)
