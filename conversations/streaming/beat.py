"""What keeps a silent line open: proxies cut those on which nothing is said."""

import asyncio

BEAT = b": beat\n\n"
EVERY_S = 15.0


class Beat:
    """Rings a bell when nothing was said for `every_s`; a timeout on every wait would show in the figures."""

    def __init__(self, bell: asyncio.Event, *, every_s: float = EVERY_S) -> None:
        self._bell = bell
        self._every_s = every_s
        self._loop = asyncio.get_running_loop()
        self._due_at = self._loop.time() + every_s
        self._timer = self._loop.call_at(self._due_at, self._fire)

    def said(self) -> None:
        """Something was sent: the next beat has time."""
        self._due_at = self._loop.time() + self._every_s

    def due(self) -> bytes:
        """Return the beat when it is time for it, else nothing."""
        return BEAT if self._loop.time() >= self._due_at else b""

    def stop(self) -> None:
        self._timer.cancel()

    def _fire(self) -> None:
        now = self._loop.time()
        if now >= self._due_at:
            self._bell.set()
        # Who has rung waits for the beat to be said, and looks again if the line is too slow for it.
        self._timer = self._loop.call_at(
            self._due_at if now < self._due_at else now + self._every_s, self._fire
        )
