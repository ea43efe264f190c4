import asyncio

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from conversations.models import Status
from conversations.services.keeping import delete_conversation
from conversations.services.stopping import stop_answer
from tests.conversations.streaming.site import (
    arrived,
    asked,
    ended,
    running,
    until,
)
from tests.fakes import HANG, FakeServer, Reply, chunk

pytestmark = pytest.mark.django_db(transaction=True)


async def test_stop_keeps_the_text_and_closes_the_upstream(ada):
    server = FakeServer(Reply([chunk("Half a"), HANG]))
    async with running(server):
        generation = await asked(ada)
        await arrived(6)
        await sync_to_async(stop_answer)(generation)
        generation = await ended(generation)
        assert server.open == 0

    assert generation.status == Status.STOPPED
    assert generation.message.text == "Half a"


async def test_stop_before_the_first_word_works_at_once(ada):
    server = FakeServer(Reply([HANG]))
    async with running(server):
        generation = await asked(ada)
        await until(lambda: bool(server.requests))
        await sync_to_async(stop_answer)(generation)
        generation = await ended(generation)

    assert (generation.status, generation.message.text) == (Status.STOPPED, "")


async def test_stop_between_the_claim_and_the_first_step_ends_the_answer(ada):
    async with running(FakeServer(Reply([HANG]))) as runner:
        generation = await asked(ada)
        while generation.pk not in runner.runs:
            await asyncio.sleep(0)
        runner._heard("stop", generation.pk)
        generation = await ended(generation)

    assert generation.status == Status.STOPPED
    assert not runner.runs


async def test_deleting_the_conversation_stops_its_answer(ada):
    server = FakeServer(Reply([chunk("Half a"), HANG]))
    async with running(server):
        generation = await asked(ada)
        await arrived(6)
        await sync_to_async(delete_conversation)(generation.conversation)
        assert (await ended(generation)).status == Status.STOPPED
        assert server.open == 0


async def test_closing_the_account_stops_its_answer(ada):
    server = FakeServer(Reply([chunk("Half a"), HANG]))
    async with running(server):
        generation = await asked(ada)
        await arrived(6)
        await User.objects.filter(pk=ada.pk).aupdate(is_active=False)
        generation = await ended(generation)
        assert server.open == 0

    assert (generation.status, generation.message.text) == (Status.STOPPED, "Half a")
