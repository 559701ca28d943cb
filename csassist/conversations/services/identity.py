"""
Proving who one is by a one-time code: six digits that go to the e-mail address of a customer the company knows.

Whoever asks learns nothing about an address: one that leads to nobody gets a code that is sent nowhere and that no try
can match, under the same limits. A conversation belongs to one customer for good once a code was confirmed in it,
because everything said in it may go into a prompt.
"""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.audit.services import record
from csassist.conversations import code_mail, limits, one_time_codes
from csassist.conversations.identity import digest_of_address, is_signed_in
from csassist.conversations.models import Conversation, IdentityCheck
from csassist.conversations.one_time_codes import CODE_LIFE, MOST_TRIES, digest_of_code
from csassist.conversations.services.messages import lock, publish_event
from csassist.conversations.wording import clean_line
from csassist.core.errors import Conflict, InvalidInput
from csassist.customers.models import Customer

PROVEN_FOR = timedelta(minutes=30)
ADDRESS_MAX_CHARACTERS = 254
UNUSED_KEPT_FOR = timedelta(days=1)

# Reserved for examples: it can belong to nobody.
NOBODY = "nobody@example.com"


def start_verification(*, conversation: Conversation, address: str, language: str = "en") -> IdentityCheck:
    """
    Send a code to the address, if it is that of exactly one customer with a number; the same answer in any case.

    Raises InvalidInput for what is no address, Conflict when the conversation is already somebody's, TooManyRequests.
    """
    clean = _clean_address(address)
    digest = digest_of_address(clean)
    _require_nobody_elses(conversation, digest)
    limits.spend_code(digest, conversation.public_id)
    code = one_time_codes.new_code()
    with transaction.atomic():
        check = _open(lock(conversation), _customer_of(clean), digest, code)
        _mail(check, code, language)
    return check


def confirm_code(*, conversation: Conversation, code: str) -> IdentityCheck:
    """
    Enter a code; once it is right, it is proven for PROVEN_FOR who asks in this conversation. Raises CodeRefused.

    A try is counted and committed before the code is looked at, so that no number of requests at once gets another one.
    """
    check, tries_left = _take_try(conversation)
    if check is None:
        raise one_time_codes.over()
    is_right = one_time_codes.is_right(code, public_id=check.public_id, code_digest=check.code_digest)
    if not is_right or check.customer is None:
        raise one_time_codes.wrong(tries_left)
    return _confirm(conversation, check)


def prune_identity_checks() -> int:
    """Delete codes that nobody entered; returns how many."""
    over = IdentityCheck.objects.filter(confirmed_at=None, expires_at__lt=timezone.now() - UNUSED_KEPT_FOR)
    deleted_count, _per_model = over.delete()
    return deleted_count


def _require_nobody_elses(conversation: Conversation, digest: str) -> None:
    """Says nothing about the address: only that it is another one than this conversation has seen confirmed."""
    if is_signed_in(Conversation.objects.get(pk=conversation.pk)):
        raise Conflict(_("You are signed in already."))
    if conversation.identity_checks.confirmed().exclude(address_digest=digest).exists():
        raise Conflict(_("This conversation belongs to another e-mail address. Please start a new one."))


def _customer_of(address: str) -> Customer | None:
    """The one known customer with this address; an address that two share proves neither."""
    known = Customer.objects.filter(email__iexact=address, is_anonymous=False).exclude(external_id="")
    found = list(known[:2])
    return found[0] if len(found) == 1 else None


def _open(conversation: Conversation, customer: Customer | None, digest: str, code: str) -> IdentityCheck:
    """A new check; codes sent before it are over."""
    now = timezone.now()
    for older in conversation.identity_checks.waiting(now):
        code_mail.take_back(_effect_of(older))
    conversation.identity_checks.waiting(now).update(expires_at=now)
    check = IdentityCheck(
        conversation=conversation, customer=customer, address_digest=digest, expires_at=now + CODE_LIFE
    )
    check.code_digest = digest_of_code(check.public_id, code)
    check.save()
    return check


@transaction.atomic
def _take_try(conversation: Conversation) -> tuple[IdentityCheck | None, int]:
    """The check that waits for its code, one try of it used up, and how many are left."""
    waiting = IdentityCheck.objects.waiting(timezone.now()).filter(tries_count__lt=MOST_TRIES)
    newest = waiting.filter(conversation=conversation).first()
    if newest is None or not waiting.filter(pk=newest.pk).update(tries_count=F("tries_count") + 1):
        return None, 0
    check = IdentityCheck.objects.select_related("customer").get(pk=newest.pk)
    return check, MOST_TRIES - check.tries_count


@transaction.atomic
def _confirm(conversation: Conversation, check: IdentityCheck) -> IdentityCheck:
    lock(conversation)
    _require_nobody_elses(conversation, check.address_digest)
    now = timezone.now()
    waiting = IdentityCheck.objects.waiting(now).filter(pk=check.pk)
    if not waiting.update(confirmed_at=now, proven_until=now + PROVEN_FOR):
        raise one_time_codes.used()
    check.refresh_from_db()
    record("customer.identity_proven", check, customer=str(check.customer.public_id) if check.customer else "")
    publish_event(conversation.pk, "identity_proven", {"until": (now + PROVEN_FOR).isoformat()})
    return check


def _mail(check: IdentityCheck, code: str, language: str) -> None:
    """
    To the address as the company has it, not as it was typed. For an unknown one the same is written and then dropped,
    so that the time it takes tells nothing.
    """
    recipient = check.customer.email if check.customer is not None else NOBODY
    with transaction.atomic():
        code_mail.enqueue_code(
            recipient=recipient,
            code=code,
            effect_key=_effect_of(check),
            language=language,
            expires_at=check.expires_at,
        )
        if check.customer is None:
            transaction.set_rollback(True)


def _effect_of(check: IdentityCheck) -> str:
    return f"identity-code:{check.public_id}"


def _clean_address(address: str) -> str:
    clean = clean_line(address, most_characters=ADDRESS_MAX_CHARACTERS, field="email")
    try:
        validate_email(clean)
    except ValidationError as error:
        raise InvalidInput(_("This does not look like an e-mail address."), field="email") from error
    return clean
