"""What error answers mean, and what is never told about them."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from conversations.llm.failures import parse_object, retry_after
from tests.fakes import DONE, FakeServer, Reply, chunk, event, fails

from .asking import ONCE, ask


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (400, b"prompt is too long", "too_long"),
        (400, {"error": {"code": 400, "type": "exceed_context_size_error", "n_ctx": 8192}}, "too_long"),
        (400, {"error": {"code": "context_length_exceeded", "message": "no"}}, "too_long"),
        (400, {"detail": "context length is 4096"}, "too_long"),
        (400, {"error": "This model's maximum context is 10"}, "too_long"),
        (400, {"error": {"metadata": {"error_type": "content_policy_violation"}}}, "refused"),
        (400, {"error": None, "message": None}, "rejected"),
        (400, b"\xff\xfe" * 100, "rejected"),
        (400, b"[" * 60_000, "rejected"),
        (402, {}, "funds"),
        (403, {"message": "Add to your balance"}, "funds"),
        (403, b"<html>Forbidden</html>", "not_allowed"),
        (408, {}, "timeout"),
        (409, {}, "rejected"),
        (410, {}, "rejected"),
        (429, {"error": {"code": "insufficient_quota"}}, "funds"),
        (451, {}, "rejected"),
        (500, {"error": {"type": "overloaded_error"}}, "busy"),
        (500, b"Traceback (most recent call last): /home/model/server.py", "upstream"),
        (507, {}, "upstream"),
        (599, [1, 2], "upstream"),
    ],
)
async def test_an_error_answer_means_a_problem(status, body, problem):
    heard = await ask(FakeServer(fails(status, body)).client(limits=ONCE))

    assert heard.problem == problem
    assert heard.error.http_status == status
    assert [opened.http_status for opened in heard.opened] == [status]


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        ({"error": {"type": "authentication_error", "message": "x"}}, "key"),
        ({"error": {"code": "429"}}, "busy"),
        ({"error": "something broke"}, "upstream"),
        ({"status": 503, "message": "later"}, "busy"),
        ({"error": {"code": 17}}, "upstream"),
        ({"error": {"code": True, "message": ["a", "b"]}}, "upstream"),
        ({"error": {"code": 403, "metadata": {"flagged_input": "secret words"}}}, "refused"),
        ({"error": {"code": 400, "message": "prompt is too long"}}, "too_long"),
    ],
)
async def test_an_error_inside_a_200_means_the_same(payload, problem):
    streamed = await ask(FakeServer(Reply([event(payload), DONE])).client(limits=ONCE))
    whole = await ask(FakeServer(fails(200, payload)).client(limits=ONCE))

    assert (streamed.problem, whole.problem) == (problem, problem)


@pytest.mark.parametrize("nothing", [None, "", False, {}, []])
async def test_an_error_key_that_holds_nothing_is_no_error(nothing):
    steps = [chunk("Hello"), event({"error": nothing, "choices": [{"delta": {}, "finish_reason": "stop"}]})]

    heard = await ask(FakeServer(Reply(steps)).client())

    assert (heard.text, heard.outcome) == ("Hello", "complete")


async def test_an_event_named_error_is_a_failure_whatever_it_holds():
    heard = await ask(FakeServer(Reply([chunk("Hello"), b"event: error\ndata: oh no\n\n", DONE])).client())

    assert (heard.text, heard.problem) == ("Hello", "upstream")
    assert heard.error.had_text is True
    assert heard.error.retryable is False


async def test_a_finish_of_error_without_an_error_is_a_failure():
    heard = await ask(FakeServer(Reply([chunk("Hello", finish="error")])).client())

    assert (heard.text, heard.problem, heard.finished) == ("Hello", "upstream", None)


async def test_the_error_tells_ids_and_numbers_but_no_words():
    body = {
        "message": "SECRET WORDS",
        "requestId": "req-7",
        "error": {"metadata": {"flagged_input": "SECRET"}},
    }

    heard = await ask(FakeServer(fails(503, body, retry_after="40")).client(limits=ONCE))

    assert str(heard.error) == "busy status=503 request=req-7 retry_after=40.0"
    assert "SECRET" not in repr(heard.error)
    assert "SECRET" not in repr(vars(heard.error))


async def test_a_request_id_that_could_forge_a_log_line_is_dropped():
    heard = await ask(FakeServer(fails(500, {"requestId": "a\nERROR forged"})).client(limits=ONCE))

    assert heard.error.request_id == ""


async def test_a_long_error_is_read_in_no_time():
    for words in (
        b"role " * 13_000,
        b"system\n" * 9_000,
        b"[" * 65_000,
        b'{"message": "' + b"too lon" * 9_000 + b'"}',
    ):
        heard = await ask(FakeServer(fails(400, words)).client(limits=ONCE))

        assert heard.problem == "rejected"
        assert heard.seconds < 1.3


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("7", 7),
        (" 7.5 ", 7.5),
        (4, 4),
        ("0", None),
        ("-3", None),
        ("1e9", None),
        ("NaN", None),
        (float("inf"), None),
        (True, None),
        ("", None),
        ("soon", None),
        ("99999999999", None),
        ("86401", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", None),
        ("Wed, 99 Oct 99999 07:28:00 GMT", None),
        ("٧", None),
        (None, None),
        ({"seconds": 3}, None),
    ],
)
def test_retry_after(asked, seconds):
    assert retry_after(asked) == seconds


def test_retry_after_as_a_date():
    in_a_minute = datetime.now(UTC) + timedelta(seconds=60)

    assert retry_after(format_datetime(in_a_minute, usegmt=True)) == pytest.approx(60, abs=2)
    assert retry_after(in_a_minute.strftime("%a, %d %b %Y %H:%M:%S")) == pytest.approx(60, abs=2)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"1", b"{", b"[" * 100_000, b'{"a":' * 100_000, b"\xff", b"9" * 5000]
)
def test_what_is_not_an_object_is_none(body):
    assert parse_object(body) is None


def test_a_byte_order_mark_before_an_object_is_skipped():
    assert parse_object(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
