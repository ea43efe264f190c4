"""Which queued generation runs next; the limits are counted in the claim, so they hold across processes."""

from dataclasses import dataclass

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Now

from conversations.models import Generation, Status

from .ledger import LEASE


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many answers run at once: for one person, and in all."""

    per_person: int = 3
    at_once: int = 50


def running_count(**same: object) -> Coalesce:
    rows = Generation.objects.filter(status=Status.RUNNING, **same).order_by().values(one=Value(1))
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


def claimable(capacity: Capacity) -> QuerySet[Generation]:
    """Return the queued generations that may start now, oldest first."""
    return (
        Generation.objects.filter(status=Status.QUEUED)
        .annotate(
            persons=running_count(conversation__owner=OuterRef("conversation__owner")),
            everybodys=running_count(),
        )
        .filter(persons__lt=capacity.per_person, everybodys__lt=capacity.at_once)
        .order_by("pk")
    )


def claim_next(owner: str, capacity: Capacity) -> Generation | None:
    """Take the oldest generation that may start for the process `owner`, or return None."""
    queued = Generation.objects.filter(status=Status.QUEUED)
    # Most looks find nothing queued: asking only that takes a tenth of the time of the whole condition.
    while queued.exists() and (pk := claimable(capacity).values_list("pk", flat=True).first()) is not None:
        still_free = claimable(capacity).filter(pk=pk).order_by().values("pk")
        taken = Generation.objects.filter(pk__in=still_free).update(
            status=Status.RUNNING,
            owner=owner,
            fence=F("fence") + 1,
            lease_until=Now() + LEASE,
            started_at=Now(),
        )
        if taken:
            return Generation.objects.get(pk=pk)
    return None


def place_in_queue(generation: Generation) -> int:
    """Return how many queued generations are before `generation`, plus one."""
    return Generation.objects.filter(status=Status.QUEUED, pk__lt=generation.pk).count() + 1
