"""An event loop that is held up, and what the process thinks of it afterwards."""

import asyncio
import time
from contextlib import suppress

from conversations.streaming import lag


def hold_up(seconds: float) -> None:
    """Keep the loop from everything else, as rendering or a debugger would."""
    time.sleep(seconds)


async def measured(*breaths_s: float) -> None:
    """Let the process measure while the loop is held up for each of these."""
    watching = asyncio.create_task(lag.watch())
    await asyncio.sleep(0)
    for seconds in breaths_s:
        hold_up(seconds)
        await asyncio.sleep(lag.EVERY_S)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


def forget_lateness() -> None:
    lag._late_s.extend([0.0] * lag.SAMPLES)
