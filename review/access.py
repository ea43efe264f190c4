"""Which conversations a reader may list and open: the one door to what other people wrote."""

from django.db.models import QuerySet

from accounts.models import User
from conversations.models import Conversation

PERMISSION = "review.read_conversations"


def conversations_in_scope(reader: User) -> QuerySet[Conversation]:
    """Return all conversations that `reader` may list, search, open and export now.

    Without the permission that is nothing. Ask anew for each page, and for each batch of an export: a grant
    ends while one reads. What its owner deleted is not in it. The conditions are part of the one query that
    the caller makes of it, in any order and with any further filter; nothing is asked row by row.
    """
    if not reader.has_perm(PERMISSION):
        return Conversation.objects.none()
    return Conversation.objects.filter(deleted_at=None)
