"""Replies: what somebody who read a conversation wrote to its owner."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .conversation import Conversation


class Reply(models.Model):
    """A reviewer's words to the owner of a conversation; no part of what models read."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="replies")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name_plural = _("replies")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="reply_has_words")]
        indexes = [
            models.Index(fields=["conversation"], condition=Q(read_at=None), name="reply_unread"),
        ]

    def __str__(self) -> str:
        return f"Reply {self.public_id}"
