"""Recognising visitors and importing the company's customers."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from csassist.audit.services import record
from csassist.core.errors import InvalidInput
from csassist.customers.models import Customer, Identity, SignIn
from csassist.customers.signed_identity import NotProven, ProvenCustomer

SIGN_IN_LIFE = timedelta(hours=12)
IMPORTED_TEXTS = ("name", "email", "phone", "language", "timezone", "plan", "country")


@transaction.atomic
def customer_of_visitor(*, key_digest: str, language: str = "") -> Customer:
    """The customer behind a visitor's key (given as SHA-256); a new anonymous one the first time."""
    identity = Identity.objects.select_related("customer").filter(kind=Identity.Kind.VISITOR, value=key_digest).first()
    if identity is not None:
        return identity.customer
    try:
        with transaction.atomic():
            customer = Customer.objects.create(language=language)
            Identity.objects.create(customer=customer, kind=Identity.Kind.VISITOR, value=key_digest)
    except IntegrityError:  # the same visitor was first in another request
        return Customer.objects.get(identities__kind=Identity.Kind.VISITOR, identities__value=key_digest)
    return customer


@transaction.atomic
def anonymous_customer(*, language: str = "") -> Customer:
    """A customer known only to the program that writes in their place."""
    return Customer.objects.create(language=language)


@transaction.atomic
def sign_in(*, proven: ProvenCustomer, key_digest: str) -> SignIn:
    """
    Tie a browser's key (given as SHA-256) to the customer that the company's site proved, for SIGN_IN_LIFE.

    Raises NotProven when the same proof was used for a sign-in that has been ended.
    """
    customer = _customer_of_company(proven)
    if SignIn.objects.filter(proof_digest=proven.proof_digest, ended_at__isnull=False).exists():
        raise NotProven("ended")
    return SignIn.objects.create(
        customer=customer,
        key_digest=key_digest,
        proof_digest=proven.proof_digest,
        expires_at=timezone.now() + SIGN_IN_LIFE,
    )


@transaction.atomic
def sign_out(*, signed_in: SignIn) -> None:
    """End what the proof of this sign-in opened, in every tab it was shown in. Doing it twice changes nothing."""
    # The row of the customer orders this against a sign-in with the same proof.
    customer = Customer.objects.select_for_update().get(pk=signed_in.customer_id)
    same_proof = SignIn.objects.filter(proof_digest=signed_in.proof_digest, ended_at__isnull=True)
    if same_proof.update(ended_at=timezone.now()):
        record("customer.signed_out", customer)


def prune_sign_ins() -> int:
    """Delete sign-ins that are over, once no proof for them can be valid any more; returns how many."""
    deleted_count, _per_model = SignIn.objects.filter(expires_at__lt=timezone.now()).delete()
    return deleted_count


def _customer_of_company(proven: ProvenCustomer) -> Customer:
    """The locked customer of that number, told what the token says about them; a new one the first time."""
    said = {"name": proven.name, "email": proven.email, "language": proven.language}
    known = {field: text for field, text in said.items() if text}
    customer, is_new = Customer.objects.select_for_update().get_or_create(
        external_id=proven.external_id, defaults={**known, "is_anonymous": False}
    )
    changed = [field for field, text in known.items() if getattr(customer, field) != text]
    for field in changed:
        setattr(customer, field, known[field])
    if changed:
        customer.save(update_fields=changed)
    if is_new or changed:
        record("customer.created" if is_new else "customer.changed", customer, fields=[*(changed or known)])
    Identity.objects.get_or_create(
        kind=Identity.Kind.EXTERNAL_ID, value=proven.external_id, defaults={"customer": customer}
    )
    return customer


@transaction.atomic
def import_customers(rows: Iterable[Mapping[str, str]]) -> int:
    """
    Create or update customers by `external_id`; returns how many. Fields: IMPORTED_TEXTS and `customer_since`.

    A field that a row does not have stays as it is. All rows or none: raises InvalidInput naming the row.
    """
    count = 0
    for number, row in enumerate(rows, start=1):
        customer = _import(row, number)
        Identity.objects.get_or_create(
            kind=Identity.Kind.EXTERNAL_ID, value=customer.external_id, defaults={"customer": customer}
        )
        count += 1
    if count:
        record("customers.imported", customer, count=count)
    return count


def _import(row: Mapping[str, str], number: int) -> Customer:
    external_id = row.get("external_id", "").strip()
    if not external_id:
        raise InvalidInput(_("Row %(number)d has no external_id.") % {"number": number})
    fields: dict[str, str | bool | date | None] = {name: row[name].strip() for name in IMPORTED_TEXTS if name in row}
    if "customer_since" in row:
        fields["customer_since"] = _date(row["customer_since"], number)
    customer, _created = Customer.objects.update_or_create(
        external_id=external_id, defaults={**fields, "is_anonymous": False}
    )
    return customer


def _date(text: str, number: int) -> date | None:
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise InvalidInput(_("Row %(number)d: customer_since must be a date such as 2024-03-05.") % {"number": number})
    return day
