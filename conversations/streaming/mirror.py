"""Answers that other processes are making, for those who follow them in this one.

A mirror is told by the owner's feed; what letters lost on the way it asks for again, and when the owner says
nothing any more it reads what is stored. Positions are characters.
"""

import asyncio
import logging
import math
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from time import monotonic

from conversations import bus
from conversations.models import Generation, Status

from . import live
from .database import NO_ANSWER, in_database
from .feed import KEPT, REASONING, RUNNING, TEXT, Write
from .live import LiveAnswer

log = logging.getLogger(__name__)

ASK_EVERY_S = 2.0
ASK_AGAIN_S = 0.1  # after a gap, at the earliest
SILENT_AFTER_S = 2.5  # without a word of the owner, what is stored is read
TOLD_WITHIN_S = 0.3  # the ring that an answer has ended is faster than the letter that says how
FIRST_WORD_S = 0.5
LOOK_EVERY_S = 1.0


class Mirror:
    """One answer, as far as its owner has told of it."""

    def __init__(
        self, answer: LiveAnswer, owner: str, write: Write = bus.write, clock: Callable[[], float] = monotonic
    ) -> None:
        """`owner` is the name of the process that makes `answer`."""
        self.answer = answer
        self.is_whole = asyncio.Event()  # it has, or had, all that there was at some moment
        self._owner = owner
        self._write = write
        self._clock = clock
        self._asked_at = self._heard_at = clock()
        self._doubted_at = math.inf

    @property
    def is_silent(self) -> bool:
        """Whether what is stored has to be looked at: the owner says nothing, or the row has changed."""
        now = self._clock()
        return now - self._heard_at > SILENT_AFTER_S or now - self._doubted_at > TOLD_WITHIN_S

    def ask(self, *, not_within_s: float = 0.0) -> None:
        """Ask the owner for what comes after what is here, unless that was asked so lately."""
        now = self._clock()
        if now - self._asked_at < not_within_s:
            return
        self._asked_at = now
        answer = self.answer
        have = (answer.characters, answer.reasoning_characters)
        self._write(self._owner, ("watch", bus.PROCESS, answer.generation_id, answer.fence, *have))

    def leave(self) -> None:
        """Tell the owner that nobody follows here any more."""
        self._write(self._owner, ("unwatch", bus.PROCESS, self.answer.generation_id))

    def doubt(self, topic: str = "", key: int = 0) -> None:
        """The row of the answer has changed: unless the owner tells of it soon, the owner is gone."""
        self._doubted_at = min(self._doubted_at, self._clock())

    def words(self, kind: str, position: int, text: str) -> None:
        """Take a piece of the answer; what is here already is passed over, after a gap we ask again."""
        self._heard_at = self._clock()
        answer = self.answer
        here, append = (
            (answer.characters, answer.append_text)
            if kind == TEXT
            else (answer.reasoning_characters, answer.append_reasoning)
        )
        if position > here:
            self.ask(not_within_s=ASK_AGAIN_S)
        elif new := text[here - position :]:
            append(new)

    def here(self, characters: int, reasoning_characters: int, state: str) -> None:
        """Take what the owner says of how much there is."""
        self._heard_at = self._clock()
        answer = self.answer
        if characters > answer.characters or reasoning_characters > answer.reasoning_characters:
            self.ask(not_within_s=ASK_AGAIN_S)
            return
        self.is_whole.set()
        if state != RUNNING:
            self.end(kept=state == KEPT)

    def stored(self, text: str, reasoning: str, *, ended: bool) -> None:
        """Take what the database has, where the owner has gone silent."""
        self._doubted_at = math.inf
        heard_at = self._heard_at
        self.words(TEXT, 0, text)
        self.words(REASONING, 0, reasoning)
        self._heard_at = heard_at  # it was not the owner who said so
        self.is_whole.set()
        if ended:
            self.end(kept=False)

    def end(self, *, kept: bool) -> None:
        if not self.answer.ended:
            self.is_whole.set()
            self.answer.end(kept=kept)


class Mirrors:
    """The mirrors of one process; each is there as long as somebody follows it."""

    def __init__(self) -> None:
        self._mirrors: dict[int, Mirror] = {}
        self._followers: Counter[int] = Counter()

    async def run(self) -> None:
        """Keep the mirrors whole, for ever."""
        readers = {"words": self._words, "here": self._here, "gone": self._gone}
        for kind, reader in readers.items():
            bus.read(kind, reader)
        try:
            while True:
                await asyncio.sleep(LOOK_EVERY_S)
                for mirror in self._mirrors.values():
                    mirror.ask(not_within_s=ASK_EVERY_S - LOOK_EVERY_S / 2)
                await self._refill([mirror for mirror in self._mirrors.values() if mirror.is_silent])
        finally:
            for kind in readers:
                bus.unread(kind)

    @asynccontextmanager
    async def following(self, generation: Generation) -> AsyncIterator[LiveAnswer]:
        """Give the answer of a `generation` that another process is making, as whole as it can be had now."""
        pk = generation.pk
        mirror = self._mirrors.get(pk) or self._open(generation)
        self._followers[pk] += 1
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(FIRST_WORD_S):
                    await mirror.is_whole.wait()
            if not mirror.is_whole.is_set():
                await self._refill([mirror])
            live.mirrored.setdefault(pk, mirror.answer)
            yield mirror.answer
        finally:
            self._followers[pk] -= 1
            if not self._followers[pk]:
                self._close(pk)

    def _open(self, generation: Generation) -> Mirror:
        answer = LiveAnswer(generation.pk, generation.fence)
        mirror = self._mirrors[generation.pk] = Mirror(answer, generation.process)
        bus.listen(mirror.doubt, "answer", generation.pk)
        mirror.ask()
        return mirror

    def _close(self, pk: int) -> None:
        del self._followers[pk]
        mirror = self._mirrors.pop(pk)
        live.mirrored.pop(pk, None)
        bus.leave(mirror.doubt, "answer", pk)
        mirror.leave()

    async def _refill(self, mirrors: list[Mirror]) -> None:
        if not mirrors:
            return
        try:
            found = await in_database(stored, [mirror.answer.generation_id for mirror in mirrors])
        except NO_ANSWER as error:
            log.warning("What other processes have stored cannot be read (%s).", type(error).__name__)
            return
        for mirror in mirrors:
            text, reasoning, fence = found.get(mirror.answer.generation_id, ("", "", None))
            mirror.stored(text, reasoning, ended=fence != mirror.answer.fence)

    def _find(self, pk: object, fence: object) -> Mirror | None:
        mirror = self._mirrors.get(int(str(pk)))
        return mirror if mirror is not None and mirror.answer.fence == fence else None

    def _words(self, letter: bus.Letter) -> None:
        pk, fence, kind, position, text = letter
        if mirror := self._find(pk, fence):
            mirror.words(str(kind), int(position), str(text))

    def _here(self, letter: bus.Letter) -> None:
        pk, fence, characters, reasoning_characters, state = letter
        if mirror := self._find(pk, fence):
            mirror.here(int(characters), int(reasoning_characters), str(state))

    def _gone(self, letter: bus.Letter) -> None:
        pk, fence = letter
        if mirror := self._find(pk, fence):
            mirror.doubt()


def stored(pks: list[int]) -> dict[int, tuple[str, str, int]]:
    """Return the text, the reasoning and the fence of those of `pks` that run still."""
    rows = Generation.objects.filter(pk__in=pks, status=Status.RUNNING).only("fence")
    return {row.pk: (*row.stored_text(), row.fence) for row in rows}


mirrors = Mirrors()
"""Those of this process."""


def is_made_elsewhere(generation: Generation) -> bool:
    """Return whether `generation` runs, and in another process."""
    return generation.status == Status.RUNNING and generation.process != bus.PROCESS


@asynccontextmanager
async def in_the_making(generation: Generation) -> AsyncIterator[LiveAnswer | None]:
    """Give the live answer of `generation`, whoever makes it; None while nobody does."""
    if is_made_elsewhere(generation):
        async with mirrors.following(generation) as answer:
            yield answer
    else:
        yield live.running.get(generation.pk)
