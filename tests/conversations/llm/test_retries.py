"""A second try: only before the first word, bounded, and never where it may be paid twice unseen."""

import httpx
import pytest

from conversations.llm.client import Repeats
from conversations.llm.errors import Busy
from conversations.llm.types import CallLimits, ChatMessage, ChatRequest, Opened
from tests.fakes import DONE, EVENT_STREAM, HANG, FakeServer, Reply, chunk, event, fails, sample, says

from .asking import QUICK, ask

BUSY = fails(503)
HELLO: list[ChatMessage] = [{"role": "user", "content": "Hello"}]


async def test_an_upstream_that_is_busy_twice_gives_its_answer():
    server = FakeServer(BUSY, BUSY, says("Hello"))

    heard = await ask(server.client(limits=QUICK))

    assert heard.text == "Hello"
    assert heard.opened == [
        Opened(503, "", "gen-1.1", 1),
        Opened(503, "", "gen-1.2", 2),
        Opened(200, "", "gen-1.3", 3),
    ]
    sent = [request.headers["x-client-request-id"] for request in server.requests]
    assert sent == ["gen-1.1", "gen-1.2", "gen-1.3"]


async def test_the_third_failure_is_the_last():
    server = FakeServer(BUSY)

    heard = await ask(server.client(limits=QUICK))

    assert heard.problem == "busy"
    assert len(server.requests) == 3


async def test_a_5xx_that_nobody_described_is_tried_once_more():
    server = FakeServer(fails(507))

    await ask(server.client(limits=QUICK))

    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [302, 400, 401, 402, 403, 404, 408, 413, 418, 422, 504, 524])
async def test_what_another_try_cannot_mend_is_not_tried_again(status):
    server = FakeServer(fails(status))

    await ask(server.client(limits=QUICK))

    assert len(server.requests) == 1


async def test_no_second_try_after_the_first_word():
    server = FakeServer(Reply([chunk("Hello"), event({"error": {"code": 503}})]))

    heard = await ask(server.client(limits=QUICK))

    assert (heard.text, heard.problem) == ("Hello", "busy")
    assert (heard.error.had_text, heard.error.retryable) == (True, False)
    assert len(server.requests) == 1


async def test_no_second_try_after_the_first_thought():
    server = FakeServer(Reply([chunk(None, reasoning="Hm"), event({"error": {"code": 503}})]))

    heard = await ask(server.client(limits=QUICK))

    assert (heard.reasoning, heard.problem) == ("Hm", "busy")
    assert len(server.requests) == 1


async def test_a_failure_inside_a_200_before_the_first_word_is_tried_again():
    server = FakeServer(
        Reply([b": wait\n\n", chunk(""), event({"error": {"code": 503}}), DONE]), says("Hello")
    )

    heard = await ask(server.client(limits=QUICK))

    assert heard.text == "Hello"
    assert [opened.http_status for opened in heard.opened] == [200, 200]


async def test_a_whole_answer_that_failed_is_tried_again_before_its_text_is_shown():
    server = FakeServer(sample("answer_200_error_in_choice.json"), says("Hello"))

    heard = await ask(server.client(limits=QUICK))

    assert heard.text == "Hello"


async def test_a_stream_that_broke_off_is_not_tried_again():
    server = FakeServer(Reply([chunk("Hello"), httpx.ReadError("gone")]))

    heard = await ask(server.client(limits=QUICK))

    assert heard.problem == "broken_off"
    assert len(server.requests) == 1


@pytest.mark.parametrize("steps", [[], [DONE], [b": ping\n\n", httpx.ReadError("gone")]])
async def test_an_empty_stream_is_a_failure_and_not_tried_again(steps):
    server = FakeServer(Reply(steps))

    heard = await ask(server.client(limits=QUICK))

    assert heard.problem in {"no_answer", "broken_off"}
    assert heard.error.had_text is False
    assert len(server.requests) == 1


async def test_a_timeout_of_unknown_fate_is_not_tried_again():
    server = FakeServer(Reply([HANG]))

    heard = await ask(server.client(limits=CallLimits(first_text_s=0.05)))

    assert heard.problem == "no_answer"
    assert len(server.requests) == 1


async def test_a_connection_that_breaks_before_any_byte_is_tried_once_more_at_once():
    dropped = httpx.RemoteProtocolError("Server disconnected without sending a response.")
    server = FakeServer(dropped, says("Hello"))

    heard = await ask(server.client())

    assert heard.text == "Hello"
    assert heard.seconds < 1.3


async def test_a_connection_that_keeps_breaking_is_a_failure():
    server = FakeServer(httpx.ReadError("reset"))

    heard = await ask(server.client())

    assert heard.problem == "upstream"
    assert len(server.requests) == 2


async def test_garbage_before_the_answer_is_not_tried_again():
    server = FakeServer(httpx.RemoteProtocolError("illegal status line: b'SSH-2.0'"))

    heard = await ask(server.client(limits=QUICK))

    assert heard.problem == "bad_answer"
    assert len(server.requests) == 1


async def test_a_host_that_cannot_be_reached_is_tried_again_within_the_time_to_connect():
    server = FakeServer(httpx.ConnectError("refused"))

    heard = await ask(server.client(limits=CallLimits(connect_s=0.2, retry_waits_s=(0.05, 0.05))))

    assert heard.problem == "unreachable"
    assert 2 <= len(server.requests) <= 3
    assert heard.seconds < 1.3


async def test_retry_after_is_obeyed():
    server = FakeServer(fails(429, retry_after="0.3"), says("Hello"))

    heard = await ask(server.client())

    assert heard.text == "Hello"
    assert 0.3 <= heard.seconds < 1.6


async def test_retry_after_in_the_body_is_obeyed():
    error = {"error": {"code": 429, "metadata": {"retry_after_seconds": 0.3}}}
    server = FakeServer(Reply([event(error)]), says("Hello"))

    heard = await ask(server.client())

    assert heard.text == "Hello"
    assert 0.3 <= heard.seconds < 1.6


async def test_retry_after_beyond_the_limit_fails_now_and_says_when():
    server = FakeServer(fails(429, retry_after="11"))

    heard = await ask(server.client())

    assert heard.seconds < 1.5
    assert len(server.requests) == 1
    assert (heard.problem, heard.error.retry_after) == ("busy", 11)


async def test_an_absurd_retry_after_is_ignored():
    server = FakeServer(fails(429, retry_after="1e99"), says("Hello"))

    assert (await ask(server.client(limits=QUICK))).text == "Hello"


async def test_no_try_begins_after_the_time_for_them():
    server = FakeServer(BUSY)

    heard = await ask(server.client(limits=CallLimits(retry_within_s=0.05, retry_waits_s=(0.2, 0.2))))

    assert heard.problem == "busy"
    assert len(server.requests) == 1


def test_waits_grow_and_are_spread():
    waits = []
    for _ in range(100):
        repeats = Repeats(CallLimits(), 0.0)
        waits.append([repeats.wait(Busy(), 0.0) for _ in range(3)])

    first, second, third = (set(column) for column in zip(*waits, strict=True))
    assert all(0.5 <= wait <= 1.5 for wait in first)
    assert all(1.5 <= wait <= 4.5 for wait in second)
    assert third == {None}
    assert len(first) > 90


async def test_a_system_prompt_in_the_wrong_place_is_moved_once():
    server = FakeServer(sample("error_400_system_role.json"), says("Hello"))

    heard = await ask(server.client(), ChatRequest("m", HELLO, "Be kind."))

    assert heard.text == "Hello"
    before, after = (request.body for request in server.requests)
    assert before["messages"][0] == {"role": "system", "content": "Be kind."}
    assert "system" not in before
    assert after["system"] == "Be kind."
    assert after["messages"] == [{"role": "user", "content": "Hello"}]


async def test_a_system_prompt_is_moved_into_the_messages_for_the_other_dialect():
    server = FakeServer(sample("error_400_system_role.json"), says("Hello"))

    await ask(server.client(), ChatRequest("m", HELLO, "Be kind.", dialect="anthropic"))

    assert [message["role"] for message in server.requests[1].body["messages"]] == ["system", "user"]


async def test_a_system_prompt_is_moved_only_once():
    server = FakeServer(sample("error_400_system_role.json"))

    heard = await ask(server.client(), ChatRequest("m", HELLO, "Be kind."))

    assert heard.problem == "rejected"
    assert len(server.requests) == 2


async def test_without_a_system_prompt_there_is_nothing_to_move():
    server = FakeServer(sample("error_400_system_role.json"))

    await ask(server.client(), ChatRequest("m", HELLO))

    assert len(server.requests) == 1


async def test_every_try_closes_its_connection():
    server = FakeServer(Reply([b"busy"], status=503, headers=EVENT_STREAM), BUSY, says("Hello"))

    await ask(server.client(limits=QUICK))

    assert server.open == 0
