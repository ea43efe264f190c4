"""What came from elsewhere: imports under way or done, and where each conversation of theirs is from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .conversation import Conversation


class Stage(models.TextChoices):
    CHECKING = "checking", _("Being looked through")
    CHECKED = "checked", _("Looked through")
    IMPORTING = "importing", _("Being imported")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")
    FAILED = "failed", _("Failed")


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
    problem = models.CharField(max_length=300, blank=True, help_text=_("Why it failed, in words."))
    file_name = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text=_("Bytes to go through."))
    source = models.CharField(max_length=20, blank=True, help_text=_("The format of the first conversation."))

    offset = models.PositiveBigIntegerField(default=0)
    record = models.PositiveIntegerField(default=0)
    in_list = models.BooleanField(default=False)

    found = models.PositiveIntegerField(default=0, help_text=_("Conversations that can be taken in."))
    messages = models.PositiveIntegerField(default=0)
    replaced = models.PositiveIntegerField(default=0, help_text=_("Parts with no place here."))
    here_already = models.PositiveIntegerField(default=0)
    unreadable = models.PositiveIntegerField(default=0)
    skipped = models.JSONField(
        default=list, help_text=_("Numbers of unreadable records, and why; the first ones.")
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
    def sentence(self) -> str:
        """Why it failed, in the language of who reads it; what is stored is the untranslated sentence."""
        first = self.skipped[0] if self.skipped else None
        if not self.problem:
            return ""
        return gettext(self.problem).replace("%(why)s", reason_of(first) if first else "")

    @property
    def reasons(self) -> list[tuple[int, str]]:
        """The numbers of the records that are named as skipped, each with why."""
        return [(record["number"], reason_of(record)) for record in self.skipped]

    @property
    def percent(self) -> int:
        return min(100, self.offset * 100 // self.size) if self.size else 100


def reason_of(record: dict[str, Any]) -> str:
    return filled(gettext(record["why"]), record.get("facts", {}))


def filled(sentence: str, facts: Mapping[str, str | int]) -> str:
    """Return `sentence` with its `facts`, numbers as people write them; one without facts is left alone."""
    told = {name: intcomma(fact) if isinstance(fact, int) else fact for name, fact in facts.items()}
    return sentence % told if told else sentence


class Origin(models.Model):
    """Where an imported conversation is from: the same one is not taken in twice."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="origin")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=20)
    key = models.CharField(max_length=200, help_text=_("Its id there."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "source", "key"], name="origin_once_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"Origin {self.source} of {self.conversation_id}"
