import asyncio

import pytest
from asgiref.sync import sync_to_async

from conversations.models import ChatModel, Chunk, Generation, Problem, Status
from conversations.rendering import ON_READ
from conversations.services.stopping import stop_answer
from conversations.streaming import live
from conversations.streaming.claims import Capacity
from tests.conversations.streaming.site import (
    PATIENCE_S,
    arrived,
    asked,
    ended,
    reload,
    running,
    until,
)
from tests.factories import make_user
from tests.fakes import HANG, FakeServer, Reply, chunk, event, fails, says, usage

pytestmark = pytest.mark.django_db(transaction=True)


async def first_chunk(generation: Generation) -> Chunk:
    while (chunk := await Chunk.objects.filter(generation=generation).afirst()) is None:
        await asyncio.sleep(0.02)
    return chunk


async def test_an_answer_is_asked_for_stored_and_its_chunks_are_gone(ada):
    server = FakeServer(says("Hello", ", *Ada*", "."))
    async with running(server):
        generation = await ended(await asked(ada))

    assert generation.status == Status.DONE
    assert generation.problem == ""
    assert generation.message.text == "Hello, *Ada*."
    assert (generation.message.html, generation.message.renderer_version) == ("", ON_READ)
    assert generation.owner == ""
    assert await Chunk.objects.acount() == 0
    assert (generation.prompt_tokens, generation.completion_tokens) == (10, 5)
    assert generation.model_answered == "fake/model"
    assert generation.started_at <= generation.first_token_at <= generation.finished_at


async def test_words_are_stored_while_they_come(ada):
    server = FakeServer(Reply([chunk("Half a"), HANG]))
    async with running(server):
        generation = await asked(ada)
        await arrived(6)
        stored = await asyncio.wait_for(first_chunk(generation), PATIENCE_S)

    assert (stored.kind, stored.position, stored.text) == ("answer", 0, "Half a")


@pytest.mark.parametrize(
    ("reply", "status", "problem", "text"),
    [
        (fails(401), Status.FAILED, Problem.KEY, ""),
        (fails(404), Status.FAILED, Problem.MODEL_GONE, ""),
        (says(""), Status.FAILED, Problem.EMPTY, ""),
        (says("Cut", finish="length"), Status.DONE, Problem.CUT_SHORT, "Cut"),
        (says("", finish="length"), Status.FAILED, Problem.CUT_SHORT, ""),
        (Reply([chunk("No"), chunk("", finish="content_filter")]), Status.DONE, Problem.FILTERED, "No"),
        (Reply([chunk("Half a")]), Status.INTERRUPTED, Problem.BROKEN_OFF, "Half a"),
        (Reply([]), Status.FAILED, Problem.NO_ANSWER, ""),
        (Reply([b"x" * 2_000_000]), Status.FAILED, Problem.NO_ANSWER, ""),
        (
            Reply([chunk("Half a"), event({"error": {"code": 502, "message": "secret"}})]),
            Status.INTERRUPTED,
            Problem.UPSTREAM,
            "Half a",
        ),
    ],
)
async def test_every_ending_has_its_status_and_its_sentence(ada, reply, status, problem, text):
    async with running(FakeServer(reply)):
        generation = await ended(await asked(ada))

    assert (generation.status, generation.problem, generation.message.text) == (status, problem, text)
    assert generation.get_problem_display()


async def test_reasoning_is_kept_apart_from_the_answer(ada):
    server = FakeServer(Reply([chunk(reasoning="Hm. "), chunk("42"), chunk("", finish="stop"), usage()]))
    async with running(server):
        generation = await ended(await asked(ada))

    assert (generation.message.reasoning, generation.message.text) == ("Hm. ", "42")


async def test_a_person_has_three_answers_at_once_and_the_fourth_waits(ada):
    server = FakeServer(Reply([chunk("…"), HANG]))
    async with running(server, capacity=Capacity(per_person=3, at_once=50)):
        generations = [await asked(ada, f"Question {n}") for n in range(4)]
        await until(lambda: len(live.running) == 3)
        await asyncio.sleep(0.1)
        assert len(live.running) == 3
        assert (await reload(generations[3])).status == Status.QUEUED

        await sync_to_async(stop_answer)(generations[0])
        await until(lambda: generations[3].pk in live.running)


async def test_the_site_has_a_limit_for_all(ada):
    bob = await sync_to_async(make_user)("bob")
    async with running(FakeServer(Reply([HANG])), capacity=Capacity(per_person=3, at_once=1)):
        await asked(ada)
        waiting = await asked(bob)
        await until(lambda: len(live.running) == 1)
        await asyncio.sleep(0.1)
        assert (await reload(waiting)).status == Status.QUEUED


async def test_the_model_s_ratio_of_characters_to_tokens_is_learned(ada):
    question = "x" * 3_000
    server = FakeServer(Reply([chunk("ok"), chunk("", finish="stop"), usage(prompt=1_000)]))
    async with running(server):
        await ended(await asked(ada, question))
        await until(lambda: not live.running)
        await asyncio.sleep(0.1)

    model = await ChatModel.objects.aget()
    assert model.characters_per_token == pytest.approx(0.8 * 3.5 + 0.2 * 3.0)


async def test_a_bug_of_ours_fails_one_answer_and_not_the_site(ada):
    broken = await asked(ada)
    await Generation.objects.filter(pk=broken.pk).aupdate(model_asked="a row that is gone")
    async with running(FakeServer(says("Second."))):
        first = await ended(broken)
        second = await ended(await asked(ada))

    assert (first.status, first.problem) == (Status.FAILED, Problem.INTERNAL)
    assert (second.status, second.message.text) == (Status.DONE, "Second.")
