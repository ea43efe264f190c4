"""Shares: links by which others read a branch as it was."""

from __future__ import annotations

import secrets
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .conversation import TITLE_LENGTH, Conversation
from .message import Message

TOKEN_BYTES = 32


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


class Scope(models.TextChoices):
    PEOPLE = "people", _("Signed-in people")
    ANYONE = "anyone", _("Anyone with the link")


class ShareQuerySet(models.QuerySet["Share"]):
    def of_conversations_kept(self) -> ShareQuerySet:
        """Those that were not revoked, and whose conversation and owner are still here."""
        return self.filter(
            revoked_at=None,
            conversation__deleted_at=None,
            conversation__owner__is_active=True,
            conversation__owner__leaves_at=None,
        )

    def living(self) -> ShareQuerySet:
        """Those whose link opens now."""
        unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.of_conversations_kept().filter(unexpired)


class Share(models.Model):
    """The branch that ends in `leaf`, as it was when it was shared, for those who have the token.

    Messages are written once: the last one and the title of that moment are the whole snapshot.
    """

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="shares")
    leaf = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    title = models.CharField(max_length=TITLE_LENGTH, blank=True)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    views = models.PositiveIntegerField(default=0, help_text=_("Openings by others than the owner."))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="share_scope_known"),
        ]

    def __str__(self) -> str:
        return f"Share {self.public_id}"

    @property
    def heading(self) -> str:
        return self.title or str(_("A conversation"))

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()
