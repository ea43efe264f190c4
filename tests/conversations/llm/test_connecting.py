"""Reaching the upstream, with both transports: names, ports, certificates, redirects and proxies."""

import socket
import ssl

from conversations.llm.types import CallLimits
from tests.fakes import SocketServer, fails, says

from .asking import ask
from .certificates import self_signed


async def test_a_closed_port_cannot_be_reached(connect):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        heard = await ask(connect(f"http://127.0.0.1:{taken.getsockname()[1]}/v1"))

    assert heard.problem == "unreachable"
    assert heard.error.retryable is True


async def test_a_name_that_does_not_exist_cannot_be_reached(connect):
    heard = await ask(connect("http://no-such-host.invalid/v1", CallLimits(connect_s=1, retry_waits_s=())))

    assert heard.problem == "unreachable"
    assert heard.seconds < 2


async def test_a_host_that_does_not_answer_cannot_be_reached_within_the_limit(connect):
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for waiting in (first, second):  # the queue is full: the next connection gets no answer
            waiting.setblocking(False)
            waiting.connect_ex(deaf.getsockname())
        heard = await ask(connect(f"http://127.0.0.1:{deaf.getsockname()[1]}/v1", CallLimits(connect_s=0.3)))

    assert heard.problem == "unreachable"
    assert 0.2 < heard.seconds < 1.8


async def test_a_certificate_that_nobody_vouches_for_is_refused(connect, tmp_path):
    tls = self_signed(tmp_path)
    async with SocketServer(says("Hello"), tls=tls) as server:
        heard = await ask(connect(server.url))

    assert (heard.problem, heard.error.retryable) == ("unreachable", False)
    assert server.requests == []


async def test_a_certificate_that_the_site_trusts_is_accepted(connect, tmp_path, monkeypatch):
    tls = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    async with SocketServer(says("Hello"), tls=tls) as server:
        heard = await ask(connect(server.url))

    assert heard.text == "Hello"


async def test_a_port_without_tls_is_not_spoken_to_in_the_clear(connect):
    async with SocketServer(says("Hello")) as server:
        heard = await ask(connect(server.url.replace("http:", "https:"), CallLimits(connect_s=0.5)))

    assert heard.problem in {"unreachable", "upstream"}
    assert server.requests == []


async def test_a_handshake_that_hangs_ends_at_the_limit_of_connecting(connect):
    async with SocketServer(by_hand=lambda reader, writer: reader.read()) as server:
        heard = await ask(connect(server.url.replace("http:", "https:"), CallLimits(connect_s=0.3)))

    assert heard.problem == "unreachable"
    assert heard.seconds < 1


async def test_a_redirect_is_not_followed(connect):
    async with SocketServer(says("Stolen")) as elsewhere:
        location = elsewhere.url + "/chat/completions"
        for status in (301, 302, 307, 308):
            async with SocketServer(fails(status, location=location)) as server:
                heard = await ask(connect(server.url))
            assert heard.problem == "bad_answer"
            assert heard.error.operator is True

    assert elsewhere.requests == []


async def test_a_proxy_in_the_environment_is_not_used(connect, monkeypatch):
    async with SocketServer(says("Stolen")) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("no_proxy", "")
        async with SocketServer(says("Hello")) as server:
            heard = await ask(connect(server.url))

    assert heard.text == "Hello"
    assert proxy.requests == []


def test_tls_is_never_weakened(connect):
    client = connect("https://upstream.test/v1")
    context = getattr(client._transport, "ssl_context", None) or client._transport._pool._ssl_context

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname is True
