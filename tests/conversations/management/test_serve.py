import http.client
import signal
import socket
from subprocess import Popen

import pytest
from django.test import override_settings

from conversations.management.commands.serve import Command, configuration, listen
from conversations.management.single_server import only_server

from .processes import free_port, served, wait_for


def read_until(process: Popen[str], words: str) -> str:
    said = ""
    while words not in said:
        line = process.stdout.readline()
        assert line, f"the server ended without saying {words!r}: {said}"
        said += line
    return said


def test_a_prepared_site_answers_at_the_printed_link_and_ends_on_sigterm(tmp_path):
    port = free_port()
    with served(tmp_path, "--prepare", PORT=port) as process:
        said = read_until(process, "Ctrl+C ends it.")
        assert f"is ready: http://127.0.0.1:{port}/" in said
        assert f"first administrator (this link works once): http://127.0.0.1:{port}/setup/" in said

        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.status == 302
        assert answer.headers["Location"].startswith("/accounts/login/")
        assert "Server" not in answer.headers
        connection.close()

        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_who_connected_before_the_end_may_still_say_what_for(tmp_path):
    port = free_port()
    with served(tmp_path, "--prepare", PORT=port) as process:
        read_until(process, "Ctrl+C ends it.")
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            process.send_signal(signal.SIGTERM)
            assert wait_for(lambda: not is_listening(port))
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
        assert process.wait(timeout=20) == 0


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_taken_port_is_told_in_a_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with served(tmp_path, PORT=port) as process:
            said, _ = process.communicate(timeout=30)

    assert process.returncode == 1
    assert f"Port {port} is in use already." in said
    assert "Traceback" not in said


def test_a_second_server_on_one_sqlite_database_is_refused_in_a_sentence(tmp_path):
    with (
        only_server(tmp_path / "chat.sqlite3.served", wait_s=0),
        served(tmp_path, PORT=free_port(), GRACE_S=0) as process,
    ):
        said, _ = process.communicate(timeout=30)

    assert process.returncode == 1
    assert "served by another process already" in said
    assert "Traceback" not in said


@pytest.mark.django_db
@override_settings(SITE_NAME="Otters", SITE_URL="")
def test_the_link_for_the_first_administrator_is_printed_while_there_is_nobody():
    with listen("127.0.0.1", 0) as listener:
        lines = Command().greeting(listener)

    assert "Otters is ready: http://127.0.0.1:" in lines[0]
    assert "/setup/" in lines[1]


def test_nobody_becomes_first_administrator_after_the_first_person(ada):
    with listen("127.0.0.1", 0) as listener:
        lines = Command().greeting(listener)

    assert len(lines) == 1


@pytest.mark.django_db
@override_settings(SITE_URL="https://chat.example.org")
def test_the_public_address_is_printed_where_there_is_one():
    with listen("127.0.0.1", 0) as listener:
        lines = Command().greeting(listener)

    assert "https://chat.example.org/" in lines[0]
    assert "https://chat.example.org/setup/" in lines[1]


NGINX_KEEPS_S = 60


def test_an_idle_line_is_kept_longer_than_a_proxy_keeps_it():
    assert configuration().timeout_keep_alive > NGINX_KEEPS_S
