"""Those who follow answers in this process; every two seconds a look sends away who has signed out."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from conversations import bus

from . import metrics, shutdown
from .database import NO_ANSWER, in_database

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
V = TypeVar("V")  # what is known of who comes: access.Visit


@dataclass(slots=True, eq=False)
class Viewer(Generic[V]):
    """One open stream. Its bell rings when its answer grows or changes, and when it has to leave."""

    visit: V
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    sent_away: bool = False

    @property
    def stays(self) -> bool:
        """Whether there may be more for this viewer, from this process."""
        return not (self.sent_away or shutdown.is_ending())


class Viewers(Generic[V]):
    """The open streams of this process."""

    def __init__(self, who_stays: Callable[[Collection[V]], Collection[V]]) -> None:
        """`who_stays` is asked, in the database's thread, which of the visits may go on."""
        self._who_stays = who_stays
        self._viewers: set[Viewer[V]] = set()
        self._looking: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._viewers)

    @contextmanager
    def following(self, generation_id: int, visit: V) -> Iterator[Viewer[V]]:
        """Give a viewer whose bell rings when that generation's row changed, or when it has to leave."""
        viewer = Viewer(visit)

        def ring(topic: str, key: int) -> None:
            viewer.bell.set()

        bus.listen(ring, "answer", generation_id)
        shutdown.watch(viewer.bell)
        self._viewers.add(viewer)
        metrics.STREAMS.set(len(self._viewers))
        if self._looking is None or self._looking.done():
            # An empty context: this outlives the request, and must not work in its thread.
            self._looking = asyncio.get_running_loop().create_task(self._look(), context=Context())
        try:
            yield viewer
        finally:
            self._viewers.discard(viewer)
            metrics.STREAMS.set(len(self._viewers))
            bus.leave(ring, "answer", generation_id)
            shutdown.forget(viewer.bell)

    async def _look(self) -> None:
        """Send away who may not stay, as long as there is anybody."""
        while self._viewers:
            await asyncio.sleep(LOOK_EVERY_S)
            viewers = list(self._viewers)
            try:
                staying = await in_database(self._who_stays, [viewer.visit for viewer in viewers])
            except NO_ANSWER as error:
                log.warning("Nobody can say who is still signed in (%s).", type(error).__name__)
                continue
            except Exception:
                log.exception("A bug of ours in the look after viewers; looking again.")
                continue
            for viewer in viewers:
                if viewer.visit not in staying:
                    viewer.sent_away = True
                    viewer.bell.set()
