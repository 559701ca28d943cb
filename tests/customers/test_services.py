"""Visitors become one customer each, and an import can be run again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import IntegrityError, connection

from csassist.audit.models import AuditEvent
from csassist.core.errors import InvalidInput
from csassist.customers.models import Customer, Identity
from csassist.customers.services import anonymous_customer, customer_of_visitor, import_customers
from tests.factories import CustomerFactory

AMELIA = {
    "external_id": "LH-1001",
    "name": "Amelia Thornbury",
    "email": "amelia@example.com",
    "language": "en",
    "plan": "plus",
    "country": "GB",
    "customer_since": "2023-04-18",
}


@pytest.mark.django_db
def test_a_visitor_is_one_anonymous_customer():
    first = customer_of_visitor(key_digest="a" * 64, language="zh")
    assert customer_of_visitor(key_digest="a" * 64) == first
    assert customer_of_visitor(key_digest="b" * 64) != first
    assert (first.is_anonymous, first.language, first.name) == (True, "zh", "")


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_start_at_once_are_one_customer():
    def arrive(_number: int) -> int:
        try:
            return customer_of_visitor(key_digest="c" * 64).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=12) as pool:
        found = set(pool.map(arrive, range(24)))

    assert len(found) == 1
    assert Customer.objects.count() == 1, "nobody is left without an identity"


@pytest.mark.django_db
def test_an_import_fills_the_fields_and_changes_nothing_the_second_time():
    assert import_customers([AMELIA, {**AMELIA, "external_id": "LH-1002", "name": "Kwame", "customer_since": ""}]) == 2
    assert import_customers([AMELIA]) == 1

    amelia = Customer.objects.get(external_id="LH-1001")
    assert Customer.objects.count() == 2
    assert (amelia.name, amelia.plan, amelia.is_anonymous) == ("Amelia Thornbury", "plus", False)
    assert amelia.customer_since == date(2023, 4, 18)
    assert Customer.objects.get(external_id="LH-1002").customer_since is None
    assert Identity.objects.filter(kind="external_id").count() == 2
    assert AuditEvent.objects.filter(action="customers.imported").count() == 2


@pytest.mark.django_db
def test_an_import_changes_what_it_brings_and_keeps_the_rest():
    import_customers([AMELIA])
    import_customers([{"external_id": "LH-1001", "plan": "pro"}])
    amelia = Customer.objects.get()
    assert (amelia.plan, amelia.email) == ("pro", "amelia@example.com")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "bad",
    [
        {"name": "Nobody"},
        {"external_id": "  "},
        {**AMELIA, "customer_since": "18/04/2023"},
        {**AMELIA, "customer_since": "2023-02-30"},
    ],
)
def test_a_bad_row_is_named_and_nothing_is_imported(bad):
    with pytest.raises(InvalidInput, match="Row 2"):
        import_customers([AMELIA, bad])
    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_an_address_that_somebody_typed_joins_nobody_to_anybody():
    known = CustomerFactory.create(email="amelia@example.com")
    stranger = customer_of_visitor(key_digest="d" * 64)
    stranger.email = "amelia@example.com"
    stranger.save()
    assert customer_of_visitor(key_digest="d" * 64) == stranger != known


@pytest.mark.django_db
def test_the_database_keeps_identities_and_customer_numbers_unique():
    customer = anonymous_customer()
    Identity.objects.create(customer=customer, kind="visitor", value="e" * 64)
    with pytest.raises(IntegrityError):
        Identity.objects.create(customer=CustomerFactory.create(), kind="visitor", value="e" * 64)


@pytest.mark.django_db
def test_a_customer_number_is_used_once_and_many_have_none():
    CustomerFactory.create_batch(2, external_id="")
    CustomerFactory.create(external_id="LH-1")
    with pytest.raises(IntegrityError):
        CustomerFactory.create(external_id="LH-1")
