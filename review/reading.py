"""Reading another person's conversation: who may, and how it is put on record."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from accounts.models import User
from conversations.models import Conversation

from .access import PERMISSION, conversations_in_scope
from .models import Action, ReadEvent, ReadEventQuerySet
from .trail import REASON_LENGTH, record

__all__ = ["PERMISSION", "REASON_LENGTH"]

READ_AT_ONCE = 500


def get_conversation_to_read(reader: User, public_id: UUID) -> Conversation:
    """Return the conversation `public_id`, whoever owns it, for a reader who may; raise Http404.

    What its owner has deleted is gone for readers too.
    """
    conversations = conversations_in_scope(reader).select_related("owner", "model", "leaf")
    conversation = conversations.filter(public_id=public_id).first()
    if conversation is None:
        raise Http404
    return conversation


def record_reading(
    conversation: Conversation, *, reader: User, address: str | None, reason: str = ""
) -> ReadEvent:
    """Add to the trail that `reader` opens `conversation` now. Call it before anything is shown."""
    return record(reader, action=Action.OPENED, conversations=[conversation], address=address, reason=reason)


def readings_of(conversation: Conversation) -> ReadEventQuerySet:
    """Return who read `conversation`, the latest first."""
    return ReadEvent.objects.filter(conversation_id=conversation.public_id).order_by("-pk")


def who_read_what_of(owner: User) -> Iterator[dict[str, object]]:
    """Yield each reading of what `owner` wrote, the oldest first, also of what is deleted by now."""
    theirs = Conversation.objects.filter(owner=owner).values("public_id")
    # Names are used again once their people have gone: so none from before this account.
    by_name = Q(owner_name=owner.username, at__gte=owner.date_joined)
    rows = ReadEvent.objects.filter(Q(conversation_id__in=theirs) | by_name).order_by("pk")
    columns = ("pk", "reader_name", "conversation_id", "action", "reason", "at")
    last = 0
    while page := list(rows.filter(pk__gt=last).values(*columns)[:READ_AT_ONCE]):
        for row in page:
            last = row.pop("pk")
            yield row
