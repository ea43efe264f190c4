"""The upstream double on a socket: a bare asyncio protocol, never the bottleneck of a benchmark."""

import asyncio
import json
import signal
import struct
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, cast

from .listing import list_of
from .script import End, Script
from .scripts import counted_as, script_for

READY = b'{"status":"ok"}'


@dataclass(slots=True)
class Stats:
    """What happened so far; GET /stats shows it."""

    requests: int = 0
    open: int = 0
    finished: int = 0
    left: int = 0  # the client went away in the middle of an answer
    last_left: float = 0.0  # time.monotonic() of the last one
    listed: int = 0  # how often the list of models was asked for
    models: Counter[str] = field(default_factory=Counter)
    over: dict[str, float] = field(default_factory=dict)  # time.monotonic() when the last answer of each was

    def as_json(self) -> bytes:
        return json.dumps({name: getattr(self, name) for name in self.__slots__}).encode()


class FakeLLM(asyncio.Protocol):
    """One connection: requests in, scripts out, one after the other."""

    def __init__(self, stats: Stats) -> None:
        self._stats = stats
        self._loop = asyncio.get_running_loop()
        self._received = b""
        self._script: Script | None = None
        self._counted_as = ""
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._paused = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance

    def connection_lost(self, error: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._script is not None:
            self._stats.left += 1
            self._stats.last_left = time.monotonic()
            self._ended()

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        if self._script is not None and self._timer is None:
            self._due = self._loop.time()
            self._play()

    def data_received(self, data: bytes) -> None:
        self._received += data
        while self._script is None and b"\r\n\r\n" in self._received:
            head, _, rest = self._received.partition(b"\r\n\r\n")
            length = _content_length(head)
            if len(rest) < length:
                return
            self._received = rest[length:]
            self._answer(head.split(b" ", 2)[1].decode("latin-1"), rest[:length])

    def _answer(self, path: str, content: bytes) -> None:
        if path.endswith("/chat/completions"):
            try:
                body = json.loads(content)
            except ValueError:
                self._reply(b'{"error":{"message":"not JSON"}}', status=400)
                return
            self._start(body)
        elif path.endswith("/models"):
            self._stats.listed += 1
            listed = list_of(path)
            if listed is not None:
                self._reply(listed)
        elif path.endswith("/stats"):
            self._reply(self._stats.as_json())
        else:
            self._reply(READY, status=200 if path.endswith("/health") else 404)

    def _reply(self, content: bytes, *, status: int = 200) -> None:
        head = (
            f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
        )
        self._transport.write(head.encode() + content)

    def _start(self, body: dict[str, Any]) -> None:
        stats, model = self._stats, counted_as(body)
        stats.requests += 1
        stats.open += 1
        stats.models[model] += 1
        script = script_for(body, seen=stats.models[model])
        self._script, self._counted_as = script, model
        if not script.raw:
            named = {"x-inference-id": f"inf-{stats.requests}", **script.headers}
            if script.chunked:
                named["transfer-encoding"] = "chunked"
            lines = [f"HTTP/1.1 {script.status} X", *(f"{name}: {value}" for name, value in named.items())]
            self._transport.write("\r\n".join([*lines, "", ""]).encode())
        self._due = self._loop.time()
        self._play()

    def _play(self) -> None:
        """Send what is due in one write, then sleep until the next step: the schedule does not drift."""
        self._timer = None
        script = self._script
        if script is None:
            return
        ready: list[bytes] = []
        size = 0
        for step in script.steps:
            if isinstance(step, bytes):
                ready.append(b"%x\r\n%b\r\n" % (len(step), step) if script.chunked else step)
                size += len(step)
                if size > 65536:
                    break
            elif isinstance(step, End):
                self._transport.write(b"".join(ready))
                self._end(step)
                return
            elif step:
                self._due += step
                if self._due > self._loop.time():
                    break
        else:
            self._finish(script, ready)
            return
        self._transport.write(b"".join(ready))
        if not self._paused:
            self._timer = self._loop.call_at(self._due, self._play)

    def _finish(self, script: Script, ready: list[bytes]) -> None:
        if script.chunked:
            ready.append(b"0\r\n\r\n")
        self._stats.finished += 1
        self._ended()
        self._transport.write(b"".join(ready))

    def _end(self, end: End) -> None:
        if end is End.HANG:
            return
        self._ended()
        if end is End.RESET:
            socket = self._transport.get_extra_info("socket")
            socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
        else:
            self._transport.close()

    def _ended(self) -> None:
        self._script = None
        self._stats.open -= 1
        self._stats.over[self._counted_as] = time.monotonic()


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def serve(host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; the base URL is printed once the port is open."""
    server = await start(host, port)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"http://{host}:{port}/v1\n")
    sys.stdout.flush()
    await stopped.wait()
    server.close()


async def start(host: str, port: int) -> asyncio.Server:
    """Listen on `host`:`port` (0: any free port) and return the server."""
    stats = Stats()
    return await asyncio.get_running_loop().create_server(lambda: FakeLLM(stats), host, port, backlog=1024)
