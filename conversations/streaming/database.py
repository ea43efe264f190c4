"""From the event loop to the database and back."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connections

# It is away, locked or full, or the connection was lost; everything else that it says is a bug of ours.
NO_ANSWER = (OperationalError, InterfaceError)
P = ParamSpec("P")
T = TypeVar("T")


async def in_database(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` in the thread of this context's queries and give its connection back.

    That is one thread for the whole runner, and one for each request: an open stream holds no connection.
    """

    def run() -> T:
        give_back()
        try:
            return work(*args, **kwargs)
        finally:
            give_back()

    return await sync_to_async(run, thread_sensitive=True)()


def give_back() -> None:
    """Close this thread's connections, or return them to the pool; not in the middle of a transaction."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
