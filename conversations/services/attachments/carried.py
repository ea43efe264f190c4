"""Which files the messages of a conversation carry: asked for once, for all that is told of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from conversations.models import Attachment, Conversation


@dataclass(frozen=True, slots=True)
class Carried:
    """A file, and the message that carries it, which may have been deleted since."""

    attachment: Attachment
    message_id: int
    by_deleted: bool


def carried_in(conversation: Conversation) -> list[Carried]:
    """Return what the messages of `conversation` carry, without what the files say, in one query."""
    rows = (
        Attachment.objects.without_text()
        .filter(messages__conversation=conversation)
        .annotate(message_id=F("messages"), message_deleted_at=F("messages__deleted_at"))
    )
    return [Carried(row, row.message_id, row.message_deleted_at is not None) for row in rows]


def by_message(carried: Sequence[Carried]) -> defaultdict[int, list[Attachment]]:
    """Return the files of each message, by its key."""
    files: defaultdict[int, list[Attachment]] = defaultdict(list)
    for one in carried:
        files[one.message_id].append(one.attachment)
    return files
