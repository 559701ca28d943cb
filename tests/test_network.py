"""The guard of the tests themselves: nothing leaves this machine."""

import socket
import threading

import pytest

from tests.conftest import ReachedOut


@pytest.mark.parametrize("address", [("93.184.216.34", 80), ("10.0.0.1", 80), ("169.254.169.254", 80), ("0.0.0.0", 80)])
def test_a_connection_to_another_machine_is_stopped(address):
    with socket.socket() as one, pytest.raises(ReachedOut):
        one.connect(address)


def test_a_look_up_is_stopped_in_threads_too():
    stopped = []

    def look_up() -> None:
        try:
            socket.getaddrinfo("example.com", 443)
        except ReachedOut as error:
            stopped.append(error)

    thread = threading.Thread(target=look_up)
    thread.start()
    thread.join()
    assert len(stopped) == 1


def test_loopback_is_free():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()[:2]):
        assert socket.getaddrinfo("localhost", 80)
