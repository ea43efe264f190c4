"""One timer for one answer: cheaper than a timeout around every read."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

Value = TypeVar("Value")


class Expired(Exception):
    """The deadline passed while the guarded wait was going on."""


class Watchdog:
    """Guard one wait after the other; the timer is moved only when it fires too early or stands too late."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("An answer is read in a task.")
        self._task = task  # the only one that waits here; asking for it at each wait shows in the figures
        self._waits = False
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for = 0.0
        self._deadline = 0.0
        self._struck = False

    async def guard(self, waiting: Awaitable[Value], deadline: float) -> Value:
        """Return what `waiting` gives, or cancel it and raise Expired at `deadline` (loop time)."""
        cancelling = self._task.cancelling()
        self._waits = True
        self._deadline = deadline
        if self._timer is None or self._armed_for > deadline:
            self._arm(deadline)
        try:
            return await waiting
        except asyncio.CancelledError:
            # Someone else may have cancelled in the same moment: then it is not ours to swallow.
            if self._struck and self._task.uncancel() <= cancelling:
                self._struck = False
                raise Expired from None
            raise
        finally:
            self._waits = False
            if self._struck:
                self._struck = False
                self._task.uncancel()

    def stop(self) -> None:
        """Drop the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, deadline: float) -> None:
        self.stop()
        self._armed_for = deadline
        self._timer = self._loop.call_at(deadline, self._fire)

    def _fire(self) -> None:
        self._timer = None
        if not self._waits:
            return  # nobody waits; the next wait arms it again
        if self._loop.time() < self._deadline:
            self._arm(self._deadline)
            return
        self._struck = True
        self._task.cancel()
