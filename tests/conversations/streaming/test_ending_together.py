"""An answer that ends while its conversation is removed for ever: neither waits for the other for good."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection
from django.utils import timezone

from conversations.models import Conversation, Generation, Problem, Status
from conversations.services.removing import Cause, Outcome, remove
from conversations.streaming.ending import Ending, store, store_what_arrived
from conversations.streaming.live import LiveAnswer
from tests.factories import add_answer, add_question, make_conversation, make_user

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time"),
]
PATIENCE_S = 20


@pytest.fixture
def generation() -> Generation:
    talk = make_conversation(make_user("ada"))
    running = {"status": Status.RUNNING, "owner": "me", "fence": 1, "finished_at": None}
    return add_answer(talk, add_question(talk, None, "Why?"), "", **running).generation


def stores(generation: Generation) -> bool:
    live = LiveAnswer(generation.pk, 1)
    live.append_text("So.")
    return store(
        generation, live, owner="me", ending=Ending(Status.DONE), facts={}, finished_at=timezone.now()
    )


def sweeps(generation: Generation) -> None:
    store_what_arrived(generation, Problem.PROCESS_GONE)


def removes(has_locked: Event) -> Outcome:
    def tells(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if 'FROM "conversations_conversation"' in sql and sql.endswith(
            'FOR UPDATE OF "conversations_conversation"'
        ):
            has_locked.set()
        return result

    try:
        with connection.execute_wrapper(tells):
            return remove(Conversation.objects.all(), cause=Cause.OWNER)
    finally:
        connection.close()


@pytest.mark.parametrize("ends", [stores, sweeps])
def test_an_answer_ends_while_its_conversation_is_removed(ends: Callable[[Generation], object], generation):
    removing: list[Future[Outcome]] = []
    has_locked = Event()

    def removed_meanwhile(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith('UPDATE "conversations_generation"') and not removing:
            removing.append(pool.submit(removes, has_locked))
            has_locked.wait(0.3)  # it cannot, while the answer holds the conversation
        return result

    with ThreadPoolExecutor(1) as pool, connection.execute_wrapper(removed_meanwhile):
        ends(generation)
        assert removing[0].result(PATIENCE_S).removed == 1

    assert not Conversation.objects.exists()


@pytest.mark.parametrize("ends", [stores, sweeps])
def test_an_answer_whose_conversation_is_gone_leaves_nothing(
    ends: Callable[[Generation], object], generation
):
    remove(Conversation.objects.all(), cause=Cause.OWNER)

    assert not ends(generation)
    assert not Generation.objects.exists()
