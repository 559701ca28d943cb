"""
The links in mails to customers: what each is for, whom it is about, and how long it works.

A link never says who its bearer is. Mails are forwarded, and scanners open every link in them, so a link to a
conversation only leads to its door: a browser that may see the conversation already goes in, any other is asked for a
code that goes to the same mailbox (`services.opening`). The link names the conversation and the digest of the address,
so that it opens nothing once the replies go elsewhere. A link to a survey lets its bearer rate that one survey and
read nothing.
"""

from datetime import timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from csassist.conversations.mail_address import MailAddress, mail_address_of
from csassist.conversations.models import Conversation, Survey
from csassist.core.errors import NotFound
from csassist.delivery import signed_links
from csassist.delivery.letters import DJANGO_LANGUAGES

CONVERSATION = "conversation_by_mail"
SURVEY = "survey_by_mail"
REFUSAL = "no_surveys_by_mail"
VALID_FOR = timedelta(days=30)


def to_conversation(conversation: Conversation, address: MailAddress) -> str:
    return _address(CONVERSATION, f"{conversation.public_id}:{address.digest}", conversation.language)


def to_survey(survey: Survey, *, language: str) -> str:
    return _address(SURVEY, str(survey.public_id), language)


def to_refusal(address: MailAddress, *, language: str) -> str:
    return _address(REFUSAL, address.digest, language)


def conversation_of(token: str) -> tuple[Conversation, MailAddress]:
    """The conversation and where its replies go. Raises NotFound also when they go elsewhere than the mail went."""
    public_id, _colon, digest = signed_links.read(token, purpose=CONVERSATION).partition(":")
    conversation = Conversation.objects.select_related("customer").filter(public_id=UUID(public_id)).first()
    address = mail_address_of(conversation) if conversation is not None else None
    if conversation is None or address is None or address.digest != digest:
        raise NotFound(_("This link does not work any more."))
    return conversation, address


def survey_of(token: str) -> Survey:
    """Raises NotFound."""
    public_id = UUID(signed_links.read(token, purpose=SURVEY))
    survey = Survey.objects.filter(public_id=public_id).first()
    if survey is None:
        raise NotFound(_("This link does not work any more."))
    return survey


def refusing_address_of(token: str) -> str:
    """The digest of the address that wants no more surveys. Raises NotFound."""
    return signed_links.read(token, purpose=REFUSAL)


def _address(purpose: str, subject: str, language: str) -> str:
    """Of the page named like the purpose, in the reader's language."""
    token = signed_links.issue(purpose=purpose, subject=subject, valid_for=VALID_FOR)
    query = urlencode({"lang": DJANGO_LANGUAGES.get(language[:2], "en")})
    return f"{signed_links.public_address(reverse(purpose, args=[token]))}?{query}"
