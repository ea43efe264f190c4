"""Limits that comments, empty deltas and drips cannot fool."""

import asyncio
from contextlib import aclosing

import httpx
import pytest

from conversations.llm.types import CallLimits
from tests.fakes import DONE, EVENT_STREAM, HANG, FakeServer, Reply, chunk, fails, says, usage

from .asking import ONCE, QUESTION, ask

COMMENTS = [b": PROCESSING\n\n", 0.01] * 200
EMPTY_DELTAS = [chunk(""), 0.01] * 200
NUL_DELTAS = [chunk("\0"), 0.01] * 200
DRIP = [step for byte in chunk("x" * 200) for step in (bytes([byte]), 0.01)]
TOOLS = [chunk(None, tool_calls=[{"index": 0, "function": {"arguments": " "}}]), 0.01] * 200

NEVER_A_WORD = {
    "nothing": [HANG],
    "comments": COMMENTS,
    "empty deltas": EMPTY_DELTAS,
    "NUL": NUL_DELTAS,
    "drip": DRIP,
    "tools": TOOLS,
    "white space": [b"\n", 0.01] * 200,
}


@pytest.mark.parametrize("steps", NEVER_A_WORD.values(), ids=NEVER_A_WORD.keys())
async def test_no_word_within_the_limit_of_the_first_one(steps):
    server = FakeServer(Reply(steps))

    heard = await ask(server.client(limits=CallLimits(first_text_s=0.2)))

    assert heard.problem == "no_answer"
    assert 0.2 <= heard.seconds < 1.6
    assert server.open == 0


@pytest.mark.parametrize("steps", NEVER_A_WORD.values(), ids=NEVER_A_WORD.keys())
async def test_silence_after_words(steps):
    server = FakeServer(Reply([chunk("Hello"), *steps]))

    heard = await ask(server.client(limits=CallLimits(silence_s=0.2)))

    assert (heard.text, heard.problem, heard.error.had_text) == ("Hello", "silent", True)
    assert 0.2 <= heard.seconds < 1.6
    assert server.open == 0


async def test_a_thought_is_a_sign_of_life():
    thoughts = [chunk(None, reasoning="Hm. "), 0.2] * 6

    heard = await ask(
        FakeServer(Reply([*thoughts, *says("Hello").steps])).client(limits=CallLimits(silence_s=1))
    )

    assert (heard.reasoning, heard.text) == ("Hm. " * 6, "Hello")


async def test_words_that_drip_are_not_cut():
    heard = await ask(FakeServer(says(*"abcdef", pause_s=0.2)).client(limits=CallLimits(silence_s=1)))

    assert (heard.text, heard.outcome) == ("abcdef", "complete")


async def test_the_whole_answer_has_a_limit_of_time():
    server = FakeServer(says(*["word "] * 500, pause_s=0.01))

    heard = await ask(server.client(limits=CallLimits(answer_s=0.3)))

    assert (heard.problem, heard.error.had_text) == ("timeout", True)
    assert heard.text.startswith("word word ")
    assert 0.3 <= heard.seconds < 1.7


async def test_text_has_a_limit_to_the_character():
    server = FakeServer(says("12345", "6789", "0abc"))

    heard = await ask(server.client(limits=CallLimits(answer_chars=10)))

    assert (heard.text, heard.problem, heard.finished) == ("1234567890", "too_much", None)


async def test_text_up_to_the_limit_is_whole():
    heard = await ask(FakeServer(says("12345", "67890")).client(limits=CallLimits(answer_chars=10)))

    assert (heard.text, heard.outcome) == ("1234567890", "complete")


async def test_thoughts_have_the_same_limit():
    steps = [chunk(None, reasoning="12345678")] * 2

    heard = await ask(FakeServer(Reply(steps)).client(limits=CallLimits(answer_chars=10)))

    assert (heard.reasoning, heard.problem) == ("1234567812", "too_much")


async def test_arguments_of_tools_have_the_same_limit():
    piece = chunk(None, tool_calls=[{"index": 0, "function": {"arguments": "123456"}}])

    heard = await ask(FakeServer(Reply([piece, piece, DONE])).client(limits=CallLimits(answer_chars=10)))

    assert heard.problem == "too_much"


async def test_calls_of_tools_are_counted():
    pieces = [chunk(None, tool_calls=[{"index": index}]) for index in range(200)]

    assert (await ask(FakeServer(Reply(pieces)).client())).problem == "too_much"


async def test_a_line_over_the_limit_keeps_the_text_before_it():
    server = FakeServer(Reply([chunk("Hello"), b"data: " + b"x" * 5000]))

    heard = await ask(server.client(limits=CallLimits(line_bytes=1000)))

    assert (heard.text, heard.problem, heard.error.had_text) == ("Hello", "too_much", True)


async def test_an_answer_that_is_not_streamed_has_a_limit():
    body = b'{"choices": [' + b" " * 20_000

    heard = await ask(
        FakeServer(fails(200, body)).client(limits=CallLimits(answer_chars=100, line_bytes=1000))
    )

    assert heard.problem == "too_much"


async def test_only_so_much_of_an_error_is_read():
    server = FakeServer(Reply([b"x" * 1000] * 1_000_000, status=500, headers=EVENT_STREAM))

    heard = await ask(server.client(limits=ONCE))

    assert heard.problem == "upstream"
    assert heard.seconds < 1.5


async def test_an_error_whose_body_hangs_is_told_by_its_status():
    server = FakeServer(Reply([b'{"mess', HANG], status=401, headers=EVENT_STREAM))

    heard = await ask(server.client(limits=CallLimits(error_body_s=0.1)))

    assert heard.problem == "key"
    assert 0.1 <= heard.seconds < 1.4


async def test_an_error_whose_body_hangs_is_not_asked_for_again():
    server = FakeServer(Reply([b'{"message":', HANG], status=500))

    heard = await ask(server.client(limits=CallLimits(error_body_s=0.1, retry_waits_s=(0.01, 0.01))))

    assert heard.problem == "upstream"
    assert len(server.requests) == 1


async def test_an_error_whose_body_breaks_is_told_by_its_status():
    server = FakeServer(Reply([b'{"mess', httpx.ReadError("gone")], status=401, headers=EVENT_STREAM))

    assert (await ask(server.client())).problem == "key"


async def test_after_the_finish_the_connection_is_soon_closed():
    server = FakeServer(Reply([chunk("Hello", finish="stop"), usage(), *COMMENTS]))

    heard = await ask(server.client(limits=CallLimits(finish_linger_s=0.2)))

    assert (heard.text, heard.outcome) == ("Hello", "complete")
    assert heard.usage is not None
    assert 0.2 <= heard.seconds < 1.5
    assert server.open == 0


async def test_words_after_the_finish_do_not_hold_the_connection():
    server = FakeServer(Reply([chunk("Hello", finish="stop"), *[chunk("!"), 0.01] * 500]))

    heard = await ask(server.client(limits=CallLimits(finish_linger_s=0.2)))

    assert heard.outcome == "complete"
    assert heard.seconds < 1.5


async def test_done_with_an_open_socket_is_a_finished_answer():
    server = FakeServer(Reply([*says("Hello").steps, HANG]))

    heard = await ask(server.client())

    assert (heard.text, heard.outcome) == ("Hello", "complete")
    assert heard.seconds < 1.5
    assert server.open == 0


async def test_a_connection_that_breaks_after_the_finish_takes_nothing_away():
    server = FakeServer(Reply([chunk("Hello", finish="stop"), usage(), httpx.ReadError("gone")]))

    heard = await ask(server.client())

    assert (heard.text, heard.outcome) == ("Hello", "complete")
    assert heard.usage is not None


async def test_a_slow_reader_does_not_use_up_the_limit_of_silence():
    client = FakeServer(says(*"abc")).client(limits=CallLimits(silence_s=0.1))
    texts = []
    async with aclosing(client.stream_chat(QUESTION, client_request_id="a")) as events:
        async for event in events:
            texts.append(getattr(event, "text", ""))
            await asyncio.sleep(0.15)

    assert "".join(texts) == "abc"
