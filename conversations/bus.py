"""Ring and listen, inside one process. It carries hints: a lost one costs a second and no words.

Topics: "queue" (a generation was queued), "stop" (key: its id), "answer" (key: its id; its row changed).
"""

import asyncio
from collections.abc import Callable

Listener = Callable[[str, int], None]

EVERY = -1  # listens to a topic whatever the key
_listeners: dict[tuple[str, int], dict[Listener, asyncio.AbstractEventLoop]] = {}


def ring(topic: str, key: int = 0) -> None:
    """Tell those of this process who listen to `topic` and `key`; may be called from any thread."""
    for place in ((topic, key), (topic, EVERY)):
        for listener, loop in list(_listeners.get(place, {}).items()):
            loop.call_soon_threadsafe(listener, topic, key)


def listen(listener: Listener, topic: str, key: int = EVERY) -> None:
    """Call `listener(topic, key)` in the running event loop at every such ring, until `leave`."""
    _listeners.setdefault((topic, key), {})[listener] = asyncio.get_running_loop()


def leave(listener: Listener, topic: str, key: int = EVERY) -> None:
    """Undo `listen`."""
    there = _listeners.get((topic, key), {})
    there.pop(listener, None)
    if not there:
        _listeners.pop((topic, key), None)
