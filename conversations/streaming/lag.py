"""How late the event loop is. When it is late for long, new answers would make every running one worse."""

import asyncio
from collections import deque
from statistics import median

from django.utils.translation import gettext as _

from conversations.services.errors import Unavailable

from . import metrics

EVERY_S = 0.1
LIMIT_S = 0.25
SAMPLES = 5  # one long breath is not a load
RETRY_AFTER_S = 5

_late_s: deque[float] = deque([0.0] * SAMPLES, SAMPLES)


async def watch() -> None:
    """Measure for ever."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + EVERY_S
        await asyncio.sleep(EVERY_S)
        _late_s.append(max(0.0, loop.time() - due))
        metrics.LAG.set(lag_s())


def lag_s() -> float:
    """Return by how many seconds the loop has been late of late: the median of half a second or more."""
    return median(_late_s)


def refuse_when_late() -> None:
    """Raise Unavailable while the loop is later than LIMIT_S."""
    if lag_s() > LIMIT_S:
        raise Unavailable(
            _("The site is very busy at the moment. Please send this again in a few seconds."),
            retry_after_s=RETRY_AFTER_S,
        )
