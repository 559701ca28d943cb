"""
Opening one conversation in another browser, for whoever reads the mailbox its replies go to.

The link in the mail is not enough: it may have been forwarded. A code goes to the same mailbox and is entered in the
browser that asked for it; that browser may then see this one conversation for GRANT_LIFE, and nothing else of the
customer's. It may not be had with an address that a visitor typed where the conversation is a known customer's.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.audit.services import record
from csassist.conversations import code_mail, limits, one_time_codes
from csassist.conversations.mail_address import MailAddress
from csassist.conversations.models import BrowserGrant, Conversation
from csassist.conversations.one_time_codes import CODE_LIFE, MOST_TRIES, digest_of_code
from csassist.conversations.services.messages import lock
from csassist.core.errors import NotFound

GRANT_LIFE = timedelta(hours=12)
UNUSED_KEPT_FOR = timedelta(days=1)


def ask_to_open(*, conversation: Conversation, address: MailAddress, key_digest: str, language: str) -> BrowserGrant:
    """
    Mail a code to the address, to be entered in the browser of this key (SHA-256). Raises TooManyRequests, and NotFound
    when the mailbox may not open it.
    """
    if not address.may_open:
        raise NotFound(_("This conversation does not exist."))
    limits.spend_code(address.digest, conversation.public_id)
    code = one_time_codes.new_code()
    with transaction.atomic():
        locked = lock(conversation)
        now = timezone.now()
        older = BrowserGrant.objects.waiting(now).filter(conversation=locked, key_digest=key_digest)
        for one in older:
            code_mail.take_back(_effect_of(one))
        older.update(expires_at=now)
        grant = BrowserGrant(conversation=locked, key_digest=key_digest, expires_at=now + CODE_LIFE)
        grant.code_digest = digest_of_code(grant.public_id, code)
        grant.save()
        code_mail.enqueue_code(
            recipient=address.address,
            code=code,
            effect_key=_effect_of(grant),
            language=language,
            expires_at=grant.expires_at,
        )
    return grant


def enter_code(*, conversation: Conversation, key_digest: str, code: str) -> BrowserGrant:
    """
    Let the browser in once the code is right. Raises CodeRefused.

    A try is counted and committed before the code is looked at, so that no number of requests at once gets another one.
    """
    waiting = BrowserGrant.objects.waiting(timezone.now()).filter(conversation=conversation, key_digest=key_digest)
    newest = waiting.first()
    may_try = waiting.filter(tries_count__lt=MOST_TRIES)
    if newest is None or not may_try.filter(pk=newest.pk).update(tries_count=F("tries_count") + 1):
        raise one_time_codes.over()
    newest.refresh_from_db()
    if not one_time_codes.is_right(code, public_id=newest.public_id, code_digest=newest.code_digest):
        raise one_time_codes.wrong(MOST_TRIES - newest.tries_count)
    return _grant(newest)


def prune_grants() -> int:
    """Delete codes that nobody entered and grants that are over; how many."""
    now = timezone.now()
    unused = BrowserGrant.objects.filter(granted_until=None, expires_at__lt=now - UNUSED_KEPT_FOR)
    over = BrowserGrant.objects.filter(granted_until__lt=now)
    deleted_count, _per_model = (unused | over).delete()
    return deleted_count


@transaction.atomic
def _grant(asked: BrowserGrant) -> BrowserGrant:
    now = timezone.now()
    if not BrowserGrant.objects.waiting(now).filter(pk=asked.pk).update(granted_until=now + GRANT_LIFE):
        raise one_time_codes.used()
    asked.refresh_from_db()
    record("conversation.opened_by_mail", asked.conversation, minutes=GRANT_LIFE.total_seconds() // 60)
    return asked


def _effect_of(grant: BrowserGrant) -> str:
    return f"opening-code:{grant.public_id}"
