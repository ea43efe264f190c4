"""Reading another person's conversation: who may, and how it is put on record."""

from uuid import UUID

from django.http import Http404

from accounts.models import User
from conversations.models import Conversation

from .models import Action, ReadEvent, ReadEventQuerySet

PERMISSION = "review.read_conversations"
REASON_LENGTH = 500


def get_conversation_to_read(reader: User, public_id: UUID) -> Conversation:
    """Return the conversation `public_id`, whoever owns it, for a reader who may; raise Http404.

    What its owner has deleted is gone for readers too.
    """
    conversations = Conversation.objects.filter(deleted_at=None).select_related("owner", "model", "leaf")
    conversation = conversations.filter(public_id=public_id).first()
    if conversation is None or not reader.has_perm(PERMISSION):
        raise Http404
    return conversation


def record_reading(
    conversation: Conversation, *, reader: User, address: str | None, reason: str = ""
) -> ReadEvent:
    """Add to the trail that `reader` opens `conversation` now. Call it before anything is shown."""
    return ReadEvent.objects.create(
        reader=reader,
        reader_name=reader.username,
        conversation_id=conversation.public_id,
        owner_name=conversation.owner.username,
        action=Action.OPENED,
        reason=reason.replace("\0", "").strip()[:REASON_LENGTH],
        address=address,
    )


def readings_of(conversation: Conversation) -> ReadEventQuerySet:
    """Return who read `conversation`, the latest first."""
    return ReadEvent.objects.filter(conversation_id=conversation.public_id).order_by("-pk")
