"""Files of events: what is stored, what is refused by line, and that a second reading adds nothing."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from csassist.accounts.models import User
from csassist.core.errors import InvalidInput
from csassist.customers import event_imports
from csassist.customers.models import CustomerEvent, EventImport, EventOrigin

pytestmark = pytest.mark.django_db

FILE = """messageId,type,event,userId,anonymousId,timestamp,receivedAt,value,sku
m1,track,order_placed,c-1,,2025-01-01T10:00:00Z,2025-01-02T10:00:00Z,49.90,L-1
,track,login,c-2,,2025-01-01T10:00:00Z,,,
,track,login,,,2025-01-01T10:00:00Z,,,
m4,track,order_placed,c-1,,2025-01-03T10:00:00Z,2025-01-02T10:00:00Z,,
m5,track,order_placed,c-1,,2025-01-03T10:00:00Z,2199-01-01T00:00:00Z,,
m6,track,order_placed,c-1,,2025-01-03T10:00:00Z,,many,
m7,identify,,c-3,,2025-01-01T10:00:00Z,,,
"""


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def begin(user: User, text: str = FILE) -> EventImport:
    return event_imports.begin_import(file_name="past.csv", content=text.encode(), created_by=user)


def test_a_file_is_read_row_by_row(dora, tmp_path):
    row = begin(dora)

    assert event_imports.work_on_imports() == 7

    row.refresh_from_db()
    assert (row.state, row.accepted_count, row.duplicates_count, row.rejected_count) == ("done", 3, 0, 4)
    assert [(one["line"], one["reason"]) for one in row.refused] == [
        (4, "nobody"),
        (5, "received_before_it_happened"),
        (6, "in_future"),
        (7, "bad_value"),
    ]
    assert not list(tmp_path.glob("event-imports/*"))


def test_a_declared_time_of_receipt_is_kept_as_declared(dora):
    begin(dora)
    event_imports.work_on_imports()

    event = CustomerEvent.objects.get(message_id="m1")
    undeclared = CustomerEvent.objects.get(name="login")
    assert event.received_at.isoformat() == "2025-01-02T10:00:00+00:00"
    assert (event.is_backdated, event.origin) == (True, EventOrigin.IMPORT)
    assert (event.value_milli, event.properties) == (49_900, {"value": 49.9, "sku": "L-1"})
    assert undeclared.is_backdated is False
    assert timezone.now() - undeclared.received_at < timedelta(minutes=1)


def test_the_same_file_again_adds_nothing(dora):
    begin(dora)
    event_imports.work_on_imports()
    again = begin(dora)
    event_imports.work_on_imports()

    again.refresh_from_db()
    assert (again.accepted_count, again.duplicates_count) == (0, 3)


def test_a_worker_that_is_killed_goes_on_where_it_stopped(dora, monkeypatch):
    monkeypatch.setattr(event_imports, "ROWS_AT_ONCE", 2)
    row = begin(dora)
    store_part, calls = event_imports._store_part, []

    def killed(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return store_part(*arguments)

    with monkeypatch.context() as broken:
        broken.setattr(event_imports, "_store_part", killed)
        with pytest.raises(KeyboardInterrupt):
            event_imports.work_on_imports()
    row.refresh_from_db()
    assert (row.state, row.lines_count) == ("waiting", 3)

    assert event_imports.work_on_imports() == 5
    row.refresh_from_db()
    assert (row.state, row.accepted_count, row.rejected_count) == ("done", 3, 4)


@pytest.mark.parametrize("content", [b"", b"name,value\na,1\n", b"userId\n\xff\xfe\n", b"\x89PNG\x00"])
def test_a_file_that_is_no_table_of_events_is_refused_at_once(dora, content):
    with pytest.raises(InvalidInput):
        event_imports.begin_import(file_name="x", content=content, created_by=dora)
    assert not EventImport.objects.exists()


def test_the_command_reads_a_file_of_this_machine(tmp_path):
    path = tmp_path / "past.csv"
    path.write_text(FILE, "utf-8")
    said = io.StringIO()

    call_command("import_events", str(path), stdout=said)

    assert "3 accepted, 0 known before, 4 rejected" in said.getvalue()
    assert "line 4: nobody" in said.getvalue()


def test_staff_upload_a_file_and_see_what_was_refused(dora, ben):
    admin, agent = Client(), Client()
    admin.force_login(dora)
    agent.force_login(ben)
    add = "/admin/customers/eventimport/add/"
    file = SimpleUploadedFile("past.csv", FILE.encode())

    assert agent.get(add).status_code == 403
    page = admin.post(add, {"file": file}, follow=True)
    event_imports.work_on_imports()
    state = admin.get(page.request["PATH_INFO"].replace("change/", "state/")).json()

    assert page.status_code == 200
    assert state["done"] is True
    assert "Nothing says whose event it is" in state["html"]
