"""What a served site does by itself, in a thread of its own."""

import asyncio
import threading
from contextlib import suppress

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts import leaving
from accounts.models import User
from chatsite import housekeeping
from conversations.models import Conversation
from tests.factories import make_conversation, make_user


@pytest.mark.django_db(transaction=True)
async def test_who_has_left_is_removed_without_keeping_answers_from_being_stored(monkeypatch):
    monkeypatch.setattr(housekeeping, "FIRST_AFTER_S", 0.0)
    threads: list[int] = []

    def notes_its_thread(person: User) -> bool:
        threads.append(threading.get_ident())
        return False

    monkeypatch.setattr(leaving, "HOLDS", [notes_its_thread])
    ada = await sync_to_async(make_user)("ada", leaves_at=timezone.now())
    await sync_to_async(make_conversation)(ada, "Question", "Answer")
    work = asyncio.create_task(housekeeping.keep_house())

    async with asyncio.timeout(20):
        while not await User.objects.filter(forgotten_at__isnull=False).aexists():
            await asyncio.sleep(0.02)
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work

    assert not await Conversation.objects.aexists()
    assert threads
    assert await sync_to_async(threading.get_ident)() not in threads
