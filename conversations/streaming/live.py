"""One running answer: its text so far and, while somebody watches, its rendered blocks.

The reader of the upstream only appends text; it never renders and never waits for a viewer. Viewers build
their own frames from the state, so a slow one skips frames and memory stays the size of the answer.
"""

import asyncio
import threading

from conversations.models import Generation
from conversations.rendering import GrowingAnswer, Rendered, View, rendered


class LiveAnswer:
    """The text of a running answer, and a bell for everyone who follows it."""

    def __init__(self, generation_id: int, fence: int) -> None:
        self.generation_id = generation_id
        self.fence = fence
        self.ended = self.kept = False
        self.characters = 0
        self.reasoning_characters = 0
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._rendered = 0
        self._growing = GrowingAnswer()
        self._lock = threading.Lock()
        self._bells: set[asyncio.Event] = set()

    def append_text(self, text: str) -> None:
        self._text.append(text)
        self.characters += len(text)
        self._ring()

    def append_reasoning(self, text: str) -> None:
        self._reasoning.append(text)
        self.reasoning_characters += len(text)
        self._ring()

    def end(self, *, kept: bool) -> None:
        """Tell the viewers that nothing more will come, and whether all they saw is `kept`."""
        self.ended, self.kept = True, kept
        self._ring()

    def text_from(self, position: int) -> str:
        """Return the text after its first `position` characters, for the price of what it returns."""
        return last(self._text, self.characters - position)

    def reasoning_from(self, position: int) -> str:
        """The same of the reasoning."""
        return last(self._reasoning, self.reasoning_characters - position)

    @property
    def text(self) -> str:
        return "".join(self._text)

    @property
    def reasoning(self) -> str:
        return "".join(self._reasoning)

    def view(self) -> View:
        """Return the rendered state; renders what came since the last call. Any thread may ask."""
        with self._lock:
            pieces = len(self._text)
            if self._rendered < pieces:
                self._growing.append("".join(self._text[self._rendered : pieces]))
                self._rendered = pieces
            return self._growing.view()

    def final_view(self) -> View:
        """Return the rendered state of the whole answer."""
        self.rendered()
        return self.view()

    def rendered(self) -> Rendered:
        """Return what is kept of the whole answer."""
        self.view()
        with self._lock:
            return rendered(self._growing)

    def follow(self, bell: asyncio.Event | None = None) -> asyncio.Event:
        """Return a bell, a new one or `bell`, that rings at every change, until `leave`."""
        bell = bell or asyncio.Event()
        self._bells.add(bell)
        return bell

    def leave(self, bell: asyncio.Event) -> None:
        self._bells.discard(bell)

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()


def last(pieces: list[str], characters: int) -> str:
    """Return the last `characters` of the text that is in `pieces`."""
    found: list[str] = []
    for piece in reversed(pieces):
        if characters <= 0:
            break
        found.append(piece[-characters:])
        characters -= len(piece)
    return "".join(reversed(found))


running: dict[int, LiveAnswer] = {}
"""The answers that this process is making, by the primary key of their generation."""
mirrored: dict[int, LiveAnswer] = {}
"""Those that other processes are making and somebody follows here."""


def find(generation: Generation) -> LiveAnswer | None:
    """Return the live answer of `generation` if this process makes or mirrors it."""
    return running.get(generation.pk) or mirrored.get(generation.pk)
