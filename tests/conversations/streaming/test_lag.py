import pytest

from conversations.services.errors import Unavailable
from conversations.streaming import lag
from tests.conversations.streaming.lateness import forget_lateness, measured


@pytest.fixture(autouse=True)
def quick_measures(monkeypatch):
    monkeypatch.setattr(lag, "EVERY_S", 0.01)
    forget_lateness()
    yield
    forget_lateness()


async def test_a_loop_that_is_held_up_again_and_again_takes_nothing_new():
    await measured(*[lag.LIMIT_S + 0.05] * 3)

    assert lag.LIMIT_S < lag.lag_s() < 3 * lag.LIMIT_S
    with pytest.raises(Unavailable) as refusal:
        lag.refuse_when_late()
    assert refusal.value.status == 503
    assert refusal.value.retry_after_s == lag.RETRY_AFTER_S


async def test_one_hiccup_refuses_nobody():
    await measured(0, 0, lag.LIMIT_S + 0.2, 0, 0)

    lag.refuse_when_late()
    assert max(lag._late_s) > lag.LIMIT_S


async def test_a_loop_that_recovered_takes_what_comes():
    await measured(*[lag.LIMIT_S + 0.05] * 3)
    with pytest.raises(Unavailable):
        lag.refuse_when_late()
    await measured(*[0.0] * lag.SAMPLES)

    lag.refuse_when_late()
    assert lag.lag_s() < lag.LIMIT_S
