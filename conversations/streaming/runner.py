"""Claims queued generations and runs each as a task of its own."""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass
from time import monotonic

from django.utils import timezone

from conversations import bus, wiring
from conversations.llm.client import LLMClient
from conversations.models import Generation, Problem, Status
from conversations.services.sending import prepare

from . import ledger, live, metrics, shutdown
from .call import Call
from .claims import Capacity, claim_next
from .database import NO_ANSWER, in_database
from .ending import LEASE_LOST, PROCESS_GONE, STOPPED, Ending, learn, store
from .live import LiveAnswer
from .sweep import SWEEP_EVERY_S, Sweeper, end_all

log = logging.getLogger(__name__)

TOPICS = ("queue", "stop")
LOOK_EVERY_S = 1.0
# Who was asked claims first: its page is likely to be followed there, and then no word has to travel.
HEAD_START_S = 0.1
SAVE_WITHIN_S = 30.0


@dataclass(slots=True)
class Run:
    """An answer in the making: its task, its place in the ledger and, once it ends, how."""

    entry: ledger.Entry
    task: "asyncio.Task[None]"
    begun: bool = False
    ending: Ending | None = None


class Runner:
    """The answers of one process."""

    def __init__(self, client: LLMClient, *, capacity: Capacity, titles: bool, alone: bool) -> None:
        """`alone`: no other process serves this database; what runs at the start has lost its producer."""
        self.client = client
        self.capacity = capacity
        self.titles = titles
        self.alone = alone
        self.owner = f"{socket.gethostname()[:30]}:{os.getpid()}:{bus.PROCESS}"
        self.runs: dict[int, Run] = {}
        self._bell = asyncio.Event()
        self._claiming: asyncio.Task[None] | None = None
        self._loops: list[asyncio.Task[None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._sweeper = Sweeper(self.owner)
        self._draining = False

    @property
    def is_closing(self) -> bool:
        """Whether no more answers are begun here."""
        return self._draining or shutdown.is_ending()

    async def start(self) -> None:
        """Sweep what a former process left behind, then begin to claim."""
        if self.alone:
            await in_database(end_all, self.owner)
        bus.listen(self._heard, "stop")
        bus.listen(self._heard, "queue", far_after_s=HEAD_START_S)
        self._claiming = asyncio.create_task(self._repeat(self._claim), name="claim")
        self._loops = [
            asyncio.create_task(self._repeat(self._flush), name="flush"),
            asyncio.create_task(self._repeat(self._sweep), name="sweep"),
        ]

    async def drain(self, grace_s: float) -> None:
        """Claim nothing more, let running answers end within `grace_s`, and end the rest as interrupted."""
        self._draining = True
        self._bell.set()
        if self._claiming is not None:
            # It is let finish: a row that is claimed and then forgotten would have no producer.
            await self._claiming
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        self.interrupt()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for topic in TOPICS:
            bus.leave(self._heard, topic)
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)

    def interrupt(self) -> None:
        """End every running answer as interrupted, with the text it has."""
        for pk in list(self.runs):
            self._end(pk, PROCESS_GONE)

    def _heard(self, topic: str, key: int) -> None:
        if topic == "queue":
            self._bell.set()
        elif topic == "stop":
            self._end(key, STOPPED)

    def _end(self, pk: int, ending: Ending) -> None:
        """End a running answer; one that is already ending is left to it."""
        run = self.runs.get(pk)
        if run is not None and run.ending is None:
            run.ending = ending
            if run.begun:  # a task that is cancelled before its first step would never store anything
                run.task.cancel()

    async def _repeat(self, step: Callable[[], Awaitable[None]]) -> None:
        while not (self.is_closing and step == self._claim):
            try:
                await step()
            except NO_ANSWER as error:
                log.warning(
                    "The database did not answer (%s); trying again in a second.", type(error).__name__
                )
                await asyncio.sleep(1)
            except Exception:
                log.exception("A bug of ours in the runner; going on in a second.")
                await asyncio.sleep(1)

    async def _claim(self) -> None:
        self._bell.clear()
        while not self.is_closing and (
            generation := await in_database(claim_next, self.owner, self.capacity)
        ):
            self._spawn(generation)
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._bell.wait()

    def _spawn(self, generation: Generation) -> None:
        answer = LiveAnswer(generation.pk, generation.fence)
        live.running[generation.pk] = answer
        # An empty context: a task must not carry the request, or the connection, that woke us.
        task = asyncio.get_running_loop().create_task(
            self._run(generation, answer), name=f"generation {generation.pk}", context=Context()
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.runs[generation.pk] = Run(ledger.Entry(answer), task)
        bus.ring("answer", generation.pk)

    async def _run(self, generation: Generation, answer: LiveAnswer) -> None:
        run = self.runs[generation.pk]
        run.begun = True
        call = Call(answer, started_at=generation.started_at or timezone.now())
        if run.ending is None:
            run.ending = await self._make(generation, call, run)
        kept = False
        try:
            kept = await self._store(generation, call, run.ending)
        finally:
            self._leave(answer, kept=kept)
        if kept:
            log_ending(generation, run.ending, call)
            metrics.count(generation, run.ending, call.facts)
            await self._learn(generation, call)

    async def _make(self, generation: Generation, call: Call, run: Run) -> Ending:
        """Let the model answer and return how that ended, whoever or whatever ended it."""
        try:
            request = await in_database(prepare, generation, takes=wiring.takes)
            if generation.continues is not None:
                call.live.append_text(generation.continues.text)
            return await call.run(self.client, request, request_id=generation.request_id)
        except asyncio.CancelledError:
            return run.ending or PROCESS_GONE
        except Exception:
            log.exception("Generation %s: a bug of ours", generation.pk)
            had_text = call.live.characters > 0
            return Ending(Status.INTERRUPTED if had_text else Status.FAILED, Problem.INTERNAL)

    async def _learn(self, generation: Generation, call: Call) -> None:
        try:
            await in_database(learn, generation, characters=call.characters_sent, titles=self.titles)
        except NO_ANSWER as error:
            log.warning("Generation %s: no title and no price (%s).", generation.pk, type(error).__name__)

    async def _store(self, generation: Generation, call: Call, ending: Ending) -> bool:
        """Store the answer, waiting for a database that is away; False when nothing of ours was stored."""
        finished_at, until = call.now(), monotonic() + SAVE_WITHIN_S
        while ending is not LEASE_LOST:
            try:
                return await in_database(
                    store,
                    generation,
                    call.live,
                    owner=self.owner,
                    ending=ending,
                    facts=call.facts,
                    finished_at=finished_at,
                    characters_sent=call.characters_sent,
                )
            except NO_ANSWER as error:
                if monotonic() > until:
                    log.error("Generation %s not saved: %s", generation.pk, type(error).__name__)
                    break
                await asyncio.sleep(0.5)
        return False

    def _leave(self, answer: LiveAnswer, *, kept: bool) -> None:
        """Forget a running answer, and tell those who follow it or wait for its place."""
        live.running.pop(answer.generation_id, None)
        self.runs.pop(answer.generation_id, None)
        answer.end(kept=kept)
        bus.ring("answer", answer.generation_id)
        self._bell.set()

    async def _flush(self) -> None:
        await asyncio.sleep(ledger.FLUSH_EVERY_S)
        entries = [run.entry for run in self.runs.values()]
        if not entries:
            return
        for entry in entries:
            entry.collect()
        with metrics.FLUSH.time():
            findings = await in_database(ledger.flush, self.owner, entries)
        for pk in findings.stopped:
            self._end(pk, STOPPED)
        for pk in findings.lost:
            self._end(pk, LEASE_LOST)

    async def _sweep(self) -> None:
        await asyncio.sleep(SWEEP_EVERY_S)
        for pk in await in_database(self._sweeper.sweep, frozenset(self.runs)):
            log.warning("Generation %s had no producer any more and is ended as interrupted.", pk)
            bus.ring("answer", pk)


def log_ending(generation: Generation, ending: Ending, call: Call) -> None:
    level = logging.INFO if ending.status in {Status.DONE, Status.STOPPED} else logging.WARNING
    log.log(
        level,
        "generation=%s status=%s problem=%s http=%s inference=%s attempts=%s characters=%s",
        generation.public_id,
        ending.status,
        ending.problem or "-",
        call.facts.get("http_status", "-"),
        call.facts.get("inference_id") or "-",
        call.facts.get("attempts", "-"),
        call.live.characters,
    )
