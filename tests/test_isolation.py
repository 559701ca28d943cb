"""The guards around every test are up: nothing leaves this machine, and nothing connects inside a transaction."""

import socket

import pytest
from django.db import transaction

from tests.conftest import ConnectedInTransaction, ReachedOut


def test_no_test_reaches_another_machine():
    with socket.socket() as client, pytest.raises(ReachedOut):
        client.connect(("192.0.2.1", 80))
    with pytest.raises(ReachedOut):
        socket.getaddrinfo("example.com", 443)


@pytest.mark.django_db
def test_connecting_inside_a_transaction_is_refused_and_outside_it_is_not():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as early, socket.socket() as late:
        early.connect(server.getsockname())
        with transaction.atomic(), pytest.raises(ConnectedInTransaction):
            late.connect(server.getsockname())
