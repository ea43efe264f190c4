"""What came from elsewhere: imports under way or done, and where each conversation of theirs is from."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from .conversation import Conversation


class Stage(models.TextChoices):
    CHECKING = "checking", "Being looked through"
    CHECKED = "checked", "Looked through"
    IMPORTING = "importing", "Being imported"
    DONE = "done", "Done"
    DROPPED = "dropped", "Dropped"
    FAILED = "failed", "Failed"


OPEN = (Stage.CHECKING, Stage.CHECKED, Stage.IMPORTING)
WORKING = (Stage.CHECKING, Stage.IMPORTING)


class Import(models.Model):
    """A file on its way in, gone through twice in small steps: to say what is in it, and to take it in.

    `offset`, `record` and `in_list` say how far the present stage has come, so that a step may be the last
    for a while: it goes on from there.
    """

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="imports")
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.CHECKING)
    problem = models.CharField(max_length=300, blank=True, help_text="Why it failed, in words.")
    file_name = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes to go through.")
    source = models.CharField(max_length=20, blank=True, help_text="The format of the first conversation.")

    offset = models.PositiveBigIntegerField(default=0)
    record = models.PositiveIntegerField(default=0)
    in_list = models.BooleanField(default=False)

    found = models.PositiveIntegerField(default=0, help_text="Conversations that can be taken in.")
    messages = models.PositiveIntegerField(default=0)
    replaced = models.PositiveIntegerField(default=0, help_text="Parts with no place here.")
    here_already = models.PositiveIntegerField(default=0)
    unreadable = models.PositiveIntegerField(default=0)
    skipped = models.JSONField(
        default=list, help_text="Numbers of unreadable records, and why; the first ones."
    )
    taken = models.PositiveIntegerField(default=0)
    taken_messages = models.PositiveIntegerField(default=0)

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(stage__in=Stage.values), name="import_stage_known"),
            models.UniqueConstraint(
                fields=["owner"], condition=models.Q(stage__in=OPEN), name="import_one_open_of_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"Import {self.public_id}"

    @property
    def is_open(self) -> bool:
        return self.stage in OPEN

    @property
    def is_working(self) -> bool:
        return self.stage in WORKING

    @property
    def percent(self) -> int:
        return min(100, self.offset * 100 // self.size) if self.size else 100


class Origin(models.Model):
    """Where an imported conversation is from: the same one is not taken in twice."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="origin")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=20)
    key = models.CharField(max_length=200, help_text="Its id there.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "source", "key"], name="origin_once_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"Origin {self.source} of {self.conversation_id}"
