"""Cursor and events on the wire between a running answer and the browser that follows it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from conversations.rendering import Block, View

from .live import LiveAnswer

CURSOR_CHARACTERS = 60
WIRE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # json.dumps would make one a frame


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a browser has: the answer's fence, its number of closed blocks, and the mark of their HTML.

    Nothing in it is of one process: whoever makes or mirrors the answer can go on from there.
    """

    fence: int = 0
    blocks: int = 0
    mark: int = 0

    @classmethod
    def at(cls, fence: int, blocks: Sequence[Block]) -> "Cursor":
        """Return the cursor of a browser that has exactly `blocks`."""
        return cls(fence, len(blocks), mark_of(blocks))

    def __str__(self) -> str:
        return f"{self.fence}-{self.blocks}-{self.mark:x}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Return the cursor that `text` writes; anything else is the cursor of a browser that has nothing."""
        try:
            fence, blocks, mark = text[:CURSOR_CHARACTERS].split("-", 2)
            cursor = cls(int(fence), int(blocks), int(mark, 16))
        except ValueError:
            return cls()
        return cursor if min(cursor.fence, cursor.blocks, cursor.mark) >= 0 else cls()


def mark_of(blocks: Sequence[Block], mark: int = 0) -> int:
    """Return the mark of what `mark` stands for, followed by `blocks`."""
    for block in blocks:
        mark = crc32(block.html.encode(), mark)
    return mark


def event(name: str, data: Mapping[str, object], cursor: Cursor | str) -> bytes:
    return f"event: {name}\nid: {cursor}\ndata: {WIRE.encode(data)}\n\n".encode()


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
        self.cursor = cursor
        self.reset = cursor.fence != live.fence or not cursor.fence  # 0: a browser that has nothing
        self._rev: int | None = None
        self._tail: str | None = None
        self._reasoning = 0
        self._reasoning_units = 0
        self._reasoning_sent = False

    def next(self, *, final: bool = False) -> bytes:
        """Return the events since the last call, or nothing when nothing changed."""
        view = self.live.final_view() if final else self.live.view()
        # An answer that takes too long to render is given up as blocks and begins anew as plain text.
        self.reset = self.reset or len(view.blocks) < self.cursor.blocks
        if self._rev is None and not self.reset:
            self.reset = self.cursor != Cursor.at(self.live.fence, view.blocks[: self.cursor.blocks])
        parts = self._reset_events() + self._reasoning_events()
        if view.rev != self._rev or self._tail is None:
            changed = self._block_events(view)
            parts.extend(changed)
            parts.extend(self._tail_events(view.tail, closed=bool(changed)))
            self._rev = view.rev
        return b"".join(parts)

    def _block_events(self, view: View) -> list[bytes]:
        """Return the blocks that the browser lacks, and those that were replaced since the last call."""
        had, seen = self.cursor.blocks, view.rev if self._rev is None else self._rev
        replaced = [i for i, block in enumerate(view.blocks[:had]) if block.rev > seen]
        if replaced:
            self.cursor = Cursor.at(self.live.fence, view.blocks)
        else:
            mark = mark_of(view.blocks[had:], self.cursor.mark)
            self.cursor = Cursor(self.live.fence, len(view.blocks), mark)
        numbers = [*replaced, *range(had, len(view.blocks))]
        return [event("b", {"i": i, "html": view.blocks[i].html}, self.cursor) for i in numbers]

    def _reset_events(self) -> list[bytes]:
        if not self.reset:
            return []
        self.reset, self.cursor, self._tail, self._rev = False, Cursor(self.live.fence), None, None
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
        new = self.live.reasoning_from(self._reasoning)
        self._reasoning_sent = True
        if not new:
            return []
        at = self._reasoning_units
        self._reasoning += len(new)
        self._reasoning_units += utf16_length(new)
        return [event("r", {"at": at, "text": new}, self.cursor)]
