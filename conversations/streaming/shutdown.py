"""Hears SIGTERM and SIGINT before the server does: viewers leave first, or the server would wait for them."""

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType

_bells: set[asyncio.Event] = set()
_ending = threading.Event()


def listen(*, hurry: Callable[[], None]) -> None:
    """Chain ourselves before the server's own handlers; call it in the main thread, in the running loop.

    `hurry` is called in the loop when a person asks again, by Ctrl+C, while the process is ending.
    """
    _ending.clear()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        chain(signum, loop, hurry)


def chain(signum: signal.Signals, loop: asyncio.AbstractEventLoop, hurry: Callable[[], None]) -> None:
    before = signal.getsignal(signum)

    def handle(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and is_ending():
            loop.call_soon_threadsafe(hurry)
        loop.call_soon_threadsafe(send_viewers_away)
        if callable(before):
            before(number, frame)

    signal.signal(signum, handle)


def send_viewers_away() -> None:
    _ending.set()
    for bell in _bells:
        bell.set()


def watch(bell: asyncio.Event) -> None:
    """Ring `bell` when the process begins to end."""
    _bells.add(bell)


def forget(bell: asyncio.Event) -> None:
    _bells.discard(bell)


def is_ending() -> bool:
    return _ending.is_set()
