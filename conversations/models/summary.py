"""Summaries: what a model reads in place of the beginning of a branch."""

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .conversation import Conversation
from .generation import Generation
from .message import Message


class Summary(models.Model):
    """Words that stand for all of a branch up to and with `upto`; empty until its generation has ended."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="summaries")
    upto = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="summary")
    generation = models.OneToOneField(
        Generation, on_delete=models.SET_NULL, null=True, blank=True, related_name="summary"
    )
    text = models.TextField(blank=True)
    by_person = models.BooleanField(default=False, help_text=_("Its words were changed by a person."))
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = _("summaries")

    def __str__(self) -> str:
        return f"Summary {self.public_id}"
