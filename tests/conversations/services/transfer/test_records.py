"""A file is taken apart whatever is in it."""

import io
import json
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.services.transfer import records as module
from conversations.services.transfer.records import MAX_DEPTH, SEPARATOR, Place, read_records

from .files import records

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.lists(st.dictionaries(st.text(), JSON, max_size=4), max_size=6)


@pytest.fixture
def small_chunks(monkeypatch) -> None:
    """Every border falls into every place."""
    monkeypatch.setattr(module, "CHUNK_BYTES", 7)


def whys(data: bytes) -> list[str]:
    return [record.why for record in records(data)]


@given(OBJECTS, st.sampled_from([None, 1]), st.booleans(), st.integers(1, 9))
def test_the_items_of_a_list_come_one_by_one_wherever_a_chunk_ends(objects, indent, ascii_only, size):
    data = json.dumps(objects, indent=indent, ensure_ascii=ascii_only).encode()
    before, module.CHUNK_BYTES = module.CHUNK_BYTES, size
    try:
        found = records(data)
    finally:
        module.CHUNK_BYTES = before

    assert [(it.number, it.value) for it in found] == list(enumerate(objects, start=1))


@given(st.binary(max_size=200), st.integers(1, 9))
def test_any_bytes_are_records_or_reasons(data, size):
    before, module.CHUNK_BYTES = module.CHUNK_BYTES, size
    try:
        found = records(data)
    finally:
        module.CHUNK_BYTES = before

    assert all((record.value is None) == bool(record.why) for record in found)


@given(OBJECTS, st.data())
def test_reading_goes_on_from_any_place(objects, data):
    file = io.BytesIO(json.dumps(objects).encode())
    found = list(read_records(file))
    places = [Place(), *(record.after for record in found)]
    number = data.draw(st.integers(0, len(found)))

    assert list(read_records(file, places[number])) == found[number:]


def test_what_is_broken_does_not_hide_what_follows(small_chunks):
    found = records(b'[{"a": 1}, {"b": oops}, 7, "x", [1], {"c": 3}]')

    assert [record.value for record in found] == [{"a": 1}, None, None, None, None, {"c": 3}]
    assert [record.number for record in found] == [1, 2, 3, 4, 5, 6]


def test_a_file_of_a_zip_that_is_cut_short_ends_at_its_end(small_chunks):
    found = records(SEPARATOR.join([b'{"a": 1}', b'[{"b": ["cut', b'{"c": 3}', b""]))

    assert [record.value for record in found] == [{"a": 1}, None, {"c": 3}]
    assert found[1].why == module.CUT_OFF


def test_objects_one_after_the_other_are_records():
    assert [record.value for record in records(b'\xef\xbb\xbf{"a": 1}\n{"a": 2}\n')] == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"[" * 100_000, module.TOO_DEEP),
        (b'{"a":' * 100_000, module.TOO_DEEP),
        (b"[" + b"[" * 100_000 + b"]" * 100_000 + b"]", module.TOO_DEEP),
        (b"[[" + b"{}," * 610_000 + b"{}]]", module.TOO_MANY),
        (b"[[" + b"1," * 610_000 + b"1]]", module.TOO_MANY),
        (b'[{"a": "' + b"x" * 26_000_000 + b'"}]', module.TOO_LARGE),
        (b'[{"a": "' + b"\\" * 1_000_001 + b'"}]', module.CUT_OFF),
        (b'[{"a": 1' + b"0" * 5_000 + b"}]", module.NOT_JSON),
        (b'[{"a": "\xff"}]', module.NOT_TEXT),
        (b'{"a"', module.CUT_OFF),
        (b'"only a string"', module.NOT_AN_OBJECT),
        (b"true", module.NOT_JSON),
        (b"[1]", module.NOT_AN_OBJECT),
        (b"}", module.NOT_JSON),
    ],
    ids=lambda value: value[:12] if isinstance(value, bytes) else "",
)
def test_what_is_made_to_hurt_is_told_at_once(data, why):
    began = thread_time()

    assert whys(data) == [why]
    assert thread_time() - began < 3


def test_what_is_just_not_too_deep_is_read():
    depth = MAX_DEPTH - 1
    (record,) = records(b'{"a":' + b"[" * depth + b"]" * depth + b"}")

    assert record.why == ""


def test_a_string_over_many_chunks_is_gone_through_once():
    began = thread_time()
    (record,) = records(b'{"a": "' + b"\\n" * 5_000_000 + b'"}')

    assert record.value == {"a": "\n" * 5_000_000}
    assert thread_time() - began < 3
