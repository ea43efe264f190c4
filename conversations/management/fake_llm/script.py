"""What the upstream double is asked, and what it plays: plain values."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class End(Enum):
    CLOSE = "close the connection without the last HTTP chunk"
    RESET = "break the connection"
    HANG = "say nothing more, and hold the connection"


Step = bytes | float | End  # bytes to send, seconds to wait, the end


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: the body, and what its model's name says."""

    body: dict[str, Any]
    count: int
    rate: int
    number: int | None = None  # what stands in the name, also where it is no number of words

    @property
    def pause_s(self) -> float:
        return 1 / self.rate if self.rate else 0.0


@dataclass(frozen=True, slots=True)
class Script:
    """One answer. `chunked`: HTTP chunks around each piece; `raw`: the steps are the head as well."""

    steps: Iterator[Step]
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "text/event-stream"})
    chunked: bool = True
    raw: bool = False


Stream = Callable[[Asked], Iterator[Step]]
Write = Callable[[Asked], Script]
