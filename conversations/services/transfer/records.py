"""A file of any size → its records, one at a time: the items of a list, or objects one after the other.

Nothing is trusted before it is weighed: brackets are counted while the bytes come, so that what is too large
or too deep is passed over unparsed, and what is broken does not hide what follows it (docs/decisions/0015-…).
"""

import json
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from django.utils.translation import gettext_noop

CHUNK_BYTES = 256 * 1024
MAX_RECORD_BYTES = 24 * 1024 * 1024
# Objects, lists and strings weigh up to 250 bytes each once they are parsed, whatever they weigh in the file.
MAX_VALUES = 600_000
# The parser of the standard library calls itself for each level, and Python allows a thousand calls.
MAX_DEPTH = 700
# Between two files of a zip (RFC 7464): it cannot stand inside of JSON, so a file cut short ends here.
SEPARATOR = b"\x1e"

NOT_JSON = gettext_noop("it is not valid JSON")
NOT_TEXT = gettext_noop("it is not UTF-8 text")
NOT_AN_OBJECT = gettext_noop("it is not a conversation")
CUT_OFF = gettext_noop("the file ends in the middle of it")
TOO_LARGE = gettext_noop("it is larger than 24 MB")
TOO_MANY = gettext_noop("it has too many parts")
TOO_DEEP = gettext_noop("it is nested too deeply (from LibreChat, export it without “recursive”)")

_TOKEN = re.compile(rb'["\[\]{}\x1e]')
# From inside of a string to its end, or to what has cut it.
_INSIDE = re.compile(rb'[^"\\\x1e]*+(?:\\[^\x1e][^"\\\x1e]*+)*+', re.DOTALL)
_LONG_GAP = 64
_QUOTE, _SEPARATOR = b'"\x1e'


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader stands between two records, to go on from there another time."""

    offset: int = 0
    number: int = 0
    in_list: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """The record `number` of a file, from 1: a `value`, or `why` there is none; the next is `after` it."""

    number: int
    value: Mapping[str, object] | None
    why: str
    after: Place


def read_records(file: BinaryIO, start: Place | None = None) -> Iterator[Record]:
    """Yield the records of `file` from `start` on; no more than one is in memory."""
    splitter = _Splitter(start or Place())
    file.seek(splitter.place.offset)
    while chunk := file.read(CHUNK_BYTES):
        yield from splitter.feed(chunk)
    yield from splitter.end()


class _Splitter:
    def __init__(self, place: Place) -> None:
        self.place = place
        self._base = place.offset  # of the chunk in the file
        self._in_string = self._escaped = False
        self._forget()

    def _forget(self) -> None:
        """No record has begun."""
        self._depth = self._values = 0
        self._raw = bytearray()
        self._why = ""

    def feed(self, chunk: bytes) -> Iterator[Record]:
        at = 1 if self._escaped else 0
        self._escaped = False
        self._start = 0  # of the record's bytes in this chunk
        while at < len(chunk):
            if self._in_string:
                at, ended = self._pass_string(chunk, at)
                self._in_string = not ended
                if ended and not self._depth:
                    yield self._bad(NOT_AN_OBJECT, self._base + at)
                elif chunk[at : at + 1] == SEPARATOR:
                    self._in_string = False
            elif self._depth:
                at = self._pass_record(chunk, at)
                if not self._depth:
                    self._keep(chunk[self._start : at])
                    yield self._complete(self._base + at)
                elif chunk[at : at + 1] == SEPARATOR:
                    yield from self._reset(at)
                    at += 1
            else:
                at = yield from self._pass_between(chunk, at)
        if self._depth:
            self._keep(chunk[self._start :])
        self._base += len(chunk)

    def end(self) -> Iterator[Record]:
        if self._depth or self._in_string:
            yield self._bad(self._why or CUT_OFF, self._base)

    def _pass_record(self, chunk: bytes, at: int) -> int:
        """Weigh what is inside of a record; return where it, its string, its file or the chunk ends."""
        depth, values = self._depth, self._values
        while depth:
            found = _TOKEN.search(chunk, at)
            stop = found.start() if found else len(chunk)
            if stop - at > _LONG_GAP:
                values += chunk.count(b",", at, stop)
            at = stop
            if found is None or chunk[stop] == _SEPARATOR:
                break
            at += 1
            if chunk[stop] == _QUOTE:
                values += 1
                at, ended = self._pass_string(chunk, at)
                self._in_string = not ended
                if not ended:
                    break
            elif chunk[stop] in b"[{":
                depth, values = depth + 1, values + 1
                if depth > MAX_DEPTH:
                    self._give_up(TOO_DEEP)
            else:
                depth -= 1
        self._depth, self._values = depth, values
        if values > MAX_VALUES:
            self._give_up(TOO_MANY)
        return at

    def _pass_between(self, chunk: bytes, at: int) -> Generator[Record, None, int]:
        """Take what stands at `at` between two records and return where to go on."""
        found = _TOKEN.search(chunk, at)
        stop = found.start() if found else len(chunk)
        yield from self._pass_gap(chunk, at, stop)
        if found is None:
            return stop
        token = found.group()
        if token == SEPARATOR:
            yield from self._reset(stop)
        elif token == b'"':
            self._in_string = True
        else:
            yield from self._open(token, stop)
        return stop + 1

    def _open(self, token: bytes, at: int) -> Iterator[Record]:
        """Meet a bracket between two records."""
        if token == b"[" and not self.place.in_list:
            self.place = replace(self.place, in_list=True, offset=self._base + at + 1)
        elif token in b"[{":
            self._depth, self._start = 1, at
        elif token == b"]" and self.place.in_list:
            self.place = replace(self.place, in_list=False, offset=self._base + at + 1)
        else:
            yield self._bad(NOT_JSON, self._base + at + 1)

    def _pass_string(self, chunk: bytes, at: int) -> tuple[int, bool]:
        """Pass what is inside of a string; return where to go on, and whether the string has ended."""
        found = _INSIDE.match(chunk, at)
        at = found.end() if found else at
        token = chunk[at : at + 1]
        if token == b"\\":  # what it stands before is in the next chunk, or is the end of the file
            self._escaped = at + 1 == len(chunk)
            return at + 1, False
        return (at + 1, True) if token == b'"' else (at, False)

    def _pass_gap(self, chunk: bytes, start: int, stop: int) -> Iterator[Record]:
        """Pass what is neither bracket nor string: commas, and what does not belong here."""
        gap = chunk[start:stop]
        if self._base + start == 0:
            gap = gap.removeprefix(b"\xef\xbb\xbf")
        for piece in gap.split(b","):
            if piece.strip():
                yield self._bad(NOT_AN_OBJECT if self.place.in_list else NOT_JSON, self._base + stop)

    def _reset(self, at: int) -> Iterator[Record]:
        """A file of a zip ends here, whatever it has left open."""
        self._in_string = False
        if self._depth:
            yield self._bad(self._why or CUT_OFF, self._base + at + 1)
        self.place = replace(self.place, in_list=False, offset=self._base + at + 1)

    def _keep(self, piece: bytes) -> None:
        if self._why:
            return
        self._raw += piece
        if len(self._raw) > MAX_RECORD_BYTES:
            self._give_up(TOO_LARGE)

    def _give_up(self, why: str) -> None:
        self._why = self._why or why
        self._raw = bytearray()

    def _bad(self, why: str, offset: int) -> Record:
        self._forget()
        self.place = replace(self.place, offset=offset, number=self.place.number + 1)
        return Record(self.place.number, None, why, self.place)

    def _complete(self, offset: int) -> Record:
        raw, why = self._raw, self._why
        self._forget()
        self.place = replace(self.place, offset=offset, number=self.place.number + 1)
        value, why = (None, why) if why else parse(raw)
        return Record(self.place.number, value, why, self.place)


def parse(raw: bytes | bytearray) -> tuple[Mapping[str, object] | None, str]:
    """Return the object that `raw` spells, or None and why it does not."""
    try:
        value = json.loads(raw.decode(), parse_constant=_no_number)
    except UnicodeDecodeError:
        return None, NOT_TEXT
    except RecursionError:
        return None, TOO_DEEP
    except ValueError:  # also of a number with thousands of digits
        return None, NOT_JSON
    return (value, "") if isinstance(value, dict) else (None, NOT_AN_OBJECT)


def _no_number(name: str) -> None:
    """NaN and Infinity are no JSON, and no time or count of ours."""
