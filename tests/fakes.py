"""The wire, faked: bytes played behind the real LLMClient, in memory or over a real socket of loopback.

A reply is a status, headers and steps. A step is bytes to send, seconds to wait (HANG: for ever), an
asyncio.Event to wait for, or an exception: the connection breaks. Each request takes the next reply; the last
one is repeated.
"""

import asyncio
import json
import math
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from types import TracebackType
from typing import Any, Self

import httpx

from conversations.llm.client import LLMClient

STREAMS = Path(__file__).parent / "data" / "streams"
HANG = math.inf
EVENT_STREAM = {"content-type": "text/event-stream"}
JSON = {"content-type": "application/json"}

Step = bytes | float | asyncio.Event | Exception


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the upstream; `raw` steps go to the socket as they are, without status and headers."""

    steps: Sequence[Step] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: EVENT_STREAM)
    raw: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """What the client sent."""

    headers: httpx.Headers
    content: bytes
    path: str = ""

    @property
    def body(self) -> dict[str, Any]:
        """Return the JSON that was sent."""
        body = json.loads(self.content)
        assert isinstance(body, dict)
        return body


def event(payload: object) -> bytes:
    """Return `payload` as one server-sent event."""
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"


def chunk(text: str | None = None, *, finish: str | None = None, **delta: object) -> bytes:
    """Return one chunk of a streamed chat completion."""
    if text is not None:
        delta["content"] = text
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return event(
        {"id": "gen-1", "model": "fake/model", "object": "chat.completion.chunk", "choices": [choice]}
    )


def usage(prompt: int = 10, completion: int = 5, **more: object) -> bytes:
    """Return the chunk that carries usage."""
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return event({"choices": [], "usage": counts | more})


DONE = b"data: [DONE]\n\n"


def says(*words: str, finish: str = "stop", pause_s: float = 0.0) -> Reply:
    """Return an answer of `words`, a chunk each, with usage and a proper end."""
    steps: list[Step] = []
    for word in words:
        steps.append(chunk(word))
        if pause_s:
            steps.append(pause_s)
    return Reply([*steps, chunk("", finish=finish), usage(), DONE])


def fails(status: int, body: bytes | object = b"", **headers: str) -> Reply:
    """Return an answer with an error status; keyword `retry_after` becomes the header `retry-after`."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply([content] if content else [], status=status, headers={**JSON, **named})


def sample(name: str, *, cut: int | None = None) -> Reply:
    """Return the recorded answer `name` of tests/data/streams/, in pieces of `cut` bytes."""
    row = sample_rows()[name]
    content = (STREAMS / name).read_bytes()
    size = cut or max(len(content), 1)
    pieces: list[Step] = [content[at : at + size] for at in range(0, len(content), size)]
    return Reply(pieces, status=row["http_status"], headers=row["headers"])


def sample_rows() -> dict[str, dict[str, Any]]:
    """Return the rows of the manifest by file name."""
    manifest = json.loads((STREAMS / "manifest.json").read_text(encoding="utf-8"))
    return {row["file"]: row for row in manifest["samples"]}


class _Replies:
    def __init__(self, replies: tuple[Reply | Exception, ...]) -> None:
        self._replies = replies or (says("Hello", "!"),)
        self.requests: list[Sent] = []

    def take(self, sent: Sent) -> Reply | Exception:
        self.requests.append(sent)
        return self._replies[min(len(self.requests), len(self._replies)) - 1]


async def _wait(step: float | asyncio.Event) -> None:
    if isinstance(step, asyncio.Event):
        await step.wait()
    elif step == HANG:
        await asyncio.get_running_loop().create_future()
    else:
        await asyncio.sleep(step)


class FakeServer(httpx.AsyncBaseTransport):
    """An upstream in memory: `FakeServer(says("Hello"), fails(429)).client()`; an exception is raised."""

    def __init__(self, *replies: Reply | Exception) -> None:
        self._replies = _Replies(replies)
        self.open = 0  # answers whose connection the client has not closed

    @property
    def requests(self) -> list[Sent]:
        """Return what was sent, in order."""
        return self._replies.requests

    def client(self, api_key: str = "sk-canary", **options: Any) -> LLMClient:
        """Return a real client whose wire ends here."""
        return LLMClient("http://upstream.test/v1", api_key, transport=self, **options)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        reply = self._replies.take(Sent(request.headers, content, request.url.path))
        if isinstance(reply, Exception):
            raise reply
        return httpx.Response(
            reply.status, headers=dict(reply.headers), stream=_PlayedStream(self, reply.steps)
        )


class _PlayedStream(httpx.AsyncByteStream):
    def __init__(self, server: FakeServer, steps: Sequence[Step]) -> None:
        self._server = server
        self._steps = steps
        self._closed = False
        server.open += 1

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self._steps:
            if isinstance(step, bytes):
                yield step
            elif isinstance(step, Exception):
                raise step
            else:
                await _wait(step)

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            self._server.open -= 1


class SocketServer:
    """The same over a real socket: `async with SocketServer(says("Hello")) as server: server.url`."""

    def __init__(
        self,
        *replies: Reply,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        by_hand: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[object]] | None = None,
    ) -> None:
        self._replies = _Replies(replies)
        self._by_hand = by_hand  # serves a connection in place of the replies
        self._port = port
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections = 0
        self.disconnected = asyncio.Event()  # the client went away while an answer was being played

    @property
    def requests(self) -> list[Sent]:
        """Return what was sent, in order."""
        return self._replies.requests

    @property
    def url(self) -> str:
        """Return the base URL of the API that is played here."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port, ssl=self._tls)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            # A cancelled handler would be reported by asyncio as an error: it is only the end of the test.
            with suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.CancelledError):
                if self._by_hand is not None:
                    await self._by_hand(reader, writer)
                while self._by_hand is None and await self._answer(reader, writer):
                    pass
        finally:
            writer.close()
            with suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
                await writer.wait_closed()
            self._tasks.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Read one request and play its reply; True while the connection can take another."""
        reply = self._replies.take(await _read_request(reader))
        assert isinstance(reply, Reply)
        playing = asyncio.ensure_future(_play(reply, writer))
        leaving = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait({playing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not playing.done():
                self.disconnected.set()
                return False
            return playing.result() and not leaving.done()
        finally:
            for task in (playing, leaving):
                task.cancel()
            await asyncio.gather(playing, leaving, return_exceptions=True)


async def _read_request(reader: asyncio.StreamReader) -> Sent:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    headers = httpx.Headers(
        [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines if line)]
    )
    content = await reader.readexactly(int(headers.get("content-length", "0")))
    return Sent(headers, content, first.split(" ")[1])


async def _play(reply: Reply, writer: asyncio.StreamWriter) -> bool:
    """Write the reply; False when its connection must not be used again."""
    if not reply.raw:
        lines = [f"HTTP/1.1 {reply.status} X", *(f"{name}: {value}" for name, value in reply.headers.items())]
        sized = any(name.lower() == "content-length" for name in reply.headers)
        lines += [] if sized else ["transfer-encoding: chunked"]
        writer.write("\r\n".join([*lines, "", ""]).encode())
    chunked = not reply.raw and "content-length" not in {name.lower() for name in reply.headers}
    for step in reply.steps:
        if isinstance(step, bytes):
            writer.write(b"%x\r\n%b\r\n" % (len(step), step) if chunked else step)
            await writer.drain()
        elif isinstance(step, Exception):
            _reset(writer)
            return False
        else:
            await _wait(step)
    if chunked:
        writer.write(b"0\r\n\r\n")
        await writer.drain()
    return not reply.raw


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection with a reset, as a dying host does."""
    socket = writer.get_extra_info("socket")
    socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
