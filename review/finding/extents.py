"""Count again what conversations come to, where something happened since they were counted.

Nothing tells the console of a new message, and nothing in the chat waits for it: whoever asks for a list
counts what moved. A conversation moves when something is asked or answered; what a call cost and what its
title took is known a little later. What is imported keeps its old times and is known by its key.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from review.models.finding import Extent

log = logging.getLogger(__name__)

TURN = 0x0C1A2  # the key of the lock that only who counts takes
LATER = timedelta(minutes=15)
NEWEST = 200
FRESH = timedelta(seconds=5)
# One statement for a hundred thousand conversations, as for three: the ORM would take them out and back.
COUNT = """
INSERT INTO review_extent (conversation_id, messages, tokens, cost, counted_at)
SELECT conversation.id,
    (SELECT count(*) FROM conversations_message AS message WHERE message.conversation_id = conversation.id),
    coalesce((
        SELECT sum(coalesce(call.prompt_tokens, 0) + coalesce(call.completion_tokens, 0))
        FROM conversations_generation AS call
        WHERE call.conversation_id = conversation.id AND call.usage_trusted
    ), 0),
    coalesce((
        SELECT CAST(round(sum(call.cost_usd) * 100000000) AS bigint)
        FROM conversations_generation AS call WHERE call.conversation_id = conversation.id
    ), 0),
    %s
FROM conversations_conversation AS conversation
WHERE {which}
ORDER BY conversation.id
ON CONFLICT (conversation_id) DO UPDATE SET
    messages = excluded.messages, tokens = excluded.tokens, cost = excluded.cost,
    counted_at = excluded.counted_at
"""
MOVED = (
    "conversation.id IN (SELECT id FROM conversations_conversation WHERE updated_at >= %s"
    " UNION SELECT id FROM conversations_conversation WHERE id > %s)"
)


def count_again() -> None:
    """Bring the extents of all conversations that moved since the last time up to now, in one statement.

    One process at a time does so; where it fails, as when a conversation goes meanwhile, the list tells what
    was counted before.
    """
    try:
        with transaction.atomic():
            if has_turn():
                count_what_moved()
    except DatabaseError:
        log.warning("What conversations come to could not be counted.", exc_info=True)


def has_turn() -> bool:
    """Whether nobody else counts just now; a transaction of SQLite is alone from its beginning."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TURN])
        return bool(cursor.fetchone() == (True,))


def count_what_moved() -> None:
    now = timezone.now()
    last = Extent.objects.order_by("-counted_at").values_list("counted_at", flat=True).first()
    if last is None:
        run("1 = 1", [moment(now)])
    elif now - last > FRESH:
        newest = Extent.objects.order_by("-pk").values_list("pk", flat=True)[0]
        run(MOVED, [moment(now), moment(last - LATER), newest - NEWEST])


def run(which: str, values: Sequence[str | int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(which=which), values)


def moment(when: datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(when))
