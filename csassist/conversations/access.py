"""
Who may see which conversation: the only way a view gets one.

A customer is a *visitor*: the bearer of a signed token, in a cookie or a header. The token carries a random key of 256
bits and the database knows only its SHA-256, so neither a dump nor a guess lets anyone be somebody else. "Not yours"
and "not there" are the same NotFound.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import ApiKey
from csassist.accounts.services import api_key_for
from csassist.conversations.models import Attachment, BrowserGrant, Citation, Conversation, Message, Survey
from csassist.core.errors import AppError, NotFound
from csassist.customers.models import Customer, Identity, SignIn
from csassist.customers.services import anonymous_customer, customer_of_visitor
from csassist.rest.database_threads import in_database_thread

COOKIE_NAME = "csassist_visitor"
HEADER_KEYWORD = "Visitor"
API_KEY_KEYWORD = "Bearer"
TOKEN_MAX_AGE = timedelta(days=180)
TOKEN_MAX_CHARACTERS = 200

_signer = signing.TimestampSigner(salt="csassist.conversations.visitor")
_sign_in_signer = signing.TimestampSigner(salt="csassist.conversations.sign_in")


class NotRecognised(AppError):
    """Nothing valid says who asks: no token at all, or one that is forged, expired or revoked."""

    code = "not_authenticated"
    http_status = 401


@dataclass(frozen=True)
class Visitor:
    """
    Whoever asks: the bearer of a token, or a program with an API key that may ask.

    `key` is the secret of a token itself, so it is never stored or logged.
    `customer` is None before the first conversation, and always for a program. `signed_in` is how the company's site
    signed the customer in, None for an anonymous visitor. `is_guest`: a code may have opened somebody else's
    conversation to this browser.
    """

    key: str
    customer: Customer | None = None
    api_key: ApiKey | None = None
    signed_in: SignIn | None = None
    uses_cookie: bool = False
    is_guest: bool = False

    @property
    def key_digest(self) -> str:
        return hashlib.sha256(self.key.encode()).hexdigest()

    @property
    def limit_key(self) -> str:
        """What the limits count by: signing in anew gives a customer no new allowance."""
        return self.key if self.signed_in is None else f"customer:{self.signed_in.customer_id}"

    @property
    def usual_channel(self) -> str:
        return Conversation.Channel.WEB if self.api_key is None else Conversation.Channel.API

    def ensure_customer(self, *, language: str) -> Customer:
        """The customer to start a conversation for. A program writes for many people, so each one is new."""
        if self.api_key is not None:
            return anonymous_customer(language=language)
        return self.customer or customer_of_visitor(key_digest=self.key_digest, language=language)


def new_visitor() -> Visitor:
    return Visitor(key=secrets.token_urlsafe(32), uses_cookie=True)


def issue_visitor_token() -> str:
    """A token for somebody who was never here."""
    return _signer.sign(new_visitor().key)


def token_of(visitor: Visitor) -> str | None:
    """A token for this visitor that is valid from now; None for a program, which has its key."""
    if visitor.api_key is not None:
        return None
    return (_sign_in_signer if visitor.signed_in else _signer).sign(visitor.key)


def set_visitor_cookie(response: HttpResponseBase, token: str) -> None:
    response.set_cookie(
        COOKIE_NAME,
        token,
        max_age=TOKEN_MAX_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.CSASSIST_HTTPS,
    )


def visitor_of_token(token: str) -> Visitor | None:
    """The bearer of a token, or None when it is forged, changed, too old or of a sign-in that is over."""
    if len(token) > TOKEN_MAX_CHARACTERS:
        return None
    try:
        key = _signer.unsign(token, max_age=TOKEN_MAX_AGE)
    except signing.BadSignature:
        return _signed_in_visitor(token)
    digest = hashlib.sha256(key.encode()).hexdigest()
    visitors = Identity.objects.select_related("customer").annotate(is_guest=_grants_of(OuterRef("value")))
    identity = visitors.filter(kind=Identity.Kind.VISITOR, value=digest).first()
    if identity is None:  # never wrote anything here, and may have been let in all the same
        return Visitor(key=key, is_guest=True)
    return Visitor(key=key, customer=identity.customer, is_guest=identity.is_guest)


def _signed_in_visitor(token: str) -> Visitor | None:
    try:
        key = _sign_in_signer.unsign(token, max_age=TOKEN_MAX_AGE)
    except signing.BadSignature:
        return None
    digest = hashlib.sha256(key.encode()).hexdigest()
    sign_ins = SignIn.objects.select_related("customer").annotate(is_guest=_grants_of(OuterRef("key_digest")))
    signed_in = sign_ins.filter(key_digest=digest).first()
    if signed_in is None or not signed_in.is_active:
        return None
    return Visitor(
        key=key, customer=signed_in.customer, signed_in=signed_in, is_guest=getattr(signed_in, "is_guest", True)
    )


def _grants_of(key_digest: OuterRef) -> Exists:
    return Exists(BrowserGrant.objects.filter(key_digest=key_digest, granted_until__isnull=False))


def visitor_of(request: HttpRequest) -> Visitor | None:
    """
    Who makes this request, or None when nothing was presented.

    A header wins over the cookie. Raises NotRecognised for a header that is not valid; a spoiled cookie is no cookie,
    because the browser sends it by itself and could never get rid of it.
    """
    keyword, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if keyword == API_KEY_KEYWORD:
        return _program(secret.strip())
    if keyword == HEADER_KEYWORD:
        visitor = visitor_of_token(secret.strip())
        if visitor is None:
            raise NotRecognised(_("This token is not valid. It may have expired."))
        return visitor
    visitor = visitor_of_token(request.COOKIES.get(COOKIE_NAME, ""))
    return None if visitor is None else replace(visitor, uses_cookie=True)


async def stream_of_request(request: HttpRequest, public_id: UUID) -> tuple[Conversation, Visitor]:
    """For async views: the conversation and its visitor, if it is the caller's. Raises NotRecognised or NotFound."""

    def find() -> tuple[Conversation, Visitor]:
        visitor = visitor_of(request)
        if visitor is None:
            raise NotRecognised(_("Please send a visitor token or an API key."))
        return conversation_for(visitor, public_id), visitor

    return await in_database_thread(find)


async def may_go_on(visitor: Visitor) -> bool:
    """Whether a stream that this visitor opened may stay open: a key can be revoked and a sign-in end meanwhile."""
    if visitor.api_key is not None:
        return await in_database_thread(_is_active, visitor.api_key.pk)
    if visitor.signed_in is not None:
        return await in_database_thread(_is_signed_in, visitor.signed_in.pk)
    return True


async def may_still_see(visitor: Visitor, conversation: Conversation) -> bool:
    """Whether the conversation is the visitor's own, or was opened to their browser and still is."""
    if visitor.api_key is not None or (visitor.customer and visitor.customer.pk == conversation.customer_id):
        return True
    return await in_database_thread(lambda: conversation.pk in _granted(visitor))


def _is_active(api_key_pk: int) -> bool:
    key = ApiKey.objects.select_related("created_by").filter(pk=api_key_pk).first()
    return key is not None and key.is_active


def _is_signed_in(sign_in_pk: int) -> bool:
    signed_in = SignIn.objects.filter(pk=sign_in_pk).first()
    return signed_in is not None and signed_in.is_active


def conversations_of(visitor: Visitor) -> QuerySet[Conversation]:
    """The conversations that this visitor, or this program, opened, and those that a code opened to this browser."""
    if visitor.api_key is not None:
        return Conversation.objects.filter(api_key=visitor.api_key)
    own = Q(customer=visitor.customer) if visitor.customer is not None else Q(pk__in=[])
    # Asked apart and only of guests: an OR with a subquery would cost every list its index.
    granted = _granted(visitor) if visitor.is_guest else []
    return Conversation.objects.filter(own | Q(pk__in=granted) if granted else own, api_key=None)


def _granted(visitor: Visitor) -> list[int]:
    grants = BrowserGrant.objects.in_force(timezone.now()).filter(key_digest=visitor.key_digest)
    return list(grants.values_list("conversation_id", flat=True))


def conversation_for(visitor: Visitor, public_id: UUID) -> Conversation:
    return one_of(conversations_of(visitor), public_id)


def one_of(conversations: QuerySet[Conversation], public_id: UUID) -> Conversation:
    conversation = conversations.filter(public_id=public_id).first()
    if conversation is None:
        raise NotFound(_("This conversation does not exist."))
    return conversation


def message_for(visitor: Visitor, public_id: UUID) -> Message:
    message = Message.objects.filter(conversation__in=conversations_of(visitor), public_id=public_id).first()
    if message is None:
        raise NotFound(_("This message does not exist."))
    return message


def attachment_for(visitor: Visitor, public_id: UUID) -> Attachment:
    attachment = Attachment.objects.filter(conversation__in=conversations_of(visitor), public_id=public_id).first()
    if attachment is None:
        raise NotFound(_("This attachment does not exist."))
    return attachment


def survey_for(visitor: Visitor, public_id: UUID) -> Survey:
    survey = Survey.objects.filter(episode__conversation__in=conversations_of(visitor), public_id=public_id).first()
    if survey is None:
        raise NotFound(_("This survey does not exist."))
    return survey


def citation_for(visitor: Visitor, public_id: UUID) -> Citation:
    citation = (
        Citation.objects.select_related("message")
        .filter(message__conversation__in=conversations_of(visitor), public_id=public_id)
        .first()
    )
    if citation is None:
        raise NotFound(_("This source does not exist."))
    return citation


def _program(secret: str) -> Visitor:
    key = api_key_for(secret)
    if key is None or ApiKey.Scope.ASK not in key.scopes:
        raise NotRecognised(_("This API key is not valid. It may have been revoked."))
    return Visitor(key=f"api_key:{key.public_id}", api_key=key)
