"""Hears SIGTERM and SIGINT before the server does: viewers leave first, or the server would wait for them."""

import asyncio
import signal
import threading
from types import FrameType

_bells: set[asyncio.Event] = set()
_ending = threading.Event()


def listen() -> None:
    """Chain ourselves before the server's own handlers; call it in the main thread, in the running loop."""
    _ending.clear()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        chain(signum, loop)


def chain(signum: signal.Signals, loop: asyncio.AbstractEventLoop) -> None:
    before = signal.getsignal(signum)

    def handle(number: int, frame: FrameType | None) -> None:
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
