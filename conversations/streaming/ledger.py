"""Twice a second, one transaction for all running answers of the process: chunks, leases, stop flags."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from conversations.models import Chunk, Generation, Problem, Status
from conversations.models.generation import ChunkKind

from .ending import store_what_arrived
from .live import LiveAnswer

FLUSH_EVERY_S = 0.5
LEASE = timedelta(seconds=10)


@dataclass(slots=True)
class Entry:
    """How far one answer is stored. Positions are characters."""

    live: LiveAnswer
    text_stored: int = 0
    reasoning_stored: int = 0
    pending: list[Chunk] = field(default_factory=list)

    def collect(self) -> None:
        """Make chunks of what came since the last call; they stay pending until a flush has stored them."""
        text, reasoning = self.live.text, self.live.reasoning
        self._add(ChunkKind.ANSWER, self.text_stored, text)
        self._add(ChunkKind.REASONING, self.reasoning_stored, reasoning)
        self.text_stored, self.reasoning_stored = len(text), len(reasoning)

    def _add(self, kind: ChunkKind, position: int, text: str) -> None:
        if len(text) > position:
            self.pending.append(
                Chunk(
                    generation_id=self.live.generation_id, kind=kind, position=position, text=text[position:]
                )
            )


@dataclass(frozen=True, slots=True)
class Findings:
    """What a flush read back: generation ids whose lease is lost, and those to be stopped.

    Stopped is what was asked to be, and what was asked for by somebody whose account is closed since.
    """

    lost: frozenset[int]
    stopped: frozenset[int]


def flush(owner: str, entries: Sequence[Entry]) -> Findings:
    """Store the pending chunks of `entries`, renew their leases and read the stop flags, in one transaction.

    An answer whose lease the process `owner` has lost gets no chunk: whoever took it also emptied its owner.
    """
    with transaction.atomic():
        rows = Generation.objects.filter(
            pk__in=[entry.live.generation_id for entry in entries], owner=owner, status=Status.RUNNING
        )
        rows.update(lease_until=Now() + LEASE)
        stopping = Q(stop_requested=True) | Q(conversation__owner__is_active=False)
        ours = dict(rows.annotate(stopping=stopping).values_list("pk", "stopping"))
        Chunk.objects.bulk_create(
            [chunk for entry in entries if entry.live.generation_id in ours for chunk in entry.pending],
            ignore_conflicts=True,
        )
    for entry in entries:
        entry.pending.clear()
    return Findings(
        lost=frozenset(entry.live.generation_id for entry in entries) - ours.keys(),
        stopped=frozenset(pk for pk, stopping in ours.items() if stopping),
    )


def sweep(owner: str, *, held: Collection[int] = (), owners_gone: bool = False) -> list[int]:
    """End what runs without a producer as interrupted, its chunks becoming its text; return the ids.

    On SQLite, served by one process, whoever starts knows that all others are gone (`owners_gone`). What
    the process `owner` is making itself (`held`) has its producer, even when the database or the clock went
    away for longer than its lease; what it had claimed and holds no more could not be saved.
    """
    rows = Generation.objects.filter(status=Status.RUNNING) if owners_gone else abandoned()
    found = rows.exclude(pk__in=held).select_related("message", "conversation")
    return [generation.pk for generation in found if take_over(generation, rows, owner)]


def abandoned() -> QuerySet[Generation]:
    """Return what runs without a lease: its producer is gone."""
    leaseless = Q(lease_until__lt=Now()) | Q(lease_until=None)
    return Generation.objects.filter(leaseless, status=Status.RUNNING)


@transaction.atomic
def take_over(generation: Generation, rows: QuerySet[Generation], owner: str) -> bool:
    """End `generation` with what is stored of it; False when it is not what it was, or not of `rows`."""
    # The row is the lock: another sweep waits here and then sees another fence, a late flush another owner.
    mine = rows.filter(pk=generation.pk, fence=generation.fence)
    if not mine.update(fence=F("fence") + 1, owner="", lease_until=None):
        return False
    store_what_arrived(generation, Problem.NOT_SAVED if generation.owner == owner else Problem.PROCESS_GONE)
    return True
