"""Temporary conversations: in no list, and gone for ever some hours after the last word."""

from conversations.models import Conversation


def keep_conversation(conversation: Conversation) -> None:
    """Let `conversation` stay, like any other."""
    conversation.temporary = False
    conversation.save(update_fields=["temporary"])
