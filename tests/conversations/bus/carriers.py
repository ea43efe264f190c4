"""A carrier that keeps what it is given: the wire between processes, faked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from conversations import bus


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


@contextmanager
def carried(carrier: bus.Carrier) -> Iterator[None]:
    """Let the bus use `carrier` until the end of the block."""
    bus.carrier = carrier
    try:
        yield
    finally:
        bus.carrier = None
