"""An answer that another process makes, where that process is this one: what is written to it comes back."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

from conversations.models import Generation, Status
from conversations.streaming import live
from conversations.streaming.live import LiveAnswer
from tests.conversations.bus.carriers import Loop, carried
from tests.factories import make_conversation, make_user

FENCE = 3


def make_answer_elsewhere() -> Generation:
    generation = make_conversation(make_user("ada"), "Otters?", "").leaf.generation
    Generation.objects.update(status=Status.RUNNING, owner="host:42:0wner000", fence=FENCE)
    generation.refresh_from_db()
    return generation


def answer_of_its_owner(generation: Generation, text: str) -> LiveAnswer:
    """Return what the other process has of the answer."""
    answer = live.running[generation.pk] = LiveAnswer(generation.pk, FENCE)
    answer.append_text(text)
    return answer


@contextmanager
def one_that_is_two() -> Iterator[Loop]:
    """Give the post that brings back what this process writes to others."""
    post = Loop()
    try:
        with carried(post):
            yield post
    finally:
        live.running.clear()
        live.mirrored.clear()


@asynccontextmanager
async def at_work(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(work) for work in works]
    await asyncio.sleep(0)  # they begin to read letters
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
