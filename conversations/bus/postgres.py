"""Carries letters between processes by LISTEN and NOTIFY of PostgreSQL, over two connections of its own.

Never inside a transaction that writes: NOTIFY makes commits wait for one another. Everything that waits to be
sent goes in one statement, packed, since every notifying commit wakes every listener of the database.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from conversations import bus

log = logging.getLogger(__name__)

PAYLOAD_BYTES = 7_900  # NOTIFY takes less than 8,000
PAYLOADS_AT_ONCE = 64
LONGEST_PAUSE_S = 2.0
LAST_LETTERS_S = 1.0
ALL = "chat"

Packed = tuple[str, str]  # a channel and a payload


class PostgresCarrier:
    """The post of one process: `open`, then `send` from any thread, `close` at the end."""

    def __init__(self) -> None:
        self.is_listening = False
        self._outbox: deque[tuple[str, bus.Letter]] = deque(maxlen=10_000)
        self._wake = asyncio.Event()
        self._sent = asyncio.Event()
        self._sent.set()
        self._loop = asyncio.get_running_loop()
        self._tasks: list[asyncio.Task[None]] = []
        self._address = address()

    async def open(self) -> None:
        """Begin to listen and to send, and let the bus use it; a database that is away is waited for."""
        heard = asyncio.Event()
        self._tasks = [
            asyncio.create_task(self._keep(lambda: self._listen(heard)), name="bus: listen"),
            asyncio.create_task(self._keep(self._send), name="bus: send"),
        ]
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_PAUSE_S):
                await heard.wait()
        bus.carrier = self

    async def close(self) -> None:
        """Send what waits still, for a moment, and end."""
        bus.carrier = None
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_LETTERS_S):
                await self._sent.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def send(self, process: str, letter: bus.Letter) -> None:
        self._outbox.append((process, letter))
        self._sent.clear()
        self._loop.call_soon_threadsafe(self._wake.set)

    async def _keep(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` again and again: it ends with the connection it has."""
        pause_s = 0.1
        began = self._loop.time()
        while True:
            try:
                await work()
            except (psycopg.Error, OSError) as error:
                if self._loop.time() - began > LONGEST_PAUSE_S:
                    pause_s = 0.1
                log.warning("The bus lost its connection (%s); it connects again.", type(error).__name__)
            except Exception:
                log.exception("A bug of ours in the bus; it connects again.")
            await asyncio.sleep(pause_s)
            began, pause_s = self._loop.time(), min(pause_s * 2, LONGEST_PAUSE_S)

    async def _listen(self, heard: asyncio.Event) -> None:
        async with await self._connect() as listening:
            try:
                for channel in (ALL, channel_of(bus.PROCESS)):
                    await listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                self.is_listening = True
                heard.set()
                bus.ring_all_here()  # what was said while nobody listened is lost
                async for notice in listening.notifies():
                    self._take(notice.payload)
            finally:
                self.is_listening = False

    def _take(self, payload: str) -> None:
        with passing_over():
            sender, *letters = json.loads(payload)
            for letter in letters if sender != bus.PROCESS else ():
                with passing_over():
                    bus.deliver(letter)

    async def _send(self) -> None:
        async with await self._connect() as sending:
            while True:
                await self._wake.wait()
                self._wake.clear()
                for packed in in_batches(self._taken()):
                    calls = ", ".join(["pg_notify(%s, %s)"] * len(packed))
                    words = [word for pair in packed for word in pair]
                    await sending.execute(f"SELECT {calls}".encode(), words)
                if not self._outbox:
                    self._sent.set()

    def _taken(self) -> Iterator[tuple[str, bus.Letter]]:
        while self._outbox:
            yield self._outbox.popleft()

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(**self._address, autocommit=True)


@contextmanager
def passing_over() -> Iterator[None]:
    """Pass over what cannot be read, or written: another version of the site may have sent it."""
    try:
        yield
    except (ValueError, TypeError, IndexError) as error:  # whose text may quote what people wrote
        log.warning("A letter cannot be read or written (%s).", type(error).__name__)


def address() -> dict[str, Any]:
    """Return how Django reaches its database."""
    ours = {"cursor_factory", "context", "prepare_threshold"}
    return {key: value for key, value in connection.get_connection_params().items() if key not in ours}


def channel_of(process: str) -> str:
    return f"{ALL}_{process}" if process else ALL


def in_batches(letters: Iterable[tuple[str, bus.Letter]]) -> Iterator[list[Packed]]:
    """Pack `letters` into payloads, in order for each process, and give them in lists of a bounded length."""
    by_channel: dict[str, list[bytes]] = {}
    for process, letter in letters:
        with passing_over():
            text = json.dumps(letter, ensure_ascii=False, separators=(",", ":")).encode()
            by_channel.setdefault(channel_of(process), []).append(text)
    batch: list[Packed] = []
    for channel, texts in by_channel.items():
        for payload in payloads(texts):
            batch.append((channel, payload))
            if len(batch) == PAYLOADS_AT_ONCE:
                yield batch
                batch = []
    if batch:
        yield batch


def payloads(letters: list[bytes]) -> Iterator[str]:
    """Join letters to JSON lists that begin with the sender's name, each as long as one notice may be."""
    head = b'["%b"' % bus.PROCESS.encode()
    payload = head
    for letter in letters:
        if payload != head and len(payload) + len(letter) + 2 > PAYLOAD_BYTES:
            yield (payload + b"]").decode()
            payload = head
        payload += b"," + letter
    yield (payload + b"]").decode()
