"""The clients, in a process of their own: many streams at once, only noted while they run, read afterwards.

Reads a Job as JSON from its input. Writes a line when all streams have begun, when the first of them ends and
when all have ended, so that the server's figures can be taken at each, then waits for Windows. Then looks at
what is stored, and writes a Result for each stream.
"""

import asyncio
import json
import re
import sys
import time
import uuid
from dataclasses import asdict, dataclass, field
from typing import TypedDict
from urllib.parse import quote, urlencode

import httptools
import uvloop

from .connection import Answer, Connection, connect, headers_of
from .reading import Reading, read_relay, read_site, same_words

ASK = {"content-type": "application/x-www-form-urlencoded", "hx-request": "true"}


class Job(TypedDict):
    port: int
    follow_port: int  # where the answers are followed: the same one, or another host of the site
    streams: int
    words: int
    starts_a_second: int
    model: str
    sessions: list[str]  # of a site; none for a relay


class Windows(TypedDict):
    """From when until when, on the clock of the host."""

    calm: tuple[float, float]
    visited: tuple[float, float]


@dataclass(slots=True)
class Result:
    """One stream. Delays of the words that came while the site had no visitors, and while it had."""

    delays_s: list[float] = field(default_factory=list)
    visited_delays_s: list[float] = field(default_factory=list)
    calm_words: int = 0
    problem: str = ""


class Phases:
    """Says when all streams run, and when the first of them is at its end."""

    def __init__(self, streams: int) -> None:
        self._waited_for = set(range(streams))
        self._ending = False

    def begin(self, number: int) -> None:
        """Note that a stream runs, or never will."""
        if number in self._waited_for:
            self._waited_for.discard(number)
            if not self._waited_for:
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
        self._events = Answer()
        self._text_path = ""
        self._problem = ""

    async def run(self) -> None:
        await asyncio.sleep(self._number / self._job["starts_a_second"])
        began = time.monotonic()
        try:
            self._events = await (self._follow_site if self._job["sessions"] else self._follow_relay)()
            self._phases.end()
        except (OSError, TimeoutError, httptools.HttpParserError, ValueError) as error:
            self._problem = f"{str(error) or type(error).__name__} after {time.monotonic() - began:.1f} s"
        finally:
            self._phases.begin(self._number)

    async def result(self, windows: Windows) -> Result:
        reading = Reading(problem="never attached")
        if not self._problem:
            reading = (read_site if self._job["sessions"] else read_relay)(self._events.pieces)
            self._problem = await self._problem_of(reading)
        result = Result(problem=self._problem)
        for arrived, delay_s in zip(reading.arrived, reading.delays_s, strict=True):
            visited = within(arrived, windows["visited"])
            (result.visited_delays_s if visited else result.delays_s).append(delay_s)
            result.calm_words += within(arrived, windows["calm"])
        return result

    async def _problem_of(self, reading: Reading) -> str:
        if reading.problem:
            return reading.problem
        if reading.end != "done":
            return f"ended as {reading.end or 'nothing'}, status {self._events.status}"
        if len(reading.delays_s) != self._job["words"]:
            return f"{len(reading.delays_s)} of {self._job['words']} words came"
        if self._text_path:
            connection = await connect(self._job["port"])
            stored = await connection.ask("GET", self._text_path, self._headers)
            connection.close()
            if not same_words(stored.text, reading.text):
                return "the stored text is not what was shown"
        return ""

    async def _follow_relay(self) -> Answer:
        connection = await self._connect(self._job["port"])
        path = f"/?model={quote(self._job['model'])}"
        events = await connection.ask("GET", path, {"host": "127.0.0.1"})
        connection.close()
        return events

    async def _follow_site(self) -> Answer:
        """Ask as the page does, and follow from the cursor that the answer's fragment holds."""
        form = urlencode({"text": "Count, please.", "key": str(uuid.uuid4())}).encode()
        connection = await self._connect(self._job["port"])
        asked = await connection.ask("POST", "/", self._headers | ASK, form)
        if asked.status != 200:
            raise ValueError(f"the question was answered {asked.status}")
        page = asked.text
        self._text_path = found('data-source="([^"]+)"', page) + "text/"
        stream, cursor = found('data-stream="([^"]+)"', page), found('data-cursor="([^"]*)"', page)
        if self._job["follow_port"] != self._job["port"]:
            connection.close()
            connection = await self._connect(self._job["follow_port"])
        events = await connection.ask("GET", f"{stream}?cursor={cursor}", self._headers)
        connection.close()
        return events

    async def _connect(self, port: int) -> Connection:
        return await connect(port, lambda: self._phases.begin(self._number))

    @property
    def _headers(self) -> dict[str, str]:
        return headers_of(self._job["sessions"][self._number])


def within(moment: float, window: tuple[float, float]) -> bool:
    began, ended = window
    return began <= moment < ended


def found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    if match is None:
        raise ValueError(f"no {pattern} in the answer to the question")
    return match[1]


async def run(job: Job) -> None:
    phases = Phases(job["streams"])
    clients = [Client(job, number, phases) for number in range(job["streams"])]
    await asyncio.gather(*(client.run() for client in clients))
    print("all ended", flush=True)
    windows: Windows = json.loads(await asyncio.to_thread(sys.stdin.readline))
    print(json.dumps([asdict(await client.result(windows)) for client in clients]), flush=True)


if __name__ == "__main__":
    uvloop.run(run(json.loads(sys.stdin.readline())))
