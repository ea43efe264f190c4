"""The threads that requests are served in: few, since each waits for the one interpreter, and they stay."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from threading import Lock
from typing import Any


class Thread(ThreadPoolExecutor):
    """One thread, with a database connection of its own, that knows how much it has to do."""

    def __init__(self, name: str) -> None:
        super().__init__(1, name)
        self.waiting = 0
        """Pieces of work that were given to it and are not done."""
        self._lock = Lock()

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        with self._lock:
            self.waiting += 1
        future = super().submit(work, *args, **kwargs)
        future.add_done_callback(self._has_done)
        return future

    def _has_done(self, _future: Future[Any]) -> None:
        with self._lock:
            self.waiting -= 1


class Threads:
    """So many threads of one kind, of which the one with the least to do serves who comes.

    In turn, a page would now and then wait behind a sign-in, however many others have nothing to do. A stream
    has its thread do something at its beginning and its end alone.
    """

    def __init__(self, name: str, how_many: int) -> None:
        self._threads = [Thread(f"{name}-{number}") for number in range(how_many)]
        self._turns = count()

    def one(self) -> Thread:
        """Return a thread for one request; of those that have the same to do, another one each time."""
        turn = next(self._turns)
        threads = self._threads[turn % len(self._threads) :] + self._threads[: turn % len(self._threads)]
        return min(threads, key=lambda thread: thread.waiting)
