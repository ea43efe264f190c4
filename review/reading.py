"""Reading another person's conversation: who may, and how it is put on record."""

import logging
from collections.abc import Iterator
from uuid import UUID

from django.http import Http404

from accounts.models import User
from conversations.models import Conversation

from .access import PERMISSION, conversations_in_scope
from .models import AccessGrant, Action, Pseudonym, ReadEvent, ReadEventQuerySet, Sighting
from .trail import REASON_LENGTH, record

log = logging.getLogger(__name__)

__all__ = ["PERMISSION", "REASON_LENGTH"]

READ_AT_ONCE = 500


def get_conversation_to_read(reader: User, public_id: UUID) -> Conversation:
    """Return the conversation `public_id`, whoever owns it, for a reader who may; raise Http404.

    What its owner has deleted is gone for readers too. Asking for what is out of reach goes to the log.
    """
    conversations = conversations_in_scope(reader).select_related("owner", "model", "leaf")
    conversation = conversations.filter(public_id=public_id).first()
    if conversation is None:
        log.warning("%s asked for the conversation %s, which is not in their scope.", reader.pk, public_id)
        raise Http404
    return conversation


def record_reading(
    conversation: Conversation, *, reader: User, address: str | None, reason: str = ""
) -> ReadEvent:
    """Add to the trail that `reader` opens `conversation` now. Call it before anything is shown.

    Without a `reason` it is that of the grant by which they read.
    """
    reason = reason.strip() or reason_granted(reader, conversation.owner)
    return record(reader, action=Action.OPENED, conversations=[conversation], address=address, reason=reason)


def reason_granted(reader: User, owner: User) -> str:
    grants = AccessGrant.objects.live().filter(reader=reader, owner=owner)
    return grants.values_list("reason", flat=True).first() or ""


def readings_of(conversation: Conversation) -> ReadEventQuerySet:
    """Return who opened or exported `conversation`, the latest first; not whose list it stood in."""
    of_it = Sighting.objects.filter(conversation_id=conversation.public_id).values("event")
    return ReadEvent.objects.filter(pk__in=of_it, action__in=(Action.OPENED, Action.EXPORTED)).order_by("-pk")


def who_read_what_of(owner: User) -> Iterator[dict[str, object]]:
    """Yield each reading of what `owner` wrote, the oldest first, also of what is deleted by now.

    It goes by the owner's key in the trail: names are used again once their people have gone. Why somebody
    read is told where it was about this owner alone.
    """
    rows = Sighting.objects.filter(owner_key__in=Pseudonym.objects.filter(person=owner).values("key"))
    columns = ("pk", "event__reader_name", "conversation_id", "event__action", "event__reason", "event__at")
    last = 0
    while page := list(
        rows.filter(pk__gt=last).order_by("pk").values_list(*columns, "event__owner_name")[:READ_AT_ONCE]
    ):
        for pk, reader, conversation, action, reason, at, alone in page:
            last = pk
            yield {
                "reader_name": reader,
                "conversation_id": conversation,
                "action": action,
                "reason": reason if alone else "",
                "at": at,
            }
