"""Two processes in one, without a clock or a loop: one makes an answer, one mirrors it, and the post between
them loses, doubles and delays letters as it likes."""

import json

from conversations import bus
from conversations.streaming import live
from conversations.streaming.feed import Feed
from conversations.streaming.frames import Cursor, Frames
from conversations.streaming.live import LiveAnswer
from conversations.streaming.mirror import ASK_EVERY_S, LOOK_EVERY_S, Mirror, Mirrors
from tests.conversations.streaming.test_frames import Browser

PK, FENCE = 7, 2
OWNER = "0wner000"
Letter = list[str | int]


class TwoProcesses:
    """What may happen is a method each; what was written and is not delivered yet is `under_way`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.under_way: list[Letter] = []
        self.gave_up = False  # the mirror, on an owner that was silent at the end
        self.stored = ("", "")
        self.answer = LiveAnswer(PK, FENCE)
        live.running[PK] = self.answer
        self.feed = Feed(self.write, lambda: self.now)
        mirrors = Mirrors()
        self.mirror = Mirror(LiveAnswer(PK, FENCE), OWNER, self.write, lambda: self.now)
        mirrors._mirrors[PK] = self.mirror
        self._readers = {
            "watch": self.feed.watch,
            "unwatch": self.feed.unwatch,
            "words": mirrors._words,
            "here": mirrors._here,
            "gone": mirrors._gone,
            bus.RING: lambda words: self.mirror.doubt(),
        }
        self.stayed, self.hopped = Browser(), Browser()
        self._frames = Frames(self.mirror.answer, Cursor())
        self.mirror.ask()

    def write(self, process: str, letter: bus.Letter) -> None:
        assert process in {OWNER, bus.PROCESS}
        self.under_way.append(json.loads(json.dumps(letter)))

    # What happens in the process that makes the answer

    def grow(self, text: str, reasoning: str) -> None:
        if not self.answer.ended:
            self.answer.append_reasoning(reasoning)
            self.answer.append_text(text)

    def end(self, kept: bool) -> None:
        if not self.answer.ended:
            live.running.pop(PK)
            self.answer.end(kept=kept)
            self.write(bus.PROCESS, (bus.RING, "answer", PK))

    def tell(self) -> None:
        self.feed.tell()

    def store(self) -> None:
        self.stored = self.answer.text, self.answer.reasoning

    # What happens to letters

    def deliver(self, whim: int = 0) -> None:
        """Deliver one of them, not always the oldest."""
        if self.under_way:
            self._open(self.under_way.pop(whim % len(self.under_way)))

    def deliver_all(self) -> None:
        while self.under_way:
            self.deliver()

    def double(self, whim: int) -> None:
        if self.under_way:
            self.under_way.append(self.under_way[whim % len(self.under_way)])

    def lose(self, whim: int) -> None:
        if self.under_way:
            del self.under_way[whim % len(self.under_way)]

    def _open(self, letter: Letter) -> None:
        kind, *words = letter
        self._readers[str(kind)](words)

    # What happens in the process that follows

    def ask(self) -> None:
        self.mirror.ask()

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def look_up(self) -> None:
        """Read what is stored, when the owner is silent; an answer that ended has no chunks."""
        if self.mirror.is_silent and not self.mirror.answer.ended:
            text, reasoning = ("", "") if self.answer.ended else self.stored
            self.mirror.stored(text, reasoning, ended=self.answer.ended)
            self.gave_up = self.answer.ended

    def stay(self) -> None:
        """A browser that follows the mirror reads on."""
        self.stayed.read(self._frames.next(final=self.mirror.answer.ended))

    def hop_to_the_mirror(self) -> bytes:
        """A browser that comes and goes reads, and this returns, what there is for its cursor."""
        return self._hop(self.mirror.answer)

    def hop_to_the_owner(self) -> bytes:
        return self._hop(self.answer)

    def _hop(self, answer: LiveAnswer) -> bytes:
        wire = Frames(answer, Cursor.parse(self.hopped.cursor)).next(final=answer.ended)
        self.hopped.read(wire)
        return wire

    def calm_down(self) -> None:
        """Let every letter arrive, for as long as a mirror may need to become whole."""
        for _ in range(4):
            self.now += LOOK_EVERY_S
            self.mirror.ask(not_within_s=ASK_EVERY_S - LOOK_EVERY_S / 2)
            self.feed.tell()
            self.deliver_all()
            self.look_up()
