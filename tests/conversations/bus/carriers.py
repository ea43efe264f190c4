"""Carriers without a wire: one keeps what it is given, one brings it back."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

from conversations import bus

NOTIFY_TAKES_LESS_THAN = 8_000  # bytes; https://www.postgresql.org/docs/current/sql-notify.html


class Pouch:
    """What this process has sent to others."""

    is_listening = True

    def __init__(self) -> None:
        self.sent: list[tuple[str, list[str | int | bool]]] = []

    def send(self, process: str, letter: bus.Letter) -> None:
        self.sent.append((process, json.loads(json.dumps(letter))))

    def of(self, kind: str) -> list[list[str | int | bool]]:
        """Return the letters of that kind, oldest first."""
        return [letter for _, letter in self.sent if letter[0] == kind]


class Loop(Pouch):
    """Brings what is sent back to this process, which so is its own neighbour; or, on strike, nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.on_strike = False

    def send(self, process: str, letter: bus.Letter) -> None:
        super().send(process, letter)
        if not self.on_strike:
            _, arrived = self.sent[-1]
            asyncio.get_running_loop().call_soon(bus.deliver, arrived)


@contextmanager
def carried(carrier: bus.Carrier) -> Iterator[None]:
    """Let the bus use `carrier` until the end of the block."""
    bus.carrier = carrier
    try:
        yield
    finally:
        bus.carrier = None
