import asyncio
import threading
from collections.abc import Iterator

import pytest

from conversations import bus
from tests.conversations.bus.carriers import Pouch, carried


class Ear:
    """Notes what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []
        self.threads: set[int] = set()
        self.rung = asyncio.Event()

    def __call__(self, topic: str, key: int) -> None:
        self.heard.append((topic, key))
        self.threads.add(threading.get_ident())
        self.rung.set()


@pytest.fixture
def ear() -> Iterator[Ear]:
    before = {place: dict(listeners) for place, listeners in bus._listeners.items()}
    yield Ear()
    bus._listeners.clear()
    bus._listeners.update(before)


async def what_is_under_way() -> None:
    """Let what was called for soon be called."""
    await asyncio.sleep(0)


async def test_who_listens_to_a_key_hears_of_it_and_of_no_other(ear):
    bus.listen(ear, "answer", 7)
    for topic, key in [("answer", 7), ("answer", 8), ("stop", 7), ("answer", 0)]:
        bus.ring(topic, key)
    await what_is_under_way()

    assert ear.heard == [("answer", 7)]


async def test_who_listens_to_every_key_hears_of_all(ear):
    bus.listen(ear, "stop")
    for topic, key in [("stop", 7), ("stop", 0), ("answer", 7)]:
        bus.ring(topic, key)
    await what_is_under_way()

    assert ear.heard == [("stop", 7), ("stop", 0)]


async def test_who_left_hears_nothing_and_nothing_is_kept_of_it(ear):
    other, before = Ear(), len(bus._listeners)
    bus.listen(ear, "answer", 7)
    bus.listen(other, "answer", 7)
    bus.leave(ear, "answer", 7)
    bus.ring("answer", 7)
    await what_is_under_way()
    assert (ear.heard, other.heard) == ([], [("answer", 7)])

    bus.leave(other, "answer", 7)
    bus.leave(other, "answer", 7)  # once more does no harm
    assert len(bus._listeners) == before


async def test_a_ring_in_another_thread_is_heard_in_the_loop(ear):
    bus.listen(ear, "queue")
    ringing = threading.Thread(target=bus.ring, args=("queue",))
    ringing.start()
    await asyncio.wait_for(ear.rung.wait(), 5)
    ringing.join()

    assert ear.heard == [("queue", 0)]
    assert ear.threads == {threading.get_ident()}


async def test_when_hints_may_have_been_lost_everybody_is_told_to_look(ear):
    other = Ear()
    bus.listen(ear, "answer", 7)
    bus.listen(other, "queue")
    bus.ring_all_here()
    await what_is_under_way()

    assert ear.heard == [("answer", 7)]
    assert {topic for topic, _ in other.heard} == {"queue"}


async def test_a_ring_goes_to_all_other_processes_and_a_letter_to_one(ear):
    pouch = Pouch()
    with carried(pouch):
        bus.ring("answer", 7)
        bus.ring_here("answer", 8)
        bus.write("abcd1234", ("words", 7, "…"))

    assert pouch.sent == [(bus.EVERYBODY, ["ring", "answer", 7]), ("abcd1234", ["words", 7, "…"])]


async def test_without_a_carrier_a_letter_goes_nowhere_and_rings_are_heard_here(ear):
    bus.listen(ear, "answer", 7)
    bus.write("abcd1234", ("words", 7, "…"))
    bus.ring("answer", 7)
    await what_is_under_way()

    assert ear.heard == [("answer", 7)]


async def test_a_ring_of_another_process_is_heard_here_and_not_sent_on(ear):
    pouch = Pouch()
    bus.listen(ear, "answer", 7)
    with carried(pouch):
        bus.deliver(["ring", "answer", 7])
        await asyncio.wait_for(ear.rung.wait(), 5)

    assert ear.heard == [("answer", 7)]
    assert pouch.sent == []


async def test_the_ring_of_another_process_comes_first_to_who_is_near(ear):
    near = Ear()
    bus.listen(ear, "queue", far_after_s=60)
    bus.listen(near, "queue")
    bus.deliver(["ring", "queue", 7])
    await asyncio.wait_for(near.rung.wait(), 5)
    assert ear.heard == []

    bus.ring("queue", 8)
    await what_is_under_way()
    assert ear.heard == [("queue", 8)]  # in its own process everybody is near


async def test_a_letter_is_given_to_who_reads_its_kind_as_long_as_somebody_does():
    read = []
    bus.read("a test", read.append)
    bus.deliver(["a test", 1, True, "…"])
    bus.deliver(["another", 2])
    bus.unread("a test")
    bus.unread("a test")
    bus.deliver(["a test", 3])

    assert read == [[1, True, "…"]]
