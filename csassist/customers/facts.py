"""
Remembering facts about a customer, with where they come from, the customer's word on it, and an end.

What somebody wrote who has not been signed in is never kept without their own yes: anybody can write anything under
another person's name. Values stand in no log and no audit entry.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput
from csassist.customers.facts_rules import LIFE, SINGLE, clean_value
from csassist.customers.models import Customer, CustomerFact

MOST_FACTS = 60
Consent = CustomerFact.Consent
Source = CustomerFact.Source


@dataclass(frozen=True, slots=True)
class NewFact:
    """
    What is to be remembered. `is_verified` says that the company's site has signed the customer in now; `has_consent`
    that they said yes to remembering it. No `expires_at` is the usual life of its kind.
    """

    kind: str
    value: str
    source: str
    source_id: str = ""
    is_verified: bool = False
    has_consent: bool = False
    expires_at: datetime | None = None


@transaction.atomic
def remember(*, customer: Customer, fact: NewFact) -> CustomerFact:
    """
    Keep a fact; a plan, a language and an experience replace the one before. The same once more changes nothing.

    Raises InvalidInput for a value that the kind does not allow, and for words of an unverified customer without
    their yes; Conflict when the customer refused this kind or when there is too much already.
    """
    kind, source = _known(fact)
    value = clean_value(kind, fact.value)
    if source == Source.MESSAGE and not fact.is_verified and not fact.has_consent:
        raise InvalidInput(_("Ask the customer first: nobody has confirmed who writes here."))
    locked = Customer.objects.select_for_update().get(pk=customer.pk)
    known = locked.facts.in_force().filter(kind=kind)
    if (same := known.filter(value=value).first()) is not None:
        return same
    _refuse_unwanted(locked, kind, fact)
    if locked.facts.in_force().count() >= MOST_FACTS:
        raise Conflict(_("Enough is remembered of this customer. Forget something first."))
    former = known.order_by("-id").first() if kind in SINGLE else None
    kept = CustomerFact.objects.create(
        customer=locked,
        kind=kind,
        value=value,
        source=source,
        source_id=fact.source_id[:64],
        consent=_consent(fact),
        corrected_from=former,
        expires_at=fact.expires_at or timezone.now() + LIFE[kind],
    )
    if former is not None:
        known.exclude(pk=kept.pk).update(is_active=False)
    record("customer.fact_remembered", locked, fact=str(kept.public_id), kind=kind, source=str(source))
    return kept


@transaction.atomic
def correct(*, fact: CustomerFact, value: str, source: str, source_id: str = "") -> CustomerFact:
    """
    Another value for the same thing; who corrects vouches for it. Raises InvalidInput, and Conflict when it was
    corrected or forgotten meanwhile.
    """
    locked = _held(fact)
    clean = clean_value(locked.kind, value)
    if clean == locked.value:
        return locked
    corrected = CustomerFact.objects.create(
        customer_id=locked.customer_id,
        kind=locked.kind,
        value=clean,
        source=source,
        source_id=source_id[:64],
        consent=Consent.GIVEN if source == Source.MESSAGE else locked.consent,
        corrected_from=locked,
        expires_at=timezone.now() + LIFE[locked.kind],
    )
    CustomerFact.objects.filter(pk=locked.pk).update(is_active=False)
    record("customer.fact_corrected", locked.customer, fact=str(corrected.public_id), kind=locked.kind)
    return corrected


@transaction.atomic
def consent(*, fact: CustomerFact, is_given: bool) -> CustomerFact:
    """The customer's own yes or no. After a no the value is gone; the no itself stays, so that nobody asks again."""
    locked = _held(fact)
    if is_given:
        locked.consent = Consent.GIVEN
    else:
        _forget_earlier(locked)
        locked.consent, locked.is_active, locked.value, locked.source_id = Consent.REFUSED, False, "", ""
    locked.save(update_fields=["consent", "is_active", "value", "source_id"])
    record("customer.fact_consent", locked.customer, fact=str(locked.public_id), kind=locked.kind, given=is_given)
    return locked


@transaction.atomic
def forget(*, fact: CustomerFact) -> None:
    """Delete a fact with everything it corrected. Nothing happens when it is gone already."""
    locked = CustomerFact.objects.select_for_update().filter(pk=fact.pk).first()
    if locked is None:
        return
    customer, kind = locked.customer, locked.kind
    _forget_earlier(locked)
    locked.delete()
    record("customer.fact_forgotten", customer, fact=str(fact.public_id), kind=kind)


def expire_facts() -> int:
    """Delete what is past its end; returns how many. That a customer refused is kept."""
    over = CustomerFact.objects.filter(expires_at__lt=timezone.now()).exclude(consent=Consent.REFUSED)
    deleted_count, _per_model = over.delete()
    return deleted_count


def _known(fact: NewFact) -> tuple[str, str]:
    if fact.kind not in CustomerFact.Kind.values:
        raise InvalidInput(_("This is no kind of fact that is remembered."), field="kind")
    if fact.source not in Source.values:
        raise InvalidInput(_("Say where it comes from."), field="source")
    return fact.kind, fact.source


def _consent(fact: NewFact) -> str:
    """Words of a customer need their yes; what an agent or the company's records say does not."""
    if fact.has_consent:
        return Consent.GIVEN
    return Consent.NEEDED if fact.source == Source.MESSAGE else Consent.NOT_NEEDED


def _refuse_unwanted(customer: Customer, kind: str, fact: NewFact) -> None:
    """A customer's no to a kind of fact holds against everybody's notes, until they say yes themselves."""
    if fact.has_consent or fact.source in {Source.IMPORT, Source.LOOKUP}:
        return
    if customer.facts.filter(kind=kind, consent=Consent.REFUSED).exists():
        raise Conflict(_("The customer does not want this to be remembered."))


def _held(fact: CustomerFact) -> CustomerFact:
    held = CustomerFact.objects.select_for_update().in_force().filter(pk=fact.pk).first()
    if held is None:
        raise Conflict(_("This was corrected or forgotten in the meantime. Load the page again."))
    return held


def _forget_earlier(fact: CustomerFact) -> None:
    earlier = fact.corrected_from
    while earlier is not None:
        before = earlier.corrected_from
        earlier.delete()
        earlier = before
