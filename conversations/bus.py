"""Ring and listen, inside one process. It carries hints: a lost one costs a second and no words.

Topics: "queue" (a generation was queued), "stop" (key: its id), "answer" (key: its id; its row changed).
"""

import asyncio
from collections.abc import Callable

Listener = Callable[[str, int], None]

_listeners: dict[Listener, asyncio.AbstractEventLoop] = {}


def ring(topic: str, key: int = 0) -> None:
    """Tell every listener of this process; may be called from any thread."""
    for listener, loop in list(_listeners.items()):
        loop.call_soon_threadsafe(listener, topic, key)


def listen(listener: Listener) -> None:
    """Call `listener(topic, key)` in the running event loop at every ring, until `leave`."""
    _listeners[listener] = asyncio.get_running_loop()


def leave(listener: Listener) -> None:
    """Undo `listen`."""
    _listeners.pop(listener, None)
