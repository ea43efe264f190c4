"""An event loop in a thread of its own: what pages follow goes on while a test kills and starts things."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from threading import Thread
from typing import Any, TypeVar

PATIENCE_S = 60
Value = TypeVar("Value")


class Background:
    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def begin(self, coroutine: Coroutine[Any, Any, Value]) -> "Future[Value]":
        """Begin `coroutine`, and do not wait; any thread may ask."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def run(self, coroutine: Coroutine[Any, Any, Value]) -> Value:
        """Return what comes of `coroutine`; any thread may ask, and so several wait at once."""
        return self.begin(coroutine).result(PATIENCE_S)

    def close(self) -> None:
        self.run(end_all_others())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def end_all_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()
