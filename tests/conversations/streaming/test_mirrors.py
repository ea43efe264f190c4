"""The mirrors of one process: who follows, what is asked, and what the database says when nobody answers."""

import pytest
from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connection

from conversations import bus
from conversations.models import Generation, Status
from conversations.streaming import live
from conversations.streaming import mirror as mirror_module
from conversations.streaming.feed import Feed
from conversations.streaming.live import LiveAnswer
from conversations.streaming.mirror import Mirrors, in_the_making, mirrors
from tests.conversations.streaming.elsewhere import (
    FENCE,
    answer_of_its_owner,
    at_work,
    make_answer_elsewhere,
    one_that_is_two,
)
from tests.conversations.streaming.site import until


@pytest.fixture
def generation(transactional_db) -> Generation:
    return make_answer_elsewhere()


@pytest.fixture
def post():
    with one_that_is_two() as post:
        yield post


@pytest.fixture
def owner(generation) -> LiveAnswer:
    return answer_of_its_owner(generation, "Fish")


@pytest.fixture
def impatient(monkeypatch) -> None:
    for name in ("FIRST_WORD_S", "LOOK_EVERY_S", "SILENT_AFTER_S", "TOLD_WITHIN_S"):
        monkeypatch.setattr(mirror_module, name, 0.01)


async def store(generation: Generation, position: int, text: str) -> None:
    await generation.chunks.acreate(kind="answer", position=position, text=text)


async def test_who_follows_another_process_sees_the_words_as_they_come_and_the_end(generation, owner, post):
    async with at_work(Feed().run(), mirrors.run()), in_the_making(generation) as answer:
        assert answer is not None
        assert answer is not owner
        assert answer.text == "Fish"
        assert live.mirrored == {generation.pk: answer}

        owner.append_text(" and crabs.")
        owner.append_reasoning("Hm.")
        await until(lambda: (answer.text, answer.reasoning) == ("Fish and crabs.", "Hm."))
        owner.end(kept=True)
        await until(lambda: answer.ended)
        assert answer.kept


async def test_what_this_process_makes_is_not_mirrored(generation, owner, post):
    generation.owner = f"host:42:{bus.PROCESS}"
    async with in_the_making(generation) as answer:
        assert answer is owner
    del live.running[generation.pk]
    async with in_the_making(generation) as answer:
        assert answer is None

    assert post.sent == []


async def test_followers_share_a_mirror_and_the_last_to_leave_stops_the_letters(generation, owner, post):
    here = Mirrors()
    async with at_work(Feed().run(), here.run()):
        async with here.following(generation) as one:
            async with here.following(generation) as other:
                assert one is other
            assert post.of("unwatch") == []
            assert live.mirrored

        assert not live.mirrored
        assert len(post.of("watch")) == 1
        await until(lambda: not owner._bells)

    assert post.of("unwatch") == [["unwatch", bus.PROCESS, generation.pk]]
    assert not here._mirrors
    assert ("answer", generation.pk) not in bus._listeners


async def test_an_owner_is_watched_again_when_somebody_comes_back(generation, owner, post):
    here = Mirrors()
    async with at_work(Feed().run(), here.run()):
        async with here.following(generation):
            pass
        owner.append_text(" and crabs.")
        async with here.following(generation) as answer:
            assert answer.text == "Fish and crabs."


async def test_while_the_owner_is_silent_what_is_stored_is_read(generation, post, impatient):
    post.on_strike = True
    here = Mirrors()
    await store(generation, 0, "Fish")
    async with at_work(here.run()), here.following(generation) as answer:
        assert answer.text == "Fish"
        await store(generation, 4, " and crabs.")
        await until(lambda: answer.text == "Fish and crabs.")
        assert not answer.ended

        await Generation.objects.filter(pk=generation.pk).aupdate(status=Status.INTERRUPTED)
        await until(lambda: answer.ended)
        assert not answer.kept


async def test_an_answer_that_was_taken_from_its_owner_ends_here(generation, post, impatient):
    here = Mirrors()
    async with at_work(here.run()), here.following(generation) as answer:
        await Generation.objects.filter(pk=generation.pk).aupdate(fence=FENCE + 1)
        await until(lambda: answer.ended)

        assert not answer.kept


async def test_an_owner_who_does_not_know_the_answer_any_more_is_not_waited_for(
    generation, post, monkeypatch
):
    monkeypatch.setattr(mirror_module, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(mirror_module, "TOLD_WITHIN_S", 0.01)
    here = Mirrors()
    await Generation.objects.filter(pk=generation.pk).aupdate(status=Status.INTERRUPTED)
    async with at_work(Feed().run(), here.run()), here.following(generation) as answer:
        await until(lambda: answer.ended)

    assert post.of("gone") == [["gone", generation.pk, FENCE]]


async def test_what_is_said_of_an_old_fence_or_of_another_answer_is_ignored(generation, owner, post):
    here = Mirrors()
    async with at_work(Feed().run(), here.run()), here.following(generation) as answer:
        for pk, fence in [(generation.pk, FENCE - 1), (generation.pk + 1, FENCE)]:
            bus.deliver(["words", pk, fence, "text", 4, " of old"])
            bus.deliver(["here", pk, fence, 4, 0, "kept"])
            bus.deliver(["gone", pk, fence])

        assert answer.text == "Fish"
        assert not answer.ended
        assert not here._mirrors[generation.pk].is_silent


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
async def test_a_database_that_is_away_ends_nothing_and_is_asked_again(
    error, generation, post, impatient, caplog
):
    def refuse(*_args: object) -> None:
        raise error("away")

    post.on_strike = True
    here = Mirrors()
    await store(generation, 0, "Fish")
    wrappers = await sync_to_async(lambda: connection.execute_wrappers)()
    wrappers.append(refuse)
    async with at_work(here.run()), here.following(generation) as answer:
        assert (answer.text, answer.ended) == ("", False)
        await until(lambda: caplog.text.count("cannot be read") > 2)

        wrappers.remove(refuse)
        await until(lambda: answer.text == "Fish")
        assert not answer.ended
