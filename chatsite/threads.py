"""The threads that requests are served in: few, since each waits for the one interpreter, and they stay."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager


class Threads:
    """`count` threads, each with a database connection of its own.

    Who comes is served by the one that serves the fewest: in turn, a page would now and then wait behind a
    sign-in, however many others have nothing to do.
    """

    def __init__(self, name: str, count: int) -> None:
        self._threads = [ThreadPoolExecutor(1, f"{name}-{number}") for number in range(count)]
        self._served: Counter[Executor] = Counter()

    @contextmanager
    def one(self) -> Iterator[Executor]:
        """Give a thread for one request, until that has been served."""
        thread = min(self._threads, key=self._served.__getitem__)
        self._served[thread] += 1
        try:
            yield thread
        finally:
            self._served[thread] -= 1
