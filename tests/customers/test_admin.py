"""Customers in the admin site: found, shown, corrected by admins, erased by nobody."""

import pytest
from django.test import Client
from django.urls import reverse

from csassist.audit.models import AuditEvent
from csassist.customers.services import customer_of_visitor, import_customers

pytestmark = pytest.mark.django_db
LIST = "admin:customers_customer_changelist"


@pytest.fixture
def amelia():
    import_customers([{"external_id": "LH-1001", "name": "Amelia", "email": "amelia@example.com"}])
    from csassist.customers.models import Customer

    return Customer.objects.get()


def signed_in(user) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.mark.parametrize("searched", ["Ameli", "amelia@example.com", "LH-1001"])
def test_agents_find_customers(ben, amelia, searched):
    customer_of_visitor(key_digest="f" * 64)
    page = signed_in(ben).get(reverse(LIST), {"q": searched}).content.decode()
    assert "1 customer" in page
    assert "amelia@example.com" in page


def test_agents_read_and_do_not_write(ben, amelia):
    browser = signed_in(ben)
    address = reverse("admin:customers_customer_change", args=[amelia.pk])
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"name": "Changed"}).status_code == 403


def test_the_value_of_a_browser_is_not_shown(dora):
    visitor = customer_of_visitor(key_digest="f" * 64)
    page = signed_in(dora).get(reverse("admin:customers_customer_change", args=[visitor.pk])).content.decode()
    assert "f" * 64 not in page
    assert str(visitor.public_id) in page


def test_a_correction_is_on_record(dora, amelia):
    browser = signed_in(dora)
    address = reverse("admin:customers_customer_change", args=[amelia.pk])
    form = browser.get(address).context["adminform"].form
    fields = {name: form.initial.get(name) or "" for name in form.fields}
    inline = {"identities-TOTAL_FORMS": "0", "identities-INITIAL_FORMS": "0"}
    saved = browser.post(address, {**fields, **inline, "name": "Amelia T."})
    assert saved.status_code == 302
    amelia.refresh_from_db()
    assert amelia.name == "Amelia T."
    record = AuditEvent.objects.get(action="customer.changed")
    assert (record.actor_name, record.facts) == ("dora", {"fields": ["name"]})


def test_nobody_erases_a_customer_with_a_button(dora, amelia):
    assert signed_in(dora).post(reverse("admin:customers_customer_delete", args=[amelia.pk])).status_code == 403
