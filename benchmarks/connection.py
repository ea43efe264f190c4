"""One HTTP connection of a client that only notes what comes, and when."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

import httptools

from .reading import Pieces

CSRF = "b" * 32
WAIT_S = 120.0


@dataclass(slots=True)
class Answer:
    """One HTTP answer; each piece of its body with the moment of its arrival."""

    status: int = 0
    begun: float = 0.0
    pieces: Pieces = field(default_factory=list)

    @property
    def text(self) -> str:
        return b"".join(piece for _, piece in self.pieces).decode()


class Connection(asyncio.Protocol):
    """One connection that asks and notes what comes; it does nothing else while others run."""

    def __init__(self, heard: Callable[[], None] = lambda: None) -> None:
        """`heard` is called at the first event of a stream."""
        self._heard = heard
        self._events = False
        self._answer = Answer()
        self._waiting: asyncio.Future[Answer] | None = None
        self._moment = 0.0
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        self._moment = time.monotonic()
        self._parser.feed_data(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("closed"))

    def on_headers_complete(self) -> None:
        self._answer.status = self._parser.get_status_code()
        self._answer.begun = self._moment

    def on_body(self, body: bytes) -> None:
        self._answer.pieces.append((self._moment, body))
        if not self._events and body.startswith((b"data: ", b"event: ")):
            self._events = True
            self._heard()

    def on_message_complete(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(self._answer)
        self._parser = httptools.HttpResponseParser(self)

    async def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        self._answer = Answer()
        self._waiting = asyncio.get_running_loop().create_future()
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        lines.append(f"content-length: {len(body)}")
        self._transport.write("\r\n".join([*lines, "", ""]).encode() + body)
        async with asyncio.timeout(WAIT_S):
            return await self._waiting

    def close(self) -> None:
        self._transport.close()


async def connect(port: int, heard: Callable[[], None] = lambda: None) -> Connection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(lambda: Connection(heard), "127.0.0.1", port)
    return connection


def headers_of(session: str = "") -> dict[str, str]:
    """Return what a browser sends along: its cookies, with those of somebody who is signed in."""
    signed_in = f"sessionid={session}; " if session else ""
    return {"host": "127.0.0.1", "cookie": f"{signed_in}csrftoken={CSRF}", "x-csrftoken": CSRF}
