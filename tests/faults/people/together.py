"""Acts that happen at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Value = TypeVar("Value")


def at_once(*acts: Callable[[], Value]) -> list[Value]:
    """Do all of `acts` at the same time, and return what came of each."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result() for done in [pool.submit(act) for act in acts]]
