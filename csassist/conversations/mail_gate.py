"""
The last question before a mail to a customer leaves: is it still wanted, now?

The dispatcher asks in the transaction that claims the message, so a customer who came back while the mail waited for
the mail server is not told what they have read.
"""

from csassist.conversations.models import ReplyMail, Survey, SurveyRefusal
from csassist.delivery.gates import PASS, Verdict
from csassist.delivery.models import Delivery
from csassist.delivery.states import State


def still_wanted(delivery: Delivery) -> Verdict:
    """The gate of every mail; those that are not to customers about a conversation pass."""
    effect, _colon, rest = delivery.effect_key.partition(":")
    if effect == "reply":
        return _reply(delivery)
    if effect == "survey":
        return _survey(rest)
    return PASS


def _reply(delivery: Delivery) -> Verdict:
    mail = ReplyMail.objects.select_related("conversation").filter(delivery=delivery).first()
    if mail is None:
        return Verdict(State.CANCELLED, "erased")
    if mail.conversation.read_through_id >= mail.message_id:
        return Verdict(State.CANCELLED, "seen")
    return PASS


def _survey(public_id: str) -> Verdict:
    survey = Survey.objects.filter(public_id=public_id).first()
    if survey is None:
        return Verdict(State.CANCELLED, "erased")
    if survey.answered_at is not None:
        return Verdict(State.CANCELLED, "answered")
    if SurveyRefusal.objects.filter(address_digest=survey.mail_address_digest).exists():
        return Verdict(State.SUPPRESSED, "refused")
    return PASS
