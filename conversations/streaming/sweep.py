"""Ends what nobody produces any more: running rows whose lease is over. Their chunks become their text."""

from collections.abc import Callable, Collection
from datetime import datetime
from time import monotonic

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from conversations.models import Generation, Problem, Status
from conversations.services.settling import settle_orphans

from .database import NO_ANSWER
from .ending import store_what_arrived
from .ledger import LEASE

SWEEP_EVERY_S = 1.5
ORPHANS_EVERY_S = 60.0

Lapsed = tuple[int, int, datetime | None]  # primary key, fence and lease of a row


class Sweeper:
    """Takes what it found lapsed twice, and unchanged: where a clock jumps, whoever lives has time to renew.

    After a database that was away it rests for the length of a lease, for the same reason.
    """

    def __init__(self, owner: str, clock: Callable[[], float] = monotonic) -> None:
        self._owner = owner
        self._clock = clock
        self._seen: set[Lapsed] = set()
        self._rests_until = 0.0
        self._orphans_at = clock()

    def sweep(self, held: Collection[int]) -> list[int]:
        """End what has no producer and return the ids; what this process makes itself (`held`) has one.

        That holds even when the database or the clock went away for longer than a lease; what this process
        had claimed and holds no more could not be saved.
        """
        try:
            rows = abandoned().exclude(pk__in=held)
            found = set(rows.values_list("pk", "fence", "lease_until"))
        except NO_ANSWER:
            self._rests_until, self._seen = self._clock() + LEASE.total_seconds(), set()
            raise
        if self._clock() < self._rests_until:
            return []
        due, self._seen = found & self._seen, found
        if self._clock() >= self._orphans_at:
            self._orphans_at = self._clock() + ORPHANS_EVERY_S
            settle_orphans()
        return [
            pk
            for pk, fence, lease in due
            if take_over(pk, rows.filter(fence=fence, lease_until=lease), self._owner)
        ]


def end_all(owner: str) -> list[int]:
    """End whatever runs and return the ids: on SQLite, who starts knows that all others are gone."""
    rows = Generation.objects.filter(status=Status.RUNNING)
    return [pk for pk in list(rows.values_list("pk", flat=True)) if take_over(pk, rows, owner)]


def abandoned() -> QuerySet[Generation]:
    """Return what runs without a lease: its producer is gone."""
    leaseless = Q(lease_until__lt=Now()) | Q(lease_until=None)
    return Generation.objects.filter(leaseless, status=Status.RUNNING)


@transaction.atomic
def take_over(pk: int, rows: QuerySet[Generation], owner: str) -> bool:
    """End the generation `pk` with what is stored of it; False when it is not one of `rows` any more."""
    generation = Generation.objects.select_related("message", "conversation").filter(pk=pk).first()
    if generation is None:
        return False
    # The row is the lock: another sweep waits here and then finds another fence, a late flush another owner.
    mine = rows.filter(pk=pk, fence=generation.fence)
    if not mine.update(fence=F("fence") + 1, owner="", lease_until=None):
        return False
    store_what_arrived(generation, Problem.NOT_SAVED if generation.owner == owner else Problem.PROCESS_GONE)
    return True
