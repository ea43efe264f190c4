"""A runner behind a fake wire, for tests that let answers be made for real."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from asgiref.sync import sync_to_async

from accounts.models import User
from conversations.models import Conversation, Generation, Message
from conversations.services.asking import Exchange, ask, start_conversation
from conversations.streaming import live
from conversations.streaming.claims import Capacity
from conversations.streaming.runner import Runner
from tests.factories import make_model
from tests.fakes import FakeServer

PATIENCE_S = 10


@asynccontextmanager
async def running(server: FakeServer, **options: Any) -> AsyncIterator[Runner]:
    """A site whose model is `server`, until the end of the block."""
    client = server.client()
    settings: dict[str, Any] = {"capacity": Capacity(), "titles": False, "alone": True, **options}
    runner = Runner(client, **settings)
    await runner.start()
    try:
        yield runner
    finally:
        await runner.drain(0)
        await client.aclose()


@sync_to_async
def asked(owner: User, text: str = "Hello?", **fields: Any) -> Generation:
    exchange: Exchange = start_conversation(owner, text=text, key=uuid4(), model=make_model(), **fields)
    return exchange.answer.generation


@sync_to_async
def asked_again(conversation: Conversation, text: str) -> Generation:
    return ask(conversation, text=text, key=uuid4()).answer.generation


@sync_to_async
def reload(generation: Generation) -> Generation:
    return Generation.objects.select_related("message", "conversation").get(pk=generation.pk)


async def ended(generation: Generation) -> Generation:
    """Wait until `generation` has ended and return it as it is stored."""

    async def poll() -> Generation:
        while (fresh := await reload(generation)).is_active:
            await asyncio.sleep(0.01)
        return fresh

    return await asyncio.wait_for(poll(), PATIENCE_S)


async def arrived(characters: int) -> None:
    """Wait until an answer in the making has so many characters."""
    await until(lambda: any(answer.characters == characters for answer in live.running.values()))


async def until(condition: Callable[[], bool]) -> None:
    async def poll() -> None:
        while not condition():
            await asyncio.sleep(0.005)

    await asyncio.wait_for(poll(), PATIENCE_S)


@sync_to_async
def text_of(generation: Generation) -> str:
    return Message.objects.get(generation=generation).text
