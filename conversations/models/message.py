"""Messages: a tree by `parent`."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .conversation import Conversation
from .keys import new_key


class Role(models.TextChoices):
    USER = "user", _("Person")
    ASSISTANT = "assistant", _("Model")


class Message(models.Model):
    """What one side said. Written once: an edit or a retry is a sibling.

    An answer's row exists from the moment of asking; its words come with the end of its generation.
    """

    public_id = models.UUIDField(default=new_key, unique=True, editable=False)
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        related_name="messages",
        db_index=False,  # the index on its place among siblings begins with it
    )
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies", db_index=False
    )
    position = models.PositiveIntegerField(default=0, help_text=_("Place among its siblings."))
    role = models.CharField(max_length=10, choices=Role.choices)
    text = models.TextField(blank=True)
    reasoning = models.TextField(blank=True)
    html = models.TextField(blank=True, help_text=_("The rendered text, where rendering it is dear."))
    renderer_version = models.PositiveIntegerField(default=0)
    plain = models.BooleanField(
        default=False, help_text=_("Rendering took too long once: shown as escaped text.")
    )
    model_name = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("Who said it, where no call of ours is on record."),
    )
    deleted_at = models.DateTimeField(null=True, blank=True)
    cut = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("Deleted with all that follows: no way leads through it."),
    )
    idempotency_key = models.UUIDField(null=True, blank=True, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]
        # PostgreSQL keeps the promise on siblings by (parent, position) alone, that on `idempotency_key` for
        # those that have one, and has one index of conversations for `message_replies` (migration 0011): who
        # takes one of them away does so by hand there.
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="message_role_known"),
            models.UniqueConstraint(
                fields=["conversation", "parent", "position"], name="message_position_among_siblings"
            ),
            models.UniqueConstraint(
                fields=["conversation", "position"],
                condition=models.Q(parent=None),
                name="message_position_among_first",
            ),
        ]
        indexes = [
            # Not those that have none: they stood at the end of the index, and all others were put before.
            models.Index(fields=["parent"], condition=models.Q(parent__isnull=False), name="message_replies"),
            models.Index(
                fields=["conversation"],
                condition=models.Q(deleted_at__isnull=False),
                name="message_deleted",
            ),
        ]

    def __str__(self) -> str:
        return f"Message {self.public_id}"

    @property
    def said_by(self) -> str:
        """The model whose answer it is, as the API calls it."""
        generation = getattr(self, "generation", None)
        if generation is None:
            return self.model_name
        return str(generation.model_answered or generation.model_asked)
