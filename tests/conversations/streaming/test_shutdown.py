import asyncio
import signal

import pytest

from conversations.streaming import shutdown


@pytest.fixture
def quiet_handlers():
    """The handlers that stood before come back after the test, and do nothing in it."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    shutdown._ending.clear()


@pytest.mark.parametrize(
    ("signals", "hurried"),
    [
        ([signal.SIGINT], 0),
        ([signal.SIGTERM, signal.SIGTERM], 0),
        ([signal.SIGINT, signal.SIGINT], 1),
        ([signal.SIGTERM, signal.SIGINT], 1),
    ],
    ids=["once", "a system that insists", "a person who insists", "a person who cannot wait for a deploy"],
)
async def test_only_a_person_who_insists_gets_no_grace(signals, hurried, quiet_handlers):
    calls = []
    shutdown.listen(hurry=lambda: calls.append("hurry"))

    for number in signals:
        signal.raise_signal(number)
        await asyncio.sleep(0.01)

    assert shutdown.is_ending()
    assert len(calls) == hurried
