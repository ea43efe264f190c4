"""Cursor and events on the wire between a running answer and the browser that follows it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from .live import LiveAnswer


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a browser has: the answer's fence, its number of closed blocks, and the revision of its view."""

    fence: int = 0
    blocks: int = 0
    rev: int = 0

    def __str__(self) -> str:
        return f"{self.fence}-{self.blocks}-{self.rev}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Return the cursor that `text` writes; anything else is the cursor of a browser that has nothing."""
        try:
            fence, blocks, rev = (int(part) for part in text.split("-", 2))
        except ValueError:
            return cls()
        return cls(fence, blocks, rev) if min(fence, blocks, rev) >= 0 else cls()


def event(name: str, data: Mapping[str, object], cursor: Cursor | str) -> bytes:
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {name}\nid: {cursor}\ndata: {body}\n\n".encode()


def utf16_length(text: str) -> int:
    """Return the length of `text` as JavaScript counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def common_prefix(one: str, other: str) -> int:
    """Return how many leading characters `one` and `other` share."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class Frames:
    """Builds, for one viewer, the events that lead from what its browser has to what the answer is now."""

    def __init__(self, live: LiveAnswer, cursor: Cursor) -> None:
        self.live = live
        known = cursor.fence == live.fence and cursor.rev > 0
        self.cursor = cursor if known else Cursor(live.fence)
        self.reset = not known
        self._tail: str | None = None
        self._reasoning = 0
        self._reasoning_units = 0
        self._reasoning_sent = False

    def next(self, *, final: bool = False) -> bytes:
        """Return the events since the last call, or nothing when nothing changed."""
        view = self.live.final_view() if final else self.live.view()
        # An answer that takes too long to render is given up as blocks and begins anew as plain text.
        self.reset = self.reset or len(view.blocks) < self.cursor.blocks
        parts = self._reset_events() + self._reasoning_events()
        if view.rev != self.cursor.rev or self._tail is None:
            seen = self.cursor.rev
            self.cursor = Cursor(self.live.fence, len(view.blocks), view.rev)
            changed = [(i, block.html) for i, block in enumerate(view.blocks) if block.rev > seen]
            parts.extend(event("b", {"i": i, "html": html}, self.cursor) for i, html in changed)
            parts.extend(self._tail_events(view.tail, closed=bool(changed)))
        return b"".join(parts)

    def _reset_events(self) -> list[bytes]:
        if not self.reset:
            return []
        self.reset, self.cursor, self._tail = False, Cursor(self.live.fence), None
        self._reasoning, self._reasoning_units, self._reasoning_sent = 0, 0, False
        return [event("s", {"status": "running", "reset": True}, self.cursor)]

    def _tail_events(self, tail: str, *, closed: bool) -> list[bytes]:
        before = "" if closed or self._tail is None else self._tail
        if self._tail is not None and before == tail and not (closed and tail == ""):
            self._tail = tail
            return []
        keep = common_prefix(before, tail)
        self._tail = tail
        data = {"keep": utf16_length(tail[:keep]), "html": tail[keep:]}
        return [event("t", data, self.cursor)]

    def _reasoning_events(self) -> list[bytes]:
        if self._reasoning_sent and self.live.reasoning_characters == self._reasoning:
            return []
        new = self.live.reasoning[self._reasoning :]
        self._reasoning_sent = True
        if not new:
            return []
        at = self._reasoning_units
        self._reasoning += len(new)
        self._reasoning_units += utf16_length(new)
        return [event("r", {"at": at, "text": new}, self.cursor)]
