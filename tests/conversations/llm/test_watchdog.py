"""One timer guards one wait after the other, and swallows nobody else's cancellation."""

import asyncio
import gc

import pytest
import uvloop

from conversations.llm.types import CallLimits
from conversations.llm.watchdog import Expired, Watchdog
from tests.fakes import HANG, FakeServer, Reply, chunk

from .asking import ask


def soon(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def test_a_wait_that_ends_in_time_gives_its_value():
    assert await Watchdog().guard(asyncio.sleep(0.01, "done"), soon(5)) == "done"


async def test_a_wait_that_does_not_end_expires():
    with pytest.raises(Expired):
        await Watchdog().guard(asyncio.sleep(9), soon(0.05))

    assert asyncio.current_task().cancelling() == 0


async def test_a_deadline_in_the_past_expires_at_the_first_wait():
    with pytest.raises(Expired):
        await Watchdog().guard(asyncio.sleep(9), soon(-1))


async def test_the_deadline_may_move_both_ways():
    watchdog = Watchdog()
    await watchdog.guard(asyncio.sleep(0.1), soon(0.5))
    await watchdog.guard(asyncio.sleep(0.6), soon(5))  # the timer of before fires in between

    with pytest.raises(Expired):
        await watchdog.guard(asyncio.sleep(9), soon(0.05))


async def test_the_time_between_waits_is_not_guarded():
    watchdog = Watchdog()
    await watchdog.guard(asyncio.sleep(0), soon(0.05))
    await asyncio.sleep(0.1)

    assert await watchdog.guard(asyncio.sleep(0, "fine"), soon(5)) == "fine"


async def test_a_cancellation_from_outside_passes():
    task = asyncio.create_task(Watchdog().guard(asyncio.sleep(9), soon(5)))
    await asyncio.sleep(0.01)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_in_the_moment_of_expiry_passes():
    async def wait() -> None:
        await Watchdog().guard(asyncio.sleep(9), soon(0.05))

    task = asyncio.create_task(wait())
    asyncio.get_running_loop().call_at(soon(0.05), task.cancel)

    with pytest.raises((asyncio.CancelledError, Expired)) as caught:
        await task
    # Both came: then the other one must win. Only the watchdog's came: the cancel found the task done.
    assert caught.type is asyncio.CancelledError or not task.cancelled()


async def test_it_can_be_used_again_after_it_expired():
    watchdog = Watchdog()
    for _ in range(3):
        with pytest.raises(Expired):
            await watchdog.guard(asyncio.sleep(9), soon(0.02))

    assert await watchdog.guard(asyncio.sleep(0, "fine"), soon(5)) == "fine"


async def test_stopped_it_holds_nothing():
    watchdog = Watchdog()
    await watchdog.guard(asyncio.sleep(0), soon(1000))
    watchdog.stop()
    gc.collect()

    assert watchdog._timer is None


def test_limits_hold_on_the_loop_that_production_uses():
    async def silent() -> str | None:
        heard = await ask(FakeServer(Reply([chunk("Hello"), HANG])).client(limits=CallLimits(silence_s=0.1)))
        return heard.problem

    assert uvloop.run(silent()) == "silent"
