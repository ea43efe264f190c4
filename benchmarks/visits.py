"""Those who come while answers are made, in a process of their own: they open a conversation, and sign in.

Reads Visits as JSON from its input, and comes when another line is there. Each comes at its time, whether the
one before was served or not, over a connection of its own. Writes a Visited at the end.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import TypedDict
from urllib.parse import urlencode

import httptools
import uvloop

from .connection import CSRF, Connection, connect, headers_of

PAGES_A_SECOND = 5.0
SIGN_INS_A_SECOND = 0.5
COMPRESSED = {"accept-encoding": "gzip, br"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
SIGN_IN = "/accounts/login/"


class Visits(TypedDict):
    port: int
    seconds: float
    session: str
    page: str
    names: list[str]
    password: str


@dataclass(slots=True)
class Visited:
    """How many milliseconds each took, and what went wrong."""

    pages_ms: list[float] = field(default_factory=list)
    sign_ins_ms: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Visitors:
    def __init__(self, visits: Visits) -> None:
        self._visits = visits
        self.visited = Visited()

    async def come(self) -> None:
        seconds = self._visits["seconds"]
        pages, sign_ins = int(seconds * PAGES_A_SECOND), int(seconds * SIGN_INS_A_SECOND)
        await asyncio.gather(
            *(self._open_page(number / PAGES_A_SECOND) for number in range(pages)),
            *(self._sign_in(number, number / SIGN_INS_A_SECOND) for number in range(sign_ins)),
        )

    async def _open_page(self, after_s: float) -> None:
        """Open a conversation, as somebody who is signed in."""
        await asyncio.sleep(after_s)
        headers = headers_of(self._visits["session"]) | COMPRESSED
        began = time.monotonic()
        try:
            connection = await connect(self._visits["port"])
            await expect(200, connection, "GET", self._visits["page"], headers)
            connection.close()
        except (OSError, TimeoutError, ValueError, httptools.HttpParserError) as error:
            self.visited.problems.append(f"a page: {str(error) or type(error).__name__}")
        self.visited.pages_ms.append((time.monotonic() - began) * 1000)

    async def _sign_in(self, number: int, after_s: float) -> None:
        """Open the page for it, send a name and the right password, and be sent on to the first page."""
        await asyncio.sleep(after_s)
        headers = headers_of() | COMPRESSED
        names = self._visits["names"]
        typed = {"login": names[number % len(names)], "password": self._visits["password"]}
        form = urlencode(typed | {"csrfmiddlewaretoken": CSRF}).encode()
        began = time.monotonic()
        try:
            connection = await connect(self._visits["port"])
            await expect(200, connection, "GET", SIGN_IN, headers)
            await expect(302, connection, "POST", SIGN_IN, headers | FORM, form)
            connection.close()
        except (OSError, TimeoutError, ValueError, httptools.HttpParserError) as error:
            self.visited.problems.append(f"a sign-in: {str(error) or type(error).__name__}")
        self.visited.sign_ins_ms.append((time.monotonic() - began) * 1000)


async def expect(
    status: int, connection: Connection, method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> None:
    answer = await connection.ask(method, path, headers, body)
    if answer.status != status:
        raise ValueError(f"{method} was answered {answer.status}")


async def run(visits: Visits) -> None:
    await asyncio.to_thread(sys.stdin.readline)
    visitors = Visitors(visits)
    await visitors.come()
    print(json.dumps(asdict(visitors.visited)), flush=True)


if __name__ == "__main__":
    uvloop.run(run(json.loads(sys.stdin.readline())))
