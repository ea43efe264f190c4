"""The WHATWG algorithm for event streams, byte by byte."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.llm.sse import EventSplitter
from tests.fakes import STREAMS, sample_rows


def split(content: bytes, *sizes: int) -> list[tuple[str, str]]:
    """Feed `content` in pieces of `sizes`, the last of them repeated to the end."""
    splitter, found, at = EventSplitter(), [], 0
    pieces = iter(sizes or (len(content),))
    size = 1
    while at < len(content):
        size = next(pieces, size)
        found += splitter.feed(content[at : at + size])
        at += size
    return [(event, data) for event, data in found]


def by_the_book(content: bytes) -> list[tuple[str, str]]:
    """The algorithm as the standard tells it, for a stream that is whole."""
    found: list[tuple[str, str]] = []
    data: list[str] = []
    event = ""
    for line in re.split("\r\n|\r|\n", content.decode("utf-8", "replace").removeprefix("\ufeff"))[:-1]:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            found += [(event, "\n".join(data))] if data else []
            event, data = "", []
        elif field == "data":
            data.append(value)
        elif field == "event":
            event = value
    return found


CASES = {
    "one line": (b"data: hello\n\n", [("", "hello")]),
    "no space after the colon": (b"data:hello\n\n", [("", "hello")]),
    "only one space is removed": (b"data:  hello\n\n", [("", " hello")]),
    "a tab is not a space": (b"data:\thello\n\n", [("", "\thello")]),
    "two lines of data make one event": (b"data: YHOO\ndata: +2\ndata: 10\n\n", [("", "YHOO\n+2\n10")]),
    "a comment is not data": (b": test stream\n\ndata: first\n\n", [("", "first")]),
    "a bare colon is a comment": (b":\n\ndata: a\n:\ndata: b\n\n", [("", "a\nb")]),
    "a field without a colon has no value": (b"data\n\ndata\ndata\n\ndata:", [("", ""), ("", "\n")]),
    "an event without data is nothing": (b"event: ping\n\ndata: a\n\n", [("", "a")]),
    "an event has a name": (b"event: add\ndata: 73857293\n\n", [("add", "73857293")]),
    "the last name counts, for one event": (
        b"event: a\nevent: b\ndata: 1\n\ndata: 2\n\n",
        [("b", "1"), ("", "2")],
    ),
    "id, retry and unknown fields are ignored": (b"id: 1\nretry: 9\nfoo: bar\ndata: x\n\n", [("", "x")]),
    "a field name is exact": (b"Data: a\ndata : b\n data: c\ndata: d\n\n", [("", "d")]),
    "a colon may stand in the value": (b"data: a: b\n\n", [("", "a: b")]),
    "what is not ended by an empty line is dropped": (b"data: a\n\ndata: b\n", [("", "a")]),
    "an unfinished line is dropped": (b"data: a\n\ndata: b", [("", "a")]),
    "CRLF": (b"data: a\r\n\r\ndata: b\r\n\r\n", [("", "a"), ("", "b")]),
    "CR": (b"data: a\r\rdata: b\r\r", [("", "a"), ("", "b")]),
    "all three ends of lines": (
        b"data: a\rdata: b\ndata: c\r\n\r\n\ndata: d\n\r",
        [("", "a\nb\nc"), ("", "d")],
    ),
    "a byte order mark at the start": (b"\xef\xbb\xbfdata: a\n\n", [("", "a")]),
    "a byte order mark later is text": (b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [("", "a")]),
    "two byte order marks are one too many": (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", []),
    "U+2028, U+0085 and form feed are text": (
        "data: a\u2028b\u0085c\fd\n\n".encode(),
        [("", "a\u2028b\u0085c\fd")],
    ),
    "NUL is text": (b"data: a\0b\n\n", [("", "a\0b")]),
    "invalid UTF-8 is replaced": (b"data: a\xff\xfe\xe2\x82 b\n\n", [("", "a\ufffd\ufffd\ufffd b")]),
    "a cut character does not eat the end of its line": (b"data: \xf0\x9f\x98\n\n", [("", "\ufffd")]),
    "nothing": (b"", []),
    "empty lines": (b"\n\r\n\r\n\n\n", []),
}


@pytest.mark.parametrize(("content", "events"), CASES.values(), ids=CASES.keys())
def test_the_algorithm(content, events):
    assert split(content) == events


@pytest.mark.parametrize(("content", "events"), CASES.values(), ids=CASES.keys())
def test_the_algorithm_in_pieces_of_every_size(content, events):
    for size in range(1, len(content) + 1):
        assert split(content, size) == events


LINES = st.sampled_from(
    [
        b"data: a",
        b"data:b",
        b"data",
        b": c",
        b"event: e",
        b"id: 1",
        b"x",
        "data: é\u2028😀".encode(),
        b"data: \xff",
        b"",
    ]
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
CONTENT = st.lists(st.tuples(LINES, ENDS), max_size=30).map(lambda parts: b"".join(a + b for a, b in parts))


@given(content=CONTENT, mark=st.booleans(), sizes=st.lists(st.integers(1, 9), min_size=1, max_size=60))
def test_cuts_change_nothing(content, mark, sizes):
    content = b"\xef\xbb\xbf" * mark + content

    assert split(content, *sizes) == by_the_book(content)


@given(st.lists(st.text().map(lambda text: text.encode("utf-8", "replace").decode()), max_size=8), ENDS)
def test_what_is_written_is_read(texts, end):
    written = [text.replace("\r", "").replace("\n", "") for text in texts]
    content = b"".join(b"data: " + text.encode() + end + end for text in written)

    assert split(content, 1) == [("", text) for text in written]


def test_a_line_over_the_limit_stops_the_splitter():
    splitter = EventSplitter(line_bytes=100)

    assert splitter.feed(b"data: good\n\ndata: " + b"x" * 80) == [("", "good")]
    assert not splitter.overflowed
    assert splitter.feed(b"x" * 80) == []
    assert splitter.overflowed
    assert splitter.feed(b"\n\ndata: more\n\n") == []


def test_an_event_of_many_lines_counts_as_one():
    splitter = EventSplitter(line_bytes=100)

    for _ in range(20):
        splitter.feed(b"data: ten bytes\n")

    assert splitter.overflowed


def test_events_before_a_line_over_the_limit_are_kept():
    splitter = EventSplitter(line_bytes=100)

    assert splitter.feed(b"data: good\n\ndata: " + b"x" * 200 + b"\n\n") == [("", "good")]
    assert splitter.overflowed


def test_a_long_line_in_single_bytes_is_read_whole():
    splitter = EventSplitter()
    for byte in b"data: " + b"x" * 500_000 + b"\n":
        splitter.feed(bytes([byte]))  # were the line joined anew each time, this would take minutes

    assert [event.data for event in splitter.feed(b"\n")] == ["x" * 500_000]


@pytest.mark.parametrize(("name", "row"), sample_rows().items())
def test_the_manifest_says_whether_done_is_there(name, row):
    if row["kind"] == "stream":
        payloads = [data.strip() for _, data in split((STREAMS / name).read_bytes(), 5)]
        assert ("[DONE]" in payloads) is row["expect"]["done"]
