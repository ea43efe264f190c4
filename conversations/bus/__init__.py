"""Ring and listen, in this process and, over a carrier, between processes. It carries hints: a lost ring
costs a second, a lost letter two or three, and neither a word.

Topics: "queue" (a generation was queued), "stop" (key: its id), "answer" (key: its id; its row changed).
Letters go to one process, by its name; what they say is between those who write and read them.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from secrets import token_hex
from typing import Protocol

Listener = Callable[[str, int], None]
Letter = Sequence[str | int | bool]
Reader = Callable[[Letter], None]

EVERY = -1  # listens to a topic whatever the key
EVERYBODY = ""  # in place of a process's name
RING = "ring"
PROCESS = token_hex(4)
"""What other processes call this one."""

_listeners: dict[tuple[str, int], dict[Listener, tuple[asyncio.AbstractEventLoop, float]]] = {}
_readers: dict[str, Reader] = {}


class Carrier(Protocol):
    """What takes letters to other processes."""

    is_listening: bool

    def send(self, process: str, letter: Letter) -> None:
        """Take `letter` to `process`, or to all others; may be called from any thread, and never waits."""


carrier: Carrier | None = None


def ring(topic: str, key: int = 0) -> None:
    """Tell those who listen to `topic` and `key`, in every process; may be called from any thread."""
    ring_here(topic, key)
    write(EVERYBODY, (RING, topic, key))


def ring_here(topic: str, key: int = 0) -> None:
    """The same for this process alone."""
    for listener, loop, _ in listening(topic, key):
        loop.call_soon_threadsafe(listener, topic, key)


def listening(topic: str, key: int) -> Iterator[tuple[Listener, asyncio.AbstractEventLoop, float]]:
    """Yield who listens to `topic` and `key`, in which loop, and how much later they hear other processes."""
    for place in {(topic, key), (topic, EVERY)}:
        for listener, (loop, far_after_s) in list(_listeners.get(place, {}).items()):
            yield listener, loop, far_after_s


def ring_all_here() -> None:
    """Tell everybody who listens in this process to look again: hints may have been lost."""
    for topic, key in list(_listeners):
        ring_here(topic, key)


def listen(listener: Listener, topic: str, key: int = EVERY, *, far_after_s: float = 0.0) -> None:
    """Call `listener(topic, key)` in the running event loop at every such ring, until `leave`.

    The ring of another process is heard `far_after_s` later: who is nearer comes first.
    """
    _listeners.setdefault((topic, key), {})[listener] = (asyncio.get_running_loop(), far_after_s)


def leave(listener: Listener, topic: str, key: int = EVERY) -> None:
    """Undo `listen`."""
    there = _listeners.get((topic, key), {})
    there.pop(listener, None)
    if not there:
        _listeners.pop((topic, key), None)


def write(process: str, letter: Letter) -> None:
    """Send `letter` to `process`; without a carrier there is no other process, and nobody to write to."""
    if carrier is not None:
        carrier.send(process, letter)


def read(kind: str, reader: Reader) -> None:
    """Give letters whose first word is `kind` to `reader`, in the event loop."""
    _readers[kind] = reader


def unread(kind: str) -> None:
    """Undo `read`."""
    _readers.pop(kind, None)


def deliver(letter: Letter) -> None:
    """Give a letter from another process to whoever it is for; called in the event loop."""
    kind, *words = letter
    if kind == RING:
        topic, key = str(words[0]), int(words[1])
        for listener, loop, far_after_s in listening(topic, key):
            loop.call_later(far_after_s, listener, topic, key)
    elif reader := _readers.get(str(kind)):
        reader(words)
