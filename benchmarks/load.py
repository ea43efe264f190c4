"""The clients, in a process of their own: many streams at once, only noted while they run, read afterwards.

Reads a Job as JSON from its input. Writes a line when all streams have begun, when the first of them ends and
when all have ended, then waits for a line, so that the server's figures can be taken at each. Then looks at
what is stored, and writes a Result for each stream.
"""

import asyncio
import json
import re
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TypedDict, cast
from urllib.parse import quote, urlencode

import httptools
import uvloop

from .reading import Pieces, Reading, read_relay, read_site, same_words

CSRF = "b" * 32
WAIT_S = 60.0


class Job(TypedDict):
    port: int
    streams: int
    words: int
    starts_a_second: int
    model: str
    sessions: list[str]  # of a site; none for a relay


@dataclass(slots=True)
class Result:
    """One stream. Seconds; `attach_s` is from the sending of the question to the head of the events."""

    delays_s: list[float] = field(default_factory=list)
    attach_s: float = 0.0
    frames: int = 0
    bytes: int = 0
    problem: str = ""


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


class Phases:
    """Says when all streams run, and when the first of them is at its end."""

    def __init__(self, streams: int) -> None:
        self._waited_for = streams
        self._ending = False

    def begin(self) -> None:
        self._waited_for -= 1
        if self._waited_for == 0:
            print("all run", flush=True)

    def end(self) -> None:
        if not self._ending:
            self._ending = True
            print("first ends", flush=True)


class Client:
    """One person who asks once and follows the answer."""

    def __init__(self, job: Job, number: int, phases: Phases) -> None:
        self._job = job
        self._phases = phases
        self._number = number
        self._asked = 0.0
        self._events = Answer()
        self._text_path = ""
        self._problem = ""

    async def run(self) -> None:
        await asyncio.sleep(self._number / self._job["starts_a_second"])
        try:
            connection = await self._connect()
            self._asked = time.monotonic()
            follow = self._follow_site if self._job["sessions"] else self._follow_relay
            self._events = await follow(connection)
            self._phases.end()
            connection.close()
        except (OSError, TimeoutError, httptools.HttpParserError, ValueError) as error:
            self._problem = f"{type(error).__name__} {error}"

    async def result(self) -> Result:
        reading = Reading(problem="never attached")
        if not self._problem:
            reading = (read_site if self._job["sessions"] else read_relay)(self._events.pieces)
            self._problem = await self._problem_of(reading)
        return Result(
            delays_s=reading.delays_s,
            attach_s=self._events.begun - self._asked,
            frames=reading.frames,
            bytes=sum(len(piece) for _, piece in self._events.pieces),
            problem=self._problem,
        )

    async def _problem_of(self, reading: Reading) -> str:
        if reading.problem:
            return reading.problem
        if reading.end != "done":
            return f"ended as {reading.end or 'nothing'}, status {self._events.status}"
        if len(reading.delays_s) != self._job["words"]:
            return f"{len(reading.delays_s)} of {self._job['words']} words came"
        if self._text_path:
            connection = await self._connect()
            stored = await connection.ask("GET", self._text_path, self._headers())
            connection.close()
            if not same_words(stored.text, reading.text):
                return "the stored text is not what was shown"
        return ""

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            lambda: Connection(self._phases.begin), "127.0.0.1", self._job["port"]
        )
        return connection

    async def _follow_relay(self, connection: Connection) -> Answer:
        path = f"/?model={quote(self._job['model'])}"
        return await connection.ask("GET", path, {"host": "127.0.0.1"})

    async def _follow_site(self, connection: Connection) -> Answer:
        """Ask as the page does, and follow from the cursor that the answer's fragment holds."""
        form = urlencode({"text": "Count, please.", "key": str(uuid.uuid4())}).encode()
        more = {"content-type": "application/x-www-form-urlencoded", "hx-request": "true"}
        page = (await connection.ask("POST", "/", self._headers() | more, form)).text
        self._text_path = found('data-source="([^"]+)"', page) + "text/"
        stream, cursor = found('data-stream="([^"]+)"', page), found('data-cursor="([^"]*)"', page)
        return await connection.ask("GET", f"{stream}?cursor={cursor}", self._headers())

    def _headers(self) -> dict[str, str]:
        session = self._job["sessions"][self._number]
        return {"host": "127.0.0.1", "cookie": f"sessionid={session}; csrftoken={CSRF}", "x-csrftoken": CSRF}


def found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    if match is None:
        raise ValueError(f"no {pattern} in the answer to the question: {title(page)}")
    return match[1]


def title(page: str) -> str:
    """Return what an unexpected page is about."""
    match = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    return match[1].strip() if match else page[:100]


async def run(job: Job) -> None:
    phases = Phases(job["streams"])
    clients = [Client(job, number, phases) for number in range(job["streams"])]
    await asyncio.gather(*(client.run() for client in clients))
    print("all ended", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(json.dumps([asdict(await client.result()) for client in clients]), flush=True)


if __name__ == "__main__":
    uvloop.run(run(json.loads(sys.stdin.readline())))
