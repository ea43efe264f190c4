"""Letters between real processes, over a real PostgreSQL."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from conversations import bus
from conversations.bus import postgres
from conversations.bus.postgres import PostgresCarrier, address, channel_of
from conversations.management.local_model import ROOT
from tests.conversations.streaming.site import PATIENCE_S, until

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="NOTIFY is PostgreSQL's"),
    pytest.mark.django_db(transaction=True),
]


class Neighbour:
    """A second process of the site, and what it says."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.name = ""

    async def says(self) -> list[Any]:
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), PATIENCE_S)
        return json.loads(line)

    def tell(self, *words: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(words).encode() + b"\n")


@asynccontextmanager
async def neighbour() -> AsyncIterator[Neighbour]:
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.conversations.bus.neighbour"),
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "chatsite.settings"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    there = Neighbour(process)
    try:
        _, there.name = await there.says()
        yield there
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE_S)
        except TimeoutError:
            process.kill()
            await process.wait()


@asynccontextmanager
async def opened() -> AsyncIterator[PostgresCarrier]:
    carrier = PostgresCarrier()
    await carrier.open()
    try:
        yield carrier
    finally:
        await carrier.close()


@asynccontextmanager
async def overhearing(*channels: str) -> AsyncIterator["asyncio.Queue[tuple[str, str]]"]:
    """Give all notices on `channels` as they come, each a channel and a payload."""
    notices: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
    async with await raw() as server:
        for channel in channels:
            await server.execute(f'LISTEN "{channel}"'.encode())

        async def take() -> None:
            async for notice in server.notifies():
                notices.put_nowait((notice.channel, notice.payload))

        taking = asyncio.create_task(take())
        try:
            yield notices
        finally:
            taking.cancel()
            with suppress(asyncio.CancelledError):
                await taking


async def raw() -> psycopg.AsyncConnection[Any]:
    return await psycopg.AsyncConnection.connect(**address(), autocommit=True)


async def ask(statement: str, *values: object) -> list[Any]:
    async with await raw() as server:
        return await (await server.execute(statement.encode(), values or None)).fetchall()


async def notify(channel: str, payload: str) -> None:
    await ask("SELECT pg_notify(%s, %s)", channel, payload)


async def others_here() -> set[int]:
    """Return the server processes of this database, but for the one that is asked."""
    rows = await ask(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    return {pid for (pid,) in rows}


async def this_many_more(before: set[int], count: int) -> None:
    """Wait until there are `count` connections that were not there before."""
    async with asyncio.timeout(PATIENCE_S):
        while len(await others_here() - before) != count:
            await asyncio.sleep(0.02)


@pytest.fixture
def heard():
    """What this process hears of any answer."""
    keys = []

    def listener(topic: str, key: int) -> None:
        keys.append(key)

    yield keys, listener
    bus.leave(listener, "answer")


async def test_a_ring_crosses_to_another_process_and_back(heard):
    keys, listener = heard
    bus.listen(listener, "answer")
    async with opened(), neighbour() as there:
        bus.ring("answer", 7)
        assert await there.says() == ["heard", "answer", 7]

        there.tell("", "ring", "answer", 8)
        await until(lambda: 8 in keys)

    assert keys.count(7) == 1  # its own echo is not heard again


async def test_a_letter_reaches_the_process_it_is_for_and_no_other():
    read = []
    bus.read("words", read.append)
    try:
        async with opened(), neighbour() as one, neighbour() as other:
            bus.write(one.name, ("words", 7, 1, "text", 0, "Fish — \u2028🦦\0"))
            bus.write(other.name, ("words", 8, True))
            assert await one.says() == ["words", 7, 1, "text", 0, "Fish — \u2028🦦\0"]
            assert await other.says() == ["words", 8, True]

            one.tell(bus.PROCESS, "words", 9)
            await until(lambda: bool(read))
    finally:
        bus.unread("words")

    assert read == [[9]]


async def test_a_thousand_letters_are_a_few_notices_and_keep_their_order():
    channel = channel_of("abcd1234")
    async with opened(), overhearing(channel) as notices:
        for number in range(1_000):
            bus.write("abcd1234", ("words", 7, 1, "text", number, "Fish "))
        arrived, count = [], 0
        while len(arrived) < 1_000:
            _, payload = await asyncio.wait_for(notices.get(), PATIENCE_S)
            sender, *letters = json.loads(payload)
            assert sender == bus.PROCESS
            arrived += letters
            count += 1

    assert [letter[4] for letter in arrived] == list(range(1_000))
    assert count <= 10


async def test_a_connection_that_is_ended_is_opened_again_and_everybody_looks_again(heard, caplog):
    keys, listener = heard
    async with opened() as carrier:
        bus.listen(listener, "answer", 7)
        ((pid,),) = await ask(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = %s",
            f'LISTEN "{channel_of(bus.PROCESS)}"',
        )
        assert carrier.is_listening
        await ask("SELECT pg_terminate_backend(%s)", pid)
        await until(lambda: not carrier.is_listening)
        await until(lambda: carrier.is_listening)
        await until(lambda: keys == [7])

        await notify(channel_of(bus.PROCESS), '["another", ["ring", "answer", 7]]')
        await until(lambda: keys == [7, 7])
    bus.leave(listener, "answer", 7)
    assert "The bus lost its connection" in caplog.text


async def test_what_is_sent_reaches_others_again_after_its_connection_was_ended():
    async with overhearing(postgres.ALL) as notices, opened():
        bus.ring("answer", 1)
        await asyncio.wait_for(notices.get(), PATIENCE_S)
        senders = await ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'SELECT pg_notify(%'"
        )
        assert senders == [(True,)]

        async def ring_until_heard() -> str:
            for number in range(2, 1_000):
                bus.ring("answer", number)  # the first finds the connection dead: a hint that is lost
                with suppress(TimeoutError):
                    return (await asyncio.wait_for(notices.get(), 0.1))[1]
            raise AssertionError("nothing was heard")

        assert '"answer"' in await ring_until_heard()


async def test_what_nobody_can_read_is_passed_over(heard, caplog):
    """Two versions of the site may share a database while one replaces the other."""
    keys, listener = heard
    bus.read("words", lambda letter: int(letter[4]))
    async with opened() as carrier:
        bus.listen(listener, "answer")
        for payload in ["", "not JSON", "7", "[]", '["new"]', '["new", 7, [], ["ring"]]']:
            await notify(postgres.ALL, payload)
        await notify(postgres.ALL, '["new", ["words", 1, 2, 3, 4, "otters"], ["unheard of"]]')
        await notify(postgres.ALL, '["new", ["ring", "answer", "x"], ["ring", "answer", 8]]')
        await until(lambda: bool(keys))
        assert carrier.is_listening
    bus.unread("words")

    assert keys == [8]  # and not EVERY, as after a connection that was lost
    assert "cannot be read" in caplog.text
    assert "otters" not in caplog.text


async def test_a_letter_that_cannot_be_written_takes_no_other_with_it(caplog):
    async with opened(), overhearing(postgres.ALL) as notices:
        bus.write("abcd1234", ("words", "\ud800"))
        bus.ring("answer", 7)  # in the same batch

        assert '"answer"' in (await asyncio.wait_for(notices.get(), PATIENCE_S))[1]
    assert "cannot be read or written" in caplog.text


async def test_at_the_end_no_task_and_no_connection_is_left():
    before, tasks = await others_here(), asyncio.all_tasks()
    async with opened():
        await this_many_more(before, 2)
        assert bus.carrier is not None

    assert asyncio.all_tasks() == tasks
    assert bus.carrier is None
    await this_many_more(before, 0)


async def test_a_database_that_is_away_is_waited_for_without_holding_up_the_start(monkeypatch):
    monkeypatch.setattr(postgres, "LONGEST_PAUSE_S", 0.2)
    carrier = PostgresCarrier()
    where = carrier._address
    carrier._address = {"host": "127.0.0.1", "port": 9, "connect_timeout": 2}
    async with asyncio.timeout(PATIENCE_S):
        await carrier.open()
        assert not carrier.is_listening
        bus.ring("answer", 7)

        carrier._address = where
        await until(lambda: carrier.is_listening)
        await carrier.close()
