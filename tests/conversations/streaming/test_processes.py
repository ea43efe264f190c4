import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import Chunk, Generation, Problem, Status
from conversations.rendering import render_plain
from conversations.services.entries import html_of
from conversations.streaming import ledger, live
from conversations.streaming import runner as runner_module
from conversations.streaming.ending import store_what_arrived
from tests.conversations.streaming.site import (
    PATIENCE_S,
    arrived,
    asked,
    ended,
    reload,
    running,
    until,
)
from tests.factories import make_conversation
from tests.fakes import HANG, FakeServer, Reply, chunk, says

pytestmark = pytest.mark.django_db(transaction=True)


async def test_the_start_ends_what_a_killed_process_left_and_keeps_its_text(ada):
    generation = await asked(ada)
    await Generation.objects.filter(pk=generation.pk).aupdate(status=Status.RUNNING, owner="gone", fence=1)
    for position, text in [(0, "What "), (5, "arrived"), (20, "beyond a gap")]:
        await Chunk.objects.acreate(generation=generation, kind="answer", position=position, text=text)

    async with running(FakeServer()):
        generation = await reload(generation)

    assert (generation.status, generation.problem) == (Status.INTERRUPTED, Problem.PROCESS_GONE)
    assert generation.message.text == "What arrived"
    assert await Chunk.objects.acount() == 0


async def test_what_was_queued_when_the_process_died_is_answered_by_the_next(ada):
    generation = await asked(ada)
    async with running(FakeServer(says("Late, but here."))):
        generation = await ended(generation)

    assert generation.message.text == "Late, but here."


async def test_an_end_of_the_process_interrupts_and_keeps_the_text(ada):
    server = FakeServer(Reply([chunk("Half a"), HANG]))
    async with running(server):
        generation = await asked(ada)
        await arrived(6)

    generation = await reload(generation)
    assert (generation.status, generation.problem) == (Status.INTERRUPTED, Problem.PROCESS_GONE)
    assert generation.message.text == "Half a"
    assert not live.running


async def test_grace_ends_when_somebody_insists(ada):
    server = FakeServer(Reply([chunk("Half a"), HANG]))
    async with running(server) as runner:
        generation = await asked(ada)
        await arrived(6)
        draining = asyncio.create_task(runner.drain(grace_s=60))
        await asyncio.sleep(0.05)
        assert not draining.done()
        runner.interrupt()
        await asyncio.wait_for(draining, PATIENCE_S)

    generation = await reload(generation)
    assert (generation.status, generation.problem) == (Status.INTERRUPTED, Problem.PROCESS_GONE)
    assert generation.message.text == "Half a"


async def test_a_lost_lease_stops_the_writing(ada):
    server = FakeServer(Reply([chunk("Mine"), HANG]))
    async with running(server):
        generation = await asked(ada)
        await arrived(4)
        await Generation.objects.filter(pk=generation.pk).aupdate(owner="another", fence=7)
        await until(lambda: server.open == 0)
        generation = await reload(generation)

    assert (generation.owner, generation.message.text) == ("another", "")


async def test_an_answer_in_the_making_outlives_a_lapsed_lease(ada, monkeypatch):
    monkeypatch.setattr(runner_module, "SWEEP_EVERY_S", 0.0)
    monkeypatch.setattr(ledger, "FLUSH_EVERY_S", 60.0)
    server = FakeServer(Reply([chunk("Half a"), HANG]))
    async with running(server):
        generation = await asked(ada)
        await arrived(6)
        await Generation.objects.filter(pk=generation.pk).aupdate(lease_until=timezone.now() - timedelta(1))
        await asyncio.sleep(0.2)
        assert (await reload(generation)).status == Status.RUNNING


def test_what_a_dead_process_left_is_plain_when_it_takes_too_long_to_render(ada, no_time_to_render):
    answer = make_conversation(ada, "Otters?", "").leaf
    Chunk.objects.create(generation=answer.generation, kind="answer", position=0, text="**Half** a")

    store_what_arrived(answer.generation, Problem.PROCESS_GONE)

    answer.refresh_from_db()
    assert (html_of(answer), answer.plain) == (render_plain("**Half** a"), True)
