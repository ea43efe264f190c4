"""Conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .chat_model import ChatModel

if TYPE_CHECKING:
    from accounts.models import User

    from .message import Message

TITLE_LENGTH = 120
FOLDER_LENGTH = 100


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: User) -> ConversationQuerySet:
        """What `user` owns and has not deleted."""
        return self.filter(owner=user, deleted_at=None)

    def listed(self) -> ConversationQuerySet:
        """What stands in the list itself: neither archived nor in a folder; pinned first, then newest."""
        return self.lasting().filter(archived=False, folder="").order_by("-pinned", "-updated_at", "-pk")

    def lasting(self) -> ConversationQuerySet:
        """Without what is temporary: that is in no list, no search and no export."""
        return self.filter(temporary=False)

    def newest_first(self) -> ConversationQuerySet:
        return self.order_by("-updated_at", "-pk")


class Conversation(models.Model):
    """A tree of messages, of which the branch that ends in `leaf` is shown."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations"
    )
    title = models.CharField(max_length=TITLE_LENGTH, blank=True)
    title_by_person = models.BooleanField(default=False)
    model = models.ForeignKey(ChatModel, on_delete=models.PROTECT, related_name="conversations")
    parameters = models.JSONField(default=dict, blank=True)
    system_prompt = models.TextField(blank=True)
    leaf = models.ForeignKey("Message", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    pinned = models.BooleanField(default=False)
    archived = models.BooleanField(default=False)
    temporary = models.BooleanField(default=False)
    folder = models.CharField(max_length=FOLDER_LENGTH, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("Gone for ever for its owner, and kept for a hold."),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-updated_at", "-id"], name="conversation_owners_newest"),
            models.Index(
                fields=["owner", "folder", "-pinned", "-updated_at", "-id"],
                condition=models.Q(deleted_at=None, archived=False),
                name="conversation_places",
            ),
            models.Index(
                fields=["deleted_at"],
                condition=models.Q(deleted_at__isnull=False),
                name="conversation_trash",
            ),
            models.Index(
                fields=["withdrawn_at"],
                condition=models.Q(withdrawn_at__isnull=False),
                name="conversation_withdrawn",
            ),
            models.Index(fields=["-updated_at", "-id"], name="conversation_newest"),
        ]

    def __str__(self) -> str:
        return f"Conversation {self.public_id}"

    @property
    def heading(self) -> str:
        return self.title or gettext("New conversation")

    @property
    def is_unread(self) -> bool:
        """Whether an answer has ended since its owner last had it open."""
        return self.seen_at is not None and self.updated_at > self.seen_at

    def move_to(self, leaf: Message) -> None:
        """Show the branch that ends in `leaf`."""
        self.leaf = leaf
        # Who asks has it open.
        self.updated_at = self.seen_at = timezone.now()
        self.save(update_fields=["leaf", "updated_at", "seen_at"])
