"""Temporary conversations: in no list, and gone for ever some hours after the last word."""

from datetime import datetime

from conversations.models import Conversation

from .trash import remove


def keep_conversation(conversation: Conversation) -> None:
    """Let `conversation` stay, like any other."""
    conversation.temporary = False
    conversation.save(update_fields=["temporary"])


def purge_temporary(*, last_used_before: datetime) -> int:
    """Remove temporary conversations that nobody used since, in batches; return how many there were."""
    return remove(Conversation.objects.filter(temporary=True, updated_at__lt=last_used_before))
