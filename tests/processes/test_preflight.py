"""Each thing that stops a start is one line that names it and the setting to change."""

import os
import socket
from pathlib import Path

from csassist.processes.preflight import NeededPort, busy, problems, unwritable


def listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def needed(port: int) -> NeededPort:
    return NeededPort("127.0.0.1", port, "CSASSIST_WEB_PORT", "the web pages")


def test_a_busy_port_is_named_with_its_holder_and_its_setting():
    with listening() as server:
        port = server.getsockname()[1]
        line = busy(needed(port))

    assert f"Port {port} for the web pages is held by " in line
    assert f"(process {os.getpid()})" in line
    assert "CSASSIST_WEB_PORT" in line
    assert "\n" not in line


def test_a_port_just_given_up_is_free():
    with listening() as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()  # leaves the port in TIME_WAIT

    assert busy(needed(port)) == ""


def test_an_address_of_another_machine_is_refused_with_its_reason():
    line = busy(NeededPort("192.0.2.1", 8000, "CSASSIST_WEB_PORT", "the web pages"))

    assert "cannot be used" in line


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").touch()

    line = unwritable(tmp_path / "file" / "data")

    assert str(tmp_path / "file" / "data") in line
    assert "CSASSIST_DATA_DIR" in line


def test_every_problem_is_told_at_once(tmp_path: Path):
    (tmp_path / "file").touch()
    with listening() as first, listening() as second:
        ports = [needed(server.getsockname()[1]) for server in (first, second)]
        found = problems(data_dir=tmp_path / "file", ports=ports)

    assert len(found) == 3


def test_nothing_in_the_way_leaves_nothing_behind(tmp_path: Path):
    with listening() as server:
        port = server.getsockname()[1]

    assert problems(data_dir=tmp_path / "data", ports=[needed(port)]) == []
    assert list((tmp_path / "data").iterdir()) == []
