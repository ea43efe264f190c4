"""Delete a conversation, and take that back."""

from django.utils import timezone

from conversations.models import Conversation

from .stopping import stop_conversation


def delete_conversation(conversation: Conversation) -> None:
    """Put `conversation` into the trash and stop what is being written for it."""
    conversation.deleted_at = timezone.now()
    conversation.save(update_fields=["deleted_at"])
    stop_conversation(conversation)


def restore_conversation(conversation: Conversation) -> None:
    """Take `conversation` out of the trash."""
    # What was removed for ever a moment ago, and is kept for a hold alone, does not come back.
    Conversation.objects.filter(pk=conversation.pk, withdrawn_at=None).update(deleted_at=None)
