"""What other processes are told of the answers that this one makes, for those who follow them there.

A process asks for an answer by a letter "watch", and again every few seconds; each time it says how much it
has, so a letter that was lost on the way is made good by the next one. Positions are characters.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

from conversations import bus

from . import live
from .live import LiveAnswer

WATCHED_FOR_S = 15.0
TEXT, REASONING = "text", "reasoning"
RUNNING, KEPT, LOST = "running", "kept", "lost"
# A character takes at most six bytes of JSON: so a letter fits into a notice whatever it says.
PIECE_CHARACTERS = 1_200

Write = Callable[[str, bus.Letter], None]


@dataclass(slots=True)
class Watch:
    """How much of one answer one other process was told."""

    answer: LiveAnswer
    until: float
    text: int = 0
    reasoning: int = 0
    state: str = RUNNING


class Feed:
    """Tells the mirrors in other processes what is new, as often as their number allows."""

    def __init__(self, write: Write = bus.write, clock: Callable[[], float] = monotonic) -> None:
        self._write = write
        self._clock = clock
        self._watches: dict[tuple[int, str], Watch] = {}
        self._bell = asyncio.Event()
        self._first_word = asyncio.Event()  # of an answer of which nobody was told anything so far

    @property
    def tick_s(self) -> float:
        """Seconds between two letters: each wakes every process of the site."""
        return min(0.100, max(0.020, 0.002 * len(self._watches)))

    async def run(self) -> None:
        """Answer those who watch, and tell them what is new, for ever."""
        bus.read("watch", self.watch)
        bus.read("unwatch", self.unwatch)
        try:
            while True:
                await wait(self._bell, WATCHED_FOR_S if self._watches else None)
                self._bell.clear()
                self._first_word.clear()
                self.tell()
                await wait(self._first_word, self.tick_s)  # for the first word nobody waits
        finally:
            self.tell()  # how the last answers of a process that ends came out
            bus.unread("watch")
            bus.unread("unwatch")

    def watch(self, letter: bus.Letter) -> None:
        """Begin to tell a process of an answer from where it is, or go on from there."""
        process, pk, fence, text, reasoning = letter
        process, pk = str(process), int(pk)
        known = self._watches.get((pk, process))
        answer = known.answer if known else live.running.get(pk)
        if answer is None or answer.fence != fence:
            self._write(process, ("gone", pk, fence))
            return
        watch = self._watches[pk, process] = Watch(
            answer, self._clock() + WATCHED_FOR_S, int(text), int(reasoning)
        )
        answer.follow(self._bell)
        answer.follow(self._first_word)
        # Answered at once: who asks waits for it.
        self._tell_one(process, watch)
        self._say_where(process, watch)

    def unwatch(self, letter: bus.Letter) -> None:
        process, pk = letter
        self._forget(int(pk), str(process))

    def tell(self) -> None:
        """Write what is new since the last time to everybody who watches."""
        now = self._clock()
        for (pk, process), watch in list(self._watches.items()):
            if watch.until < now:
                self._forget(pk, process)
                continue
            self._tell_one(process, watch)
            if watch.answer.ended and watch.state == RUNNING:
                self._say_where(process, watch)

    def _tell_one(self, process: str, watch: Watch) -> None:
        text = watch.answer.text_from(watch.text)
        reasoning = watch.answer.reasoning_from(watch.reasoning)
        self._write_pieces(process, watch.answer, REASONING, watch.reasoning, reasoning)
        self._write_pieces(process, watch.answer, TEXT, watch.text, text)
        watch.text += len(text)
        watch.reasoning += len(reasoning)
        if watch.text or watch.reasoning:
            watch.answer.leave(self._first_word)

    def _write_pieces(self, process: str, answer: LiveAnswer, kind: str, position: int, text: str) -> None:
        for start in range(0, len(text), PIECE_CHARACTERS):
            piece = text[start : start + PIECE_CHARACTERS]
            letter = ("words", answer.generation_id, answer.fence, kind, position + start, piece)
            self._write(process, letter)

    def _say_where(self, process: str, watch: Watch) -> None:
        """Write how much there is, so that a mirror knows what it lacks, and whether that is all."""
        answer = watch.answer
        watch.state = (KEPT if answer.kept else LOST) if answer.ended else RUNNING
        told = (answer.characters, answer.reasoning_characters, watch.state)
        self._write(process, ("here", answer.generation_id, answer.fence, *told))

    def _forget(self, pk: int, process: str) -> None:
        watch = self._watches.pop((pk, process), None)
        if watch is not None and not any(of == pk for of, _ in self._watches):
            watch.answer.leave(self._bell)
            watch.answer.leave(self._first_word)


async def wait(bell: asyncio.Event, at_most_s: float | None) -> None:
    """Wait until `bell` rings, or for `at_most_s`."""
    with suppress(TimeoutError):
        async with asyncio.timeout(at_most_s):
            await bell.wait()
