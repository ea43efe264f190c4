"""Prompts: words of one's own that are put into the message box by `/`."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

PROMPT_NAME_LENGTH = 40


class Prompt(models.Model):
    """A text to begin a message with; its `{{variables}}` are asked for when it is used."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="prompts")
    name = models.CharField(max_length=PROMPT_NAME_LENGTH)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="prompt_name_once_for_its_owner")
        ]

    def __str__(self) -> str:
        return f"Prompt {self.public_id}"
