"""Bytes in, complete server-sent events out: the WHATWG algorithm, without network and without JSON.

Lines end in LF, CRLF or CR and in nothing else (U+2028 is text). They are split before they are decoded: no
byte of a longer UTF-8 character is CR or LF, so a character cut between two reads is whole again in its line.
"""

from typing import NamedTuple

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ServerEvent(NamedTuple):
    event: str  # "" when the event has no name
    data: str


class EventSplitter:
    """Cut a byte stream into events, holding at most `line_bytes` of an unfinished line or event."""

    def __init__(self, line_bytes: int = 1024 * 1024) -> None:
        self.line_bytes = line_bytes
        self.overflowed = False  # a line or event went over the limit; nothing more will come out
        self._tail: list[bytes] = []  # the unfinished line, joined once: it may come byte by byte
        self._tail_bytes = 0
        self._data: list[str] = []
        self._data_bytes = 0
        self._event = ""
        self._after_cr = False
        self._at_start = True

    def feed(self, piece: bytes) -> list[ServerEvent]:
        """Return the events that `piece` completes, in order; what is unfinished waits for the next piece."""
        if self.overflowed or not piece:
            return []
        if b"\r" in piece or self._after_cr:
            piece = self._with_line_feeds(piece)
        head, *rest = piece.split(b"\n")
        self._tail.append(head)
        self._tail_bytes += len(head)
        if not rest:
            self.overflowed = self._tail_bytes + self._data_bytes > self.line_bytes
            return []
        first = b"".join(self._tail)
        tail = rest.pop()
        self._tail, self._tail_bytes = [tail], len(tail)
        if self._at_start:
            self._at_start = False
            first = first.removeprefix(BYTE_ORDER_MARK)
        events = self._read_lines([first, *rest])
        if self._tail_bytes + self._data_bytes > self.line_bytes:
            self.overflowed = True
        return events

    def _with_line_feeds(self, piece: bytes) -> bytes:
        """Write CR and CRLF as LF, also where a CRLF is cut between two pieces."""
        if self._after_cr and piece.startswith(b"\n"):
            piece = piece[1:]
        # An empty piece is left only when it was the LF of a CRLF: that line has already ended.
        self._after_cr = piece.endswith(b"\r")
        return piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _read_lines(self, lines: list[bytes]) -> list[ServerEvent]:
        events: list[ServerEvent] = []
        limit = self.line_bytes
        for line in lines:
            if len(line) > limit:
                self.overflowed = True
                break
            if not line:
                if self._data:
                    data = self._data[0] if len(self._data) == 1 else "\n".join(self._data)
                    events.append(ServerEvent(self._event, data))
                    self._data, self._data_bytes = [], 0
                self._event = ""
            elif line.startswith(b"data: "):
                self._data.append(line[6:].decode("utf-8", "replace"))
                self._data_bytes += len(line)
                if self._data_bytes > limit:
                    self.overflowed = True
                    break
            elif not line.startswith(b":"):
                self._read_field(line)
        return events

    def _read_field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value.decode("utf-8", "replace"))
            self._data_bytes += len(line)
            self.overflowed = self.overflowed or self._data_bytes > self.line_bytes
        elif name == b"event":
            self._event = value.decode("utf-8", "replace")
