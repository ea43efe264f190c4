"""Over real sockets, with both transports: connections, and what becomes of them."""

import asyncio
import logging
import traceback
from contextlib import aclosing, suppress

import pytest

from conversations.llm.client import LLMClient
from conversations.llm.types import CallLimits, ChatRequest, TextDelta
from tests.fakes import DONE, HANG, Reply, SocketServer, chunk, fails, says

from .asking import KEY, ONCE, QUESTION, QUICK, Heard, ask
from .certificates import self_signed

AT_ONCE_S = 2  # far more than it takes; what it must not wait for takes for ever
OK = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"


async def hear(connect, *replies: Reply, limits: CallLimits = QUICK) -> tuple[Heard, SocketServer]:
    async with SocketServer(*replies) as server:
        return await ask(connect(server.url, limits)), server


async def test_an_answer(connect):
    heard, server = await hear(connect, says("Hello", " there"))

    assert (heard.text, heard.outcome) == ("Hello there", "complete")
    assert server.requests[0].path == "/v1/chat/completions"
    assert server.requests[0].body["model"] == "fake/model"


async def test_the_headers(connect):
    _, server = await hear(connect, says("Hello"))

    headers = server.requests[0].headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["content-type"] == "application/json"
    assert headers["accept-encoding"] == "identity"
    assert headers["x-client-request-id"] == "gen-1.1"
    assert int(headers["content-length"]) == len(QUESTION.body())


async def test_a_connection_serves_answer_after_answer(connect):
    async with SocketServer(says("Hello")) as server:
        client = connect(server.url)
        for number in range(5):
            async with aclosing(client.stream_chat(QUESTION, client_request_id=f"g{number}")) as events:
                assert "Hello" in [event.text async for event in events if isinstance(event, TextDelta)]
        await client.aclose()

    assert server.connections == 1


async def test_cookies_are_not_carried_from_answer_to_answer(connect):
    reply = Reply(
        says("Hello").steps, headers={"content-type": "text/event-stream", "set-cookie": "a=b; path=/"}
    )
    async with SocketServer(reply) as server:
        client = connect(server.url)
        for _ in range(2):
            async with aclosing(client.stream_chat(QUESTION, client_request_id="g")) as events:
                async for _ in events:
                    pass
        await client.aclose()

    assert "cookie" not in server.requests[1].headers


async def leave_at_the_first_word(server: SocketServer, client: LLMClient) -> None:
    """Close an answer that has begun, and see the server left at once, before the client is closed."""
    async with aclosing(client.stream_chat(QUESTION, client_request_id="g")) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    with suppress(TimeoutError):
        async with asyncio.timeout(AT_ONCE_S):
            await server.disconnected.wait()
    assert server.disconnected.is_set()
    await client.aclose()


@pytest.mark.parametrize("steps", [[chunk("Hello"), HANG], [chunk("Hello"), 0.01] * 1000])
async def test_closing_the_generator_closes_the_connection_at_once(connect, steps):
    async with SocketServer(Reply(steps)) as server:
        await leave_at_the_first_word(server, connect(server.url))


@pytest.mark.parametrize(
    "reply",
    [Reply([chunk("Hello"), HANG]), Reply([HANG]), Reply([HANG], raw=True), Reply([b"x", HANG], status=500)],
    ids=["between words", "before the first word", "before the headers", "in the body of an error"],
)
async def test_cancelling_the_task_closes_the_connection_at_once(connect, reply):
    before = len(asyncio.all_tasks())
    async with SocketServer(reply) as server:
        client = connect(server.url)
        task = asyncio.create_task(read(client))
        while not server.requests:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        task.cancel()
        async with asyncio.timeout(AT_ONCE_S):
            with suppress(asyncio.CancelledError):
                await task
            await server.disconnected.wait()
        assert task.cancelled()
        await client.aclose()
    await asyncio.sleep(0.05)

    assert len(asyncio.all_tasks()) == before


async def test_closing_over_tls_does_not_wait_for_the_other_side(connect, tmp_path, monkeypatch):
    tls = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    async with SocketServer(Reply([chunk("Hello"), 0.01] * 1000), tls=tls) as server:
        await leave_at_the_first_word(server, connect(server.url))


async def read(client: LLMClient) -> None:
    async with aclosing(client.stream_chat(QUESTION, client_request_id="g")) as events:
        async for _ in events:
            pass


async def test_a_limit_of_time_closes_the_connection(connect):
    async with SocketServer(Reply([chunk("Hello"), HANG])) as server:
        heard = await ask(connect(server.url, CallLimits(silence_s=0.1)))
        async with asyncio.timeout(AT_ONCE_S):
            await server.disconnected.wait()

    assert (heard.text, heard.problem) == ("Hello", "silent")


@pytest.mark.parametrize("last", [[], [ConnectionResetError()]], ids=["closed", "reset"])
async def test_a_kept_connection_that_breaks_gets_one_safe_try(connect, last):
    async with SocketServer(says("One"), Reply(last, raw=True), says("Two")) as server:
        client = connect(server.url, CallLimits())
        for word in ("One", "Two"):
            async with aclosing(client.stream_chat(QUESTION, client_request_id="g")) as events:
                assert word in [event.text async for event in events if isinstance(event, TextDelta)]
        await client.aclose()

    assert len(server.requests) == 3


@pytest.mark.parametrize("last", [[], [ConnectionResetError()]], ids=["closed", "reset"])
async def test_a_connection_that_always_breaks_is_a_failure(connect, last):
    heard, server = await hear(connect, Reply(last, raw=True), limits=CallLimits())

    assert heard.problem == "upstream"
    assert len(server.requests) == 2
    assert heard.seconds < 1


BROKEN = {
    "reset": Reply([chunk("Hello"), 0.05, ConnectionResetError()]),
    "closed without the last chunk": Reply(
        [OK + b"transfer-encoding: chunked\r\n\r\n", b"%x\r\n%b\r\n" % (len(chunk("Hello")), chunk("Hello"))],
        raw=True,
    ),
    "shorter than it said": Reply([OK + b"content-length: 9999\r\n\r\n" + chunk("Hello")], raw=True),
    "closed in a line": Reply([chunk("Hello"), chunk("never whole")[:-30]]),
    "clean end without a finish": Reply([chunk("Hello")]),
    "done without a finish": Reply([chunk("Hello"), DONE]),
    "no length, closed": Reply([OK + b"\r\n" + chunk("Hello")], raw=True),
}


@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN.keys())
async def test_an_answer_that_breaks_off_keeps_its_words(connect, reply):
    heard, server = await hear(connect, reply)

    assert (heard.text, heard.problem, heard.error.had_text) == ("Hello", "broken_off", True)
    assert len(server.requests) == 1


GARBAGE = {
    "another protocol": Reply([b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n"], raw=True),
    "bytes": Reply([b"\x00\xff\x13\x37" * 100], raw=True),
    "endless headers": Reply([b"HTTP/1.1 200 OK\r\n", *[b"x-header: value\r\n" * 1000] * 1000], raw=True),
    "an endless header": Reply([b"HTTP/1.1 200 OK\r\nx: ", *[b"x" * 10_000] * 1000], raw=True),
}


@pytest.mark.parametrize("reply", GARBAGE.values(), ids=GARBAGE.keys())
async def test_garbage_is_a_failure(connect, reply):
    heard, _ = await hear(connect, reply)

    assert heard.problem in {"bad_answer", "upstream"}
    assert heard.seconds < 2


async def test_headers_that_never_end_are_no_answer(connect):
    reply = Reply([b"HTTP/1.1 200 OK\r\n", *[b"x: y\r\n", 0.02] * 80], raw=True)

    heard, _ = await hear(connect, reply, limits=CallLimits(first_text_s=0.3))

    assert heard.problem == "no_answer"
    assert heard.seconds < 1.8


async def test_an_upload_that_is_refused_half_way_does_not_wait_for_its_end():
    """aiohttp's only: the other transport reads nothing until the whole body is written."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too large\r\ncontent-length: 0\r\n\r\n")
        await asyncio.sleep(5)

    big = ChatRequest("m", [{"role": "user", "content": "x" * 20_000_000}])
    async with SocketServer(by_hand=refuse) as server:
        heard = await ask(LLMClient(server.url, KEY), big)

    assert heard.problem == "too_large"
    assert heard.seconds < 3


async def test_a_body_of_megabytes_arrives_whole(connect):
    text = "é" * 3_000_000
    async with SocketServer(says("Hello")) as server:
        heard = await ask(connect(server.url), ChatRequest("m", [{"role": "user", "content": text}]))

    assert heard.text == "Hello"
    assert server.requests[0].body["messages"][0]["content"] == text


async def test_of_an_endless_error_only_so_much_is_taken(connect):
    heard, _ = await hear(connect, Reply([b"x" * 65536] * 10_000, status=500), limits=ONCE)

    assert heard.problem == "upstream"
    assert heard.seconds < 2


async def test_the_key_is_in_no_error_and_no_log(connect, caplog):
    caplog.set_level(logging.DEBUG)
    replies = [
        fails(401, {"message": f"{KEY} is wrong"}),
        Reply([ConnectionResetError()], raw=True),
        says("Hello"),
    ]
    for reply in replies:
        async with SocketServer(reply) as server:
            client = connect(server.url, ONCE)
            heard = await ask(client)
            told = [repr(client), str(client), str(vars(client)), repr(heard)]
        if heard.error:
            told += ["".join(traceback.format_exception(heard.error)), repr(vars(heard.error))]
        assert KEY not in "".join(told)

    assert KEY not in caplog.text


async def test_a_hundred_answers_at_once_stay_apart(connect):
    async with SocketServer(Reply([chunk("a"), 0.3, *says("b").steps])) as server:
        client = connect(server.url)

        async def listen() -> str:
            async with aclosing(client.stream_chat(QUESTION, client_request_id="g")) as events:
                return "".join([event.text async for event in events if isinstance(event, TextDelta)])

        texts = await asyncio.gather(*[listen() for _ in range(120)])
        await client.aclose()

    assert texts == ["ab"] * 120
