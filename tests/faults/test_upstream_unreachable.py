"""U1, U2 and U23: there is nobody to ask, or nobody to trust, and the pages open all the same."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from threading import Thread

import pytest

from tests.conversations.llm.certificates import self_signed
from tests.conversations.management.processes import free_port
from tests.served.site import Site

from .conftest import OURS, SHORT
from .figures import Figures
from .invariants import API_KEY, check, stored
from .page import Page
from .upstream_rows import SENTENCES

CONNECT_S = int(SHORT["LLM_CONNECT_LIMIT_S"])
PAGE_WITHIN_S = 2
PATIENCE_S = 30


@dataclass(frozen=True, slots=True)
class Address:
    """Where a model is said to be."""

    url: str


@dataclass(slots=True)
class Away:
    """A site that is told to ask at an address where a test may put what it likes, or nothing."""

    site: Site
    port: int


@pytest.fixture(scope="module", params=["aiohttp", "httpx"])
def away(request, tmp_path_factory, prepared) -> Iterator[Away]:
    directory, port = tmp_path_factory.mktemp("away"), free_port()
    database = prepared.copy(directory)
    settings = {**OURS, "LLM_TRANSPORT": request.param}
    site = Site(directory, Address(f"https://127.0.0.1:{port}/v1"), database=database, **settings)
    try:
        yield Away(site.start(), port)
    finally:
        site.kill()
        database.drop()


@contextmanager
def deaf(port: int) -> Iterator[None]:
    """Listen at `port`, and never say a word."""
    with socket.create_server(("127.0.0.1", port), backlog=64):
        yield


@contextmanager
def speaking(port: int, context: ssl.SSLContext | None) -> Iterator[list[bytes]]:
    """Speak TLS at `port`, or no TLS; yield what callers said once they trusted what they were shown."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", port), backlog=64) as listener:
        thread = Thread(target=answer_calls, args=(listener, context, heard))
        thread.start()
        try:
            yield heard
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def answer_calls(listener: socket.socket, context: ssl.SSLContext | None, heard: list[bytes]) -> None:
    while True:
        try:
            caller, _ = listener.accept()
        except OSError:
            return
        with caller:
            caller.settimeout(PATIENCE_S)
            answer_call(caller, context, heard)


def answer_call(caller: socket.socket, context: ssl.SSLContext | None, heard: list[bytes]) -> None:
    try:
        if context is None:
            caller.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
            heard.append(caller.recv(65536))
        else:
            with context.wrap_socket(caller, server_side=True) as trusted:
                heard.append(trusted.recv(65536))
    except OSError:
        return


def ask_in_vain(page: Page, question: str, figures: Figures) -> None:
    """Ask, and assert that the person is told soon that there is no model server, and can ask again."""
    lag_s = seconds_of(page, "/")
    began_at = time.monotonic()
    answer = page.ask(question).wait_for_end(within_s=PATIENCE_S)
    seconds, row = answer.ended_at - began_at, stored(page.site.database, answer)

    assert (row.status, row.problem, row.text) == ("failed", "unreachable", "")
    assert SENTENCES["unreachable"] in answer.shown.footer
    assert "problem__retry" in answer.shown.footer
    figures.tried()
    figures.worst("seen after", seconds, at_most=CONNECT_S + 1 + 2 * lag_s)
    check(page.site.database, [page], said=page.site.said)


def seconds_of(page: Page, address: str) -> float:
    began_at = time.monotonic()
    assert page.get(address).status_code == 200
    return time.monotonic() - began_at


@pytest.mark.promise(row="U1")
def test_a_refused_connection_is_told_within_the_limit(away, visit, figures):
    ask_in_vain(visit(away.site), "Is anybody there?", figures)


@pytest.mark.promise(row="U1")
def test_a_name_that_does_not_exist_is_told_within_the_limit(new_site, visit, figures):
    site = new_site(asks=Address("http://no-such-host.invalid/v1")).start()

    ask_in_vain(visit(site), "Is anybody there?", figures)


@pytest.mark.promise(row="U2")
def test_a_handshake_that_never_ends_is_told_within_the_limit(away, visit, figures):
    with deaf(away.port):
        ask_in_vain(visit(away.site), "Is anybody awake?", figures)


@pytest.mark.promise(row="U2")
def test_a_certificate_that_nobody_vouches_for_gets_no_key_and_no_question(away, visit, figures, tmp_path):
    with speaking(away.port, self_signed(tmp_path)) as heard:
        ask_in_vain(visit(away.site), "Who are you?", figures)

    assert heard == []


@pytest.mark.promise(row="U2")
def test_a_server_without_tls_gets_no_key_and_no_question(away, visit, figures):
    with speaking(away.port, None) as heard:
        ask_in_vain(visit(away.site), "Is this private?", figures)

    assert API_KEY.encode() not in b"".join(heard)
    assert b"private" not in b"".join(heard)


# Nothing asks an upstream for its list of models yet: the one model is a setting.
@pytest.mark.promise(row="U23")
@pytest.mark.parametrize("state", ["dead", "deaf"])
def test_pages_open_while_the_upstream_is(away, visit, figures, state):
    page = visit(away.site)
    page.ask("Hello?").wait_for_end(within_s=PATIENCE_S)

    with deaf(away.port) if state == "deaf" else nullcontext():
        loads = [max(seconds_of(page, "/"), seconds_of(page, page.conversation)) for _ in range(3)]

    figures.tried(len(loads))
    figures.worst("page loaded after", min(loads), at_most=PAGE_WITHIN_S)


@pytest.mark.promise(row="U23")
def test_no_page_asks_the_upstream_for_its_models(shared_site, upstream, visit):
    before = upstream.stats()["listed"]
    page = visit(shared_site)
    page.ask("words-3@0 please").wait_for_end()
    page.get("/")

    assert upstream.stats()["listed"] == before
