"""Calls that are asked for and end, as the tests of budgets tell them."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from django.db import connection

from conversations.models import Generation, Status
from conversations.services.asking import start_conversation
from conversations.services.errors import TooMany
from conversations.services.settling import settle
from tests.factories import make_model


def sent(person, *, model=None, **fields) -> Generation:
    exchange = start_conversation(
        person, text="What do otters eat?", key=uuid4(), model=model or make_model(), **fields
    )
    return exchange.answer.generation


def ends(generation, status=Status.DONE, *, written=0, **facts) -> Generation:
    """End a call as its runner does."""
    for name, value in {"status": status, **facts}.items():
        setattr(generation, name, value)
    generation.save()
    settle(generation, characters_written=written)
    return generation


def told(prompt, completion, **more):
    return {"prompt_tokens": prompt, "completion_tokens": completion, "usage_trusted": True, **more}


def in_threads(count, work) -> list[object]:
    def one(number: int) -> object:
        try:
            return work(number)
        except TooMany as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        return list(pool.map(one, range(count)))
