"""Which queued generation runs next; the limits are counted in the claim, so they hold across processes."""

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from conversations.models import Generation, Status

from .ledger import LEASE

# By the ORM, composing this takes five times as long as all the rest of a claim (4.0 ms against 0.8).
NEXT = """
SELECT waiting.id FROM conversations_generation AS waiting
JOIN conversations_conversation AS conversation ON conversation.id = waiting.conversation_id
WHERE waiting.status = 'queued'
  AND (SELECT count(*) FROM conversations_generation WHERE status = 'running') < %s
  AND (SELECT count(*) FROM conversations_generation AS running
       JOIN conversations_conversation AS theirs ON theirs.id = running.conversation_id
       WHERE running.status = 'running' AND theirs.owner_id = conversation.owner_id) < COALESCE(
    (SELECT answers_at_once FROM conversations_policy WHERE person_id = conversation.owner_id),
    (SELECT max(policy.answers_at_once) FROM conversations_policy AS policy
     JOIN accounts_user_groups AS member ON member.group_id = policy.group_id
     WHERE member.user_id = conversation.owner_id),
    (SELECT answers_at_once FROM conversations_policy WHERE person_id IS NULL AND group_id IS NULL),
    %s)
ORDER BY waiting.id LIMIT 1
"""
TURN = 0x0C1A1  # the key of the lock that only claims take


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many answers run at once: for one person of whom no policy says anything, and in all."""

    per_person: int = 3
    at_once: int = 50


def claim_next(owner: str, capacity: Capacity) -> Generation | None:
    """Take the oldest generation that may start for the process `owner`, or return None."""
    # Most looks find nothing that may start; they wait for nobody.
    if next_in_line(capacity) is None:
        return None
    with transaction.atomic():
        wait_for_turn()
        pk = next_in_line(capacity)
        if pk is None:
            return None
        # Whoever stops it or deletes it asks for no turn.
        claimed = Generation.objects.filter(pk=pk, status=Status.QUEUED).update(
            status=Status.RUNNING,
            owner=owner,
            fence=F("fence") + 1,
            lease_until=Now() + LEASE,
            started_at=Now(),
        )
        if not claimed:
            return None
        return Generation.objects.select_related("conversation", "message").get(pk=pk)


def wait_for_turn() -> None:
    """Let one process claim at a time: two that counted at once would each find the last place free.

    A transaction of SQLite is alone from its beginning.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])


def next_in_line(capacity: Capacity) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [capacity.at_once, capacity.per_person])
        row = cursor.fetchone()
    return row and int(row[0])


def place_in_queue(generation: Generation) -> int:
    """Return how many queued generations are before `generation`, plus one."""
    return Generation.objects.filter(status=Status.QUEUED, pk__lt=generation.pk).count() + 1
