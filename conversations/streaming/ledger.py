"""Twice a second, one transaction for all running answers of the process: chunks, leases, stop flags."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from conversations.models import Chunk, Generation, Status
from conversations.models.generation import ChunkKind

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
        text = self.live.text_from(self.text_stored)
        reasoning = self.live.reasoning_from(self.reasoning_stored)
        self._add(ChunkKind.ANSWER, self.text_stored, text)
        self._add(ChunkKind.REASONING, self.reasoning_stored, reasoning)
        self.text_stored += len(text)
        self.reasoning_stored += len(reasoning)

    def _add(self, kind: ChunkKind, position: int, text: str) -> None:
        if text:
            pk = self.live.generation_id
            self.pending.append(Chunk(generation_id=pk, kind=kind, position=position, text=text))


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
        closed = Q(conversation__owner__is_active=False) | Q(conversation__owner__leaves_at__isnull=False)
        stopping = Q(stop_requested=True) | closed
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
