"""Keys are shown once, checked by digest, scoped and revoked at once."""

from datetime import timedelta
from itertools import chain

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from csassist.accounts.models import ApiKey, User
from csassist.accounts.services import api_key_for, create_user, digest_of, issue_api_key, revoke_api_key
from csassist.audit.models import AuditEvent
from csassist.core.errors import InvalidInput

pytestmark = pytest.mark.django_db


def everything_stored() -> str:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            rows.append(cursor.fetchall())
    return " ".join(str(value) for value in chain.from_iterable(chain.from_iterable(rows)))


def test_a_key_is_256_random_bits_and_only_its_digest_is_stored(dora):
    issued = issue_api_key(name="shop", scopes=["ask", "ask"], created_by=dora)
    assert issued.secret.startswith("csk_")
    assert len(issued.secret) == 47
    assert issued.key.scopes == ["ask"]
    assert api_key_for(issued.secret) == issued.key
    stored = everything_stored()
    assert issued.secret not in stored
    assert digest_of(issued.secret) in stored


@pytest.mark.parametrize("scopes", [["everything"], ["ask", ""], ["ASK"]])
def test_an_unknown_scope_is_refused(dora, scopes):
    with pytest.raises(InvalidInput):
        issue_api_key(name="shop", scopes=scopes, created_by=dora)
    assert not ApiKey.objects.exists()


def test_a_revoked_key_ends_at_once_and_is_recorded_once(dora):
    issued = issue_api_key(name="shop", scopes=["ask"], created_by=dora)
    for _ in range(2):
        revoke_api_key(key=issued.key)
    assert api_key_for(issued.secret) is None
    assert AuditEvent.objects.filter(action="api_key.revoked").count() == 1


def test_a_key_ends_with_the_one_who_made_it(dora):
    issued = issue_api_key(name="shop", scopes=["ask"], created_by=dora)
    User.objects.filter(pk=dora.pk).update(is_active=False)
    assert api_key_for(issued.secret) is None


@pytest.mark.parametrize("secret", ["", "csk_", "nonsense", "x" * 10_000, "\x00", "csk_é"])
def test_what_is_no_key_opens_nothing(secret):
    assert api_key_for(secret) is None


def test_a_digest_is_not_a_key(dora):
    issued = issue_api_key(name="shop", scopes=["ask"], created_by=dora)
    assert api_key_for(issued.key.digest) is None


def test_the_use_of_a_key_is_noted_now_and_then(dora, django_assert_num_queries):
    issued = issue_api_key(name="shop", scopes=["ask"], created_by=dora)
    api_key_for(issued.secret)
    issued.key.refresh_from_db()
    first = issued.key.last_used_at
    assert first is not None
    with django_assert_num_queries(1):
        api_key_for(issued.secret)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        api_key_for(issued.secret)
    later = ApiKey.objects.get().last_used_at
    assert later is not None
    assert later > first


def test_a_user_is_created_with_a_hashed_password_and_on_record():
    user = create_user(username="eva", password="a long enough password", role="agent")
    assert user.check_password("a long enough password")
    assert "a long enough password" not in everything_stored()
    assert AuditEvent.objects.get(action="user.created").facts == {"role": "agent"}
