"""What servers say on the wire, dialect by dialect, where no recorded answer shows it."""

from decimal import Decimal

import pytest

from conversations.llm.types import CallLimits, ChatRequest, Finished, ReasoningDelta, TextDelta, ToolCall
from tests.fakes import DONE, EVENT_STREAM, FakeServer, Reply, chunk, event, fails, says, usage

from .asking import ask

END = chunk("", finish="stop")


async def hear(*steps, **options):
    return await ask(FakeServer(Reply(steps)).client(**options))


async def test_deltas_that_arrive_together_leave_as_one():
    heard = await hear(chunk("a") + chunk("b") + chunk(None, reasoning="c") + chunk("d"), chunk("e") + END)

    assert heard.events[1:-1] == [TextDelta("ab"), ReasoningDelta("c"), TextDelta("d"), TextDelta("e")]


@pytest.mark.parametrize(
    "deltas",
    [
        [{"reasoning": "a"}, {"reasoning": "b"}],
        [{"reasoning_content": "a", "content": None}, {"reasoning_content": "b"}],
        [{"reasoning": "a", "reasoning_content": "a"}, {"reasoning": "b", "reasoning_content": "b"}],
        [
            {"reasoning": "a", "reasoning_details": [{"type": "reasoning.text", "text": "a"}]},
            {"reasoning": "b"},
        ],
        [{"reasoning_details": [{"text": "a"}, {"data": "xx"}]}, {"reasoning_details": [{"summary": "b"}]}],
        [{"reasoning": "ab"}, {"reasoning_details": [{"type": "reasoning.text", "text": "ab"}]}],
        [{"reasoning": "ab"}, {"reasoning_details": [{"signature": "xyz"}]}],
        [{"reasoning": None, "reasoning_content": "ab", "reasoning_details": []}],
    ],
)
async def test_a_thought_is_shown_once_whatever_its_field_is_called(deltas):
    heard = await hear(*[chunk(None, **delta) for delta in deltas], chunk("Yes."), END)

    assert (heard.reasoning, heard.text) == ("ab", "Yes.")


async def test_only_the_first_choice_is_ours():
    other = {"index": 1, "delta": {"content": "no"}, "finish_reason": "length"}
    ours = {"index": 0, "delta": {"content": "yes"}}

    heard = await hear(event({"choices": [other, ours]}), event({"choices": [other]}), END)

    assert (heard.text, heard.outcome) == ("yes", "complete")


async def test_what_follows_done_is_not_ours():
    heard = await hear(chunk("a", finish="stop") + DONE + chunk("b") + event({"error": {"code": 500}}))

    assert (heard.text, heard.outcome) == ("a", "complete")


@pytest.mark.parametrize("last", [[], [DONE]])
async def test_without_a_finish_reason_the_answer_is_broken_off(last):
    heard = await hear(chunk("a"), *last)

    assert (heard.text, heard.problem, heard.finished) == ("a", "broken_off", None)


async def test_what_is_malformed_is_skipped(caplog):
    deep = b"data: " + b"[" * 100_000 + b"\n\n"
    odd = [event(value) for value in (1, None, [1], "x", {"choices": 3}, {"choices": [3]}, {"choices": {}})]
    odd += [event({"choices": [{"delta": value}]}) for value in (3, "x", [], {"content": 7}, {"content": {}})]
    odd += [event({"choices": [{"index": 0, "finish_reason": value}]}) for value in (7, True, [], {}, "")]
    odd += [
        event({"usage": value, "meta": value}) for value in (3, "x", [], {"prompt_tokens": "9", "usage": 1})
    ]
    odd += [event({"id": value, "model": value}) for value in (3, {}, True)]

    heard = await hear(chunk("a"), b"data: {broken\n\n", deep, *odd, chunk("b"), END, DONE)

    assert (heard.text, heard.outcome) == ("ab", "complete")
    assert "broken" not in caplog.text
    assert [record.args for record in caplog.records] == [(6,)]


async def test_garbage_alone_is_a_bad_answer():
    assert (await hear(b"data: {broken\n\n", DONE)).problem == "bad_answer"


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("stop", "complete"),
        ("STOP", "complete"),
        ("end_turn", "complete"),
        ("stop_sequence", "complete"),
        ("pause_turn", "complete"),
        ("length", "cut_short"),
        ("max_tokens", "cut_short"),
        ("model_context_window_exceeded", "cut_short"),
        ("content_filter", "refused"),
        ("refusal", "refused"),
        ("tool_calls", "tool_call"),
        ("tool_use", "tool_call"),
        ("function_call", "tool_call"),
        ("something_new", "complete"),
    ],
)
async def test_why_it_stopped(reason, outcome):
    heard = await hear(chunk("a"), chunk("", finish=reason))

    assert (heard.finished.reason, heard.outcome) == (reason, outcome)


@pytest.mark.parametrize("text", ["", " \n"])
async def test_a_stop_without_words_is_empty(text):
    assert (await hear(chunk(text, finish="stop"), DONE)).outcome == "empty"


async def test_a_refusal_is_the_text_where_there_is_no_other():
    heard = await hear(chunk(None, refusal="I can"), chunk(None, refusal="not."), END)

    assert (heard.text, heard.outcome, heard.finished.refusal) == ("I cannot.", "refused", "I cannot.")


async def test_a_refusal_after_words_is_told_apart():
    heard = await hear(chunk("Well, "), chunk(None, refusal="no."), chunk("", finish="content_filter"))

    assert (heard.text, heard.outcome, heard.finished.refusal) == ("Well, ", "refused", "no.")


async def test_content_in_parts_is_text():
    heard = await hear(chunk(None, content=[{"type": "text", "text": "a"}, {"type": "image"}, 3]), END)

    assert heard.text == "a"


async def test_fragments_of_tools_are_gathered():
    first = {"index": 1, "id": "b", "function": {"name": "beta", "arguments": '{"x"'}}
    odd = [3, {"index": 0, "id": "a", "function": {"name": "alpha"}}, {"index": 2, "function": None}]

    heard = await hear(
        chunk(None, tool_calls=[first]),
        chunk(None, tool_calls=odd),
        chunk(None, tool_calls=[{"index": 1, "id": "", "function": {"name": None, "arguments": ":1}"}}]),
        chunk(None, tool_calls="none", finish="tool_calls"),
    )

    assert heard.finished.tool_calls == (
        ToolCall("a", "alpha", ""),
        ToolCall("b", "beta", '{"x":1}'),
        ToolCall("", "", ""),
    )


async def test_a_foreign_name_is_bounded_and_clean():
    names = b'data: {"id":"%b","model":"<b>\\ud83d\\u0000%b"}\n\n' % (b"i" * 999, b"m" * 999)

    heard = await hear(names, event({"choices": [{"delta": {"content": "a"}, "finish_reason": "f" * 999}]}))

    assert heard.finished == Finished(
        "f" * 64, "", "complete", model="<b>\ufffd" + "m" * 196, upstream_id="i" * 200
    )


async def test_usage_may_come_before_after_and_without_choices():
    heard = await hear(
        event({"choices": [], "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}}),
        chunk("Hello"),
        usage(8, 5, prompt_tokens_details={"cached_tokens": 4, "cache_write_tokens": 2}),
        END,
        event({"usage": None, "meta": {"usage": {"credits_used": 2_000}}}),
    )

    assert (heard.usage.prompt_tokens, heard.usage.completion_tokens) == (8, 5)
    assert (heard.usage.cached_tokens, heard.usage.cache_write_tokens) == (4, 2)
    assert heard.usage.reasoning_tokens is None
    assert heard.usage.cost_usd == Decimal("0.001")


@pytest.mark.parametrize("count", [-1, 2**31, 1e300, True, "5", None, [], 10**400])
async def test_a_count_that_is_none_is_not_stored(count):
    body = event({"usage": {"prompt_tokens": count, "completion_tokens": 3}, "choices": []})

    heard = await hear(chunk("Hello"), body, END)

    assert (heard.usage.prompt_tokens, heard.usage.completion_tokens) == (None, 3)


@pytest.mark.parametrize("price", [-1, 1e300, "NaN", "1e999999999", True, [], "x" * 100, None])
async def test_a_price_that_is_none_is_not_stored(price):
    heard = await hear(chunk("Hello"), event({"meta": {"usage": {"usd_spent": price}}}), usage(), END)

    assert heard.usage.cost_usd is None


async def test_the_price_of_a_whole_answer_may_be_in_a_header():
    body = {"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}

    heard = await ask(FakeServer(fails(200, body, x_aimlapi_usd_spent="0.0012714")).client())

    assert heard.usage.cost_usd == Decimal("0.0012714")


@pytest.mark.parametrize(
    ("prompt", "completion", "trusted"),
    [(8, 5, True), (8, 200, False), (5000, 5, False), (None, 5, True), (60, 60, True)],
)
async def test_counts_that_may_be_credits_are_not_trusted(prompt, completion, trusted):
    counts = {"prompt_tokens": prompt, "completion_tokens": completion}

    heard = await hear(chunk("Hello!"), event({"choices": [], "usage": counts}), END)

    assert heard.usage.trusted is trusted


async def test_counts_far_below_the_text_are_not_trusted():
    heard = await hear(chunk("word " * 1000), usage(8, 1), END)

    assert heard.usage.trusted is False


async def test_pictures_make_no_prompt_suspicious():
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBOR"}}
    request = ChatRequest("m", [{"role": "user", "content": [picture]}])

    heard = await ask(FakeServer(Reply([chunk("Hello"), usage(1600, 5), END])).client(), request)

    assert heard.usage.trusted is True


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream", "text/plain", ""])
async def test_a_whole_answer_is_known_by_what_it_is(kind):
    body = b'\xef\xbb\xbf \n{"choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]}'

    heard = await ask(FakeServer(Reply([body[:2], body[2:]], headers={"content-type": kind})).client())

    assert (heard.text, heard.outcome) == ("Hello", "complete")


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
async def test_a_stream_is_known_by_what_it_is(kind):
    heard = await ask(FakeServer(Reply(says("Hello").steps, headers={"content-type": kind})).client())

    assert (heard.text, heard.outcome) == ("Hello", "complete")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", b"<!DOCTYPE html><h1>Login</h1>"),
        ("text/event-stream", b"\n <html>"),
        ("text/html", b"Service unavailable"),
        ("text/plain", b""),
        ("application/json", b"[]"),
        ("application/json", b'{"broken'),
        ("application/json", b'{"object":"list","data":[]}'),
        ("application/json", b'"hello"'),
    ],
)
async def test_something_else_is_a_bad_answer(kind, body):
    heard = await ask(FakeServer(Reply([body], headers={"content-type": kind})).client())

    assert heard.problem == "bad_answer"
    assert heard.error.http_status == 200


async def test_a_whole_answer_without_a_finish_reason_is_broken_off():
    heard = await ask(FakeServer(fails(200, {"choices": [{"message": {"content": "Hello"}}]})).client())

    assert (heard.text, heard.problem) == ("Hello", "broken_off")


async def test_what_is_compressed_all_the_same_is_not_read():
    reply = Reply([b"\x1f\x8b" + b"x" * 1000], headers={**EVENT_STREAM, "content-encoding": "gzip"})

    assert (await ask(FakeServer(reply).client())).problem == "bad_answer"


async def test_a_whole_answer_over_the_limit_is_shown_up_to_it():
    body = {"choices": [{"message": {"content": "1234567890abc"}, "finish_reason": "stop"}]}

    heard = await ask(FakeServer(fails(200, body)).client(limits=CallLimits(answer_chars=10)))

    assert (heard.text, heard.problem) == ("1234567890", "too_much")


async def test_no_surrogate_and_no_nul_comes_out():
    heard = await hear(
        b'data: {"choices":[{"delta":{"content":"a\\u0000b\\ud83d"}}]}\n\n',
        b'data: {"choices":[{"delta":{"content":"\\ude00c\\udc00"}}]}\n\n',
        b'data: {"choices":[{"delta":{"reasoning":"x\\ud800"},"finish_reason":"stop"}]}\n\n',
    )

    assert heard.text == "ab😀c\ufffd"
    assert heard.reasoning == "x\ufffd"
