"""The only way a view gets a row: every function asks who you are. A stranger's row is not found."""

from typing import TypeVar
from uuid import UUID

from django.http import Http404

from accounts.models import User

from .models import Conversation, Generation, Message

Row = TypeVar("Row")


def get_conversation(user: User, public_id: UUID) -> Conversation:
    """Return the conversation `public_id` of `user`, with what its page reads; raise Http404."""
    rows = Conversation.objects.visible_to(user).select_related("leaf", "model", "owner")
    return found(rows.filter(public_id=public_id).first())


def get_deleted_conversation(user: User, public_id: UUID) -> Conversation:
    """Return the conversation `public_id` of `user` even when it is in the trash; raise Http404."""
    return found(Conversation.objects.filter(owner=user, public_id=public_id).first())


def get_message(user: User, public_id: UUID) -> Message:
    """Return the message `public_id` of a conversation of `user`; raise Http404."""
    rows = Message.objects.filter(conversation__in=Conversation.objects.visible_to(user))
    related = ("conversation__owner", "conversation__model", "conversation__leaf", "parent", "generation")
    return found(rows.select_related(*related).filter(public_id=public_id).first())


def get_generation(user: User, public_id: UUID) -> Generation:
    """Return the generation `public_id` of an answer in a conversation of `user`; raise Http404."""
    rows = Generation.objects.filter(
        conversation__in=Conversation.objects.visible_to(user), message__isnull=False
    )
    return found(rows.select_related("conversation", "message").filter(public_id=public_id).first())


def found(row: Row | None) -> Row:
    if row is None:
        raise Http404
    return row
