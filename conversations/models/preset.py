"""Presets: how a conversation may begin, under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from .chat_model import ChatModel

if TYPE_CHECKING:
    from accounts.models import User

PRESET_NAME_LENGTH = 60
PRESET_DESCRIPTION_LENGTH = 200


class PresetQuerySet(models.QuerySet["Preset"]):
    def usable_by(self, user: User) -> PresetQuerySet:
        """What `user` made, and what others share with a group of theirs."""
        return self.filter(models.Q(owner=user) | models.Q(group__in=user.groups.all()))


class Preset(models.Model):
    """A system prompt, a model and parameters to begin with; for its owner or for all of a group."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="presets")
    group = models.ForeignKey(
        "auth.Group", on_delete=models.SET_NULL, null=True, blank=True, related_name="presets"
    )
    name = models.CharField(max_length=PRESET_NAME_LENGTH)
    description = models.CharField(max_length=PRESET_DESCRIPTION_LENGTH, blank=True)
    system_prompt = models.TextField(blank=True)
    model = models.ForeignKey(
        ChatModel, on_delete=models.SET_NULL, null=True, blank=True, related_name="presets"
    )
    parameters = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PresetQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="preset_name_once_for_its_owner")
        ]

    def __str__(self) -> str:
        return f"Preset {self.public_id}"
