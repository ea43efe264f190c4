import asyncio

import pytest

from conversations.models import Conversation, Generation
from tests.conversations.streaming.site import (
    asked,
    ended,
    running,
)
from tests.fakes import FakeServer, says

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_title_is_asked_for_after_the_first_answer_and_is_on_record(ada):
    server = FakeServer(says("Rayleigh scattering."), says('"Why the sky is blue."'))
    async with running(server, titles=True):
        generation = await ended(await asked(ada, "Why is the sky blue?"))
        title = await Generation.objects.aget(purpose="title")
        await ended(title)
        await generation.conversation.arefresh_from_db()

    assert generation.conversation.title == "Why the sky is blue"
    assert server.requests[1].body["max_tokens"] == 40
    assert title.conversation_id == generation.conversation_id


async def test_a_title_that_its_owner_wrote_stays(ada):
    server = FakeServer(says("Hi."), says("The model's title"))
    async with running(server, titles=True):
        generation = await asked(ada)
        await Conversation.objects.aupdate(title="My own", title_by_person=True)
        await ended(generation)
        await asyncio.sleep(0.1)
        await generation.conversation.arefresh_from_db()

    assert generation.conversation.title == "My own"
    assert len(server.requests) == 1
