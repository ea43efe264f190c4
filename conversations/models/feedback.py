"""Feedback: what the owner of a conversation thinks of an answer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .message import Message


class Thumb(models.TextChoices):
    UP = "up", _("Good answer")
    DOWN = "down", _("Bad answer")


class Reason(models.TextChoices):
    """Why, from a fixed set, so that it can be counted; some belong to a thumb up, the others to one down."""

    CORRECT = "correct", _("Correct")
    CLEAR = "clear", _("Well explained")
    USEFUL = "useful", _("Useful")
    WRONG = "wrong", _("Not correct")
    INCOMPLETE = "incomplete", _("Something is missing")
    MISSED = "missed", _("Not what I asked for")
    STYLE = "style", _("Tone or length")
    REFUSED = "refused", _("Declined without need")
    HARMFUL = "harmful", _("Harmful or offensive")


REASONS = {
    Thumb.UP: (Reason.CORRECT, Reason.CLEAR, Reason.USEFUL),
    Thumb.DOWN: (
        Reason.WRONG,
        Reason.INCOMPLETE,
        Reason.MISSED,
        Reason.STYLE,
        Reason.REFUSED,
        Reason.HARMFUL,
    ),
}


class Feedback(models.Model):
    """The thumb of an answer, at most one: its owner's. A reviewer's judgement is a Verdict."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="feedback")
    thumb = models.CharField(max_length=4, choices=Thumb.choices)
    reasons = models.JSONField(default=list, blank=True)
    words = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = _("feedback")
        constraints = [
            models.CheckConstraint(condition=Q(thumb__in=Thumb.values), name="feedback_thumb_known"),
        ]

    def __str__(self) -> str:
        return f"Feedback {self.pk}"

    @property
    def is_up(self) -> bool:
        return self.thumb == Thumb.UP

    @property
    def reason_labels(self) -> list[str]:
        """The reasons as people read them, in the order of the form."""
        return [str(reason.label) for reason in Reason if reason in self.reasons]
