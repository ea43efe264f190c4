"""Which files the messages of a conversation carry: asked for once, for all that is told of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from conversations.models import Attachment, Conversation

WORDS = ("text", "reasoning", "html")


@dataclass(frozen=True, slots=True)
class Carried:
    """A file, and the message that carries it, which may have been deleted since."""

    attachment: Attachment
    message_id: int
    by_deleted: bool


def carried_in(conversation: Conversation) -> list[Carried]:
    """Return what the messages of `conversation` carry, without what the files say, in one query."""
    rows = Attachment.messages.through.objects.filter(message__conversation=conversation)
    rows = rows.select_related("attachment", "message").order_by("attachment_id")
    return [
        Carried(row.attachment, row.message_id, row.message.deleted_at is not None)
        for row in rows.defer("attachment__text", *(f"message__{words}" for words in WORDS))
    ]


def by_message(carried: Sequence[Carried]) -> defaultdict[int, list[Attachment]]:
    """Return the files of each message, by its key."""
    files: defaultdict[int, list[Attachment]] = defaultdict(list)
    for one in carried:
        files[one.message_id].append(one.attachment)
    return files
