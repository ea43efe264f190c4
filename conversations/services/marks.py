"""What a row of the list is marked with: an answer is being made, or has ended since it was last open."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import User
from conversations.models import Conversation, Generation, Reply
from conversations.models.conversation import ConversationQuerySet


def with_marks(rows: ConversationQuerySet) -> ConversationQuerySet:
    """Return `rows`, each with `is_running`, whether an answer is being made for it, and `has_reply`.

    That is whether a reviewer wrote what its owner has not read. No further query.
    """
    return rows.annotate(
        is_running=Exists(Generation.objects.answering(OuterRef("pk"))),
        has_reply=Exists(Reply.objects.filter(conversation=OuterRef("pk"), read_at=None)),
    )


def marks_of(user: User, public_ids: Collection[UUID]) -> list[Conversation]:
    """Return those of `public_ids` that `user` has, with their marks, in one query."""
    return list(with_marks(Conversation.objects.visible_to(user).filter(public_id__in=public_ids)))


def see(conversation: Conversation) -> None:
    """Note that its owner has `conversation` open; it is written only where that changes its mark."""
    if conversation.seen_at is None or conversation.is_unread:
        unseen = Q(seen_at=None) | Q(seen_at__lt=F("updated_at"))
        Conversation.objects.filter(unseen, pk=conversation.pk).update(seen_at=Now())
