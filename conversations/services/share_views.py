"""How often shares are opened: counted in memory, written down together every few seconds.

A link that a thousand people open at once would otherwise be a thousand writes of one row, and on SQLite each
waits for every other writer. What a killed process had not written down is lost: a few seconds of openings.
"""

from collections import Counter
from threading import Lock

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction
from django.db.models import F

from accounts.models import User
from conversations.models import Share

_lock = Lock()
_unwritten: Counter[int] = Counter()


def count_view(share: Share, *, viewer: User | AnonymousUser) -> None:
    """Count that `viewer` has opened `share`, unless it is their own."""
    if viewer.pk != share.conversation.owner_id:
        with _lock:
            _unwritten[share.pk] += 1


def has_unwritten() -> bool:
    """Return whether any opening is not in the database yet."""
    return bool(_unwritten)


def write_views() -> None:
    """Add the openings counted so far to their rows, in one transaction; none is lost when that fails."""
    with _lock:
        counted = Counter(_unwritten)
        _unwritten.clear()
    try:
        with transaction.atomic():
            for pk, views in sorted(
                counted.items()
            ):  # in one order, or two processes could wait for each other
                Share.objects.filter(pk=pk).update(views=F("views") + views)
    except DatabaseError:
        with _lock:
            _unwritten.update(counted)
        raise
