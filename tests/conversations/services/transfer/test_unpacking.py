"""An upload becomes one stream of JSON, or a sentence."""

import io
import json
import struct
import zipfile
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.services.errors import Refusal
from conversations.services.transfer import unpacking
from conversations.services.transfer.unpacking import BOMB, DAMAGED, NOT_KNOWN, unpack

from .files import house, records, sample, zipped, zipped_as

MOST = 50_000_000


def unpacked(data: bytes, most_bytes: int = MOST) -> bytes:
    target = io.BytesIO()
    size = unpack(io.BytesIO(data), target, most_bytes=most_bytes)
    assert size == len(target.getvalue())
    return target.getvalue()


def refusal(data: bytes, most_bytes: int = MOST) -> str:
    began = thread_time()
    with pytest.raises(Refusal) as refused:
        unpacked(data, most_bytes)
    assert thread_time() - began < 2
    return str(refused.value)


def test_json_stays_as_it_is():
    assert unpacked(sample("chatgpt")) == sample("chatgpt")


def test_of_an_archive_only_the_conversations_are_taken():
    data = zipped_as(
        {
            "user.json": b'{"id": "me"}',
            "export/conversations.json": b'[{"a": 1}]',
            "export/conversations-001.json": b'[{"a": 2}]',
            "chat.html": b"<html>",
            "file-1.png": b"\x89PNG",
        }
    )

    assert [record.value for record in records(unpacked(data))] == [{"a": 1}, {"a": 2}]


def test_where_none_is_named_so_every_json_file_is_taken():
    data = zipped(one=json.dumps(house(id="1")), two=json.dumps(house(id="2")))

    assert [record.value["id"] for record in records(unpacked(data))] == ["1", "2"]


def test_names_decide_nothing_but_what_is_looked_at(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = zipped_as({"../../conversations.json": b"[{}]", "/etc/x.json": b"[]", "a\\..\\b.json": b"[]"})

    assert unpacked(data).startswith(b"[{}]")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [b"\0one.json", b"on\0e.json", b"one\xff.json", b"///.//", b"one\x1e.json"])
def test_a_name_that_is_none_does_no_harm(name):
    data = zipped_as({"a" * len(name): b"[{}]"}).replace(b"a" * len(name), name)

    assert is_taken_or_told(data)


def is_taken_or_told(data: bytes) -> bool:
    try:
        unpacked(data)
    except Refusal as refused:
        return bool(str(refused))
    return True


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"\x89PNG\r\n", NOT_KNOWN),
        (b"hello", NOT_KNOWN),
        ('[{"a": 1}]'.encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04 and nothing", DAMAGED),
        (zipped(conversations=b"[]")[:60], DAMAGED),
        (zipped_as({"readme.txt": b"x"}), "no JSON file"),
        (zipped_as({"inner.zip": zipped(conversations=b"[]")}), "no JSON file"),
        (zipped(conversations=b" " * 20_000_000), BOMB),
        (b"[" + b" " * 2_000, "larger than 0 MB"),
    ],
    ids=[
        *(
            "empty",
            "blank",
            "picture",
            "words",
            "utf-16",
            "no zip",
            "zip cut short",
            "no json",
            "zip in a zip",
        ),
        *("bomb", "too large"),
    ],
)
def test_what_is_no_export_is_told(data, sentence):
    assert sentence in refusal(data, 1_000 if data.startswith(b"[ ") else MOST)


def test_what_says_that_it_unpacks_to_too_much_is_not_unpacked():
    noise = bytes(range(256)) * 8
    data = zipped_as({"conversations.json": noise * 100}, zipfile.ZIP_STORED)

    assert "larger than" in refusal(data, 100_000)


def test_what_lies_about_its_size_is_stopped():
    data = bytearray(zipped(conversations=b"[" + b" " * 900_000 + b"]"))
    place = data.rindex(b"PK\x01\x02") + 24
    data[place : place + 4] = struct.pack("<I", 10)

    assert refusal(bytes(data), 100_000)


def test_a_locked_archive_is_told():
    data = bytearray(zipped(conversations=b"[]"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1

    assert refusal(bytes(data)) == DAMAGED


def test_a_list_of_files_that_would_fill_the_memory_is_not_read():
    data = bytearray(zipped(conversations=b"[]"))
    place = data.rindex(b"PK\x05\x06") + 12
    data[place : place + 4] = struct.pack("<I", 400_000_000)

    assert "too many files" in refusal(bytes(data))


def test_too_many_files_are_told(monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_ENTRIES", 3)

    assert "4 files" in refusal(zipped_as({f"{n}.json": b"{}" for n in range(4)}))


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_taken_or_told(data, as_zip):
    if as_zip:
        good = zipped(conversations=b"[{}]")
        data = good[: len(good) // 2] + data[:20] + good[len(good) // 2 :]
    assert is_taken_or_told(data)
