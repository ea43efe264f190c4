"""What reviewers think of a conversation: labels, scores, notes, and the verdict that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation, Message

if TYPE_CHECKING:
    from accounts.models import User

NAME_LENGTH = 60
NOTE_LENGTH = 4_000
QUOTE_LENGTH = 1_000
AROUND_LENGTH = 64


class Colour(models.TextChoices):
    """By what it means; the look of the site says which colour that is, light or dark."""

    PLAIN = "plain", _("Grey")
    ACCENT = "accent", _("The accent of the site")
    OK = "ok", _("Green")
    WARN = "warn", _("Amber")
    DANGER = "danger", _("Red")


class Scale(models.TextChoices):
    FIVE = "five", _("1 to 5")
    YES_NO = "yes_no", _("Yes or no")
    ORDERED = "ordered", _("Named steps in an order")
    NAMED = "named", _("Named steps without an order")

    @property
    def has_order(self) -> bool:
        return self in (Scale.FIVE, Scale.ORDERED)


class Defined(models.Model):
    """What an administrator defines for all who review; archived, it stays where it was used."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=NAME_LENGTH, unique=True)
    description = models.TextField(_("description"), blank=True, max_length=500)
    archived = models.BooleanField(
        _("archived"), default=False, help_text=_("Not offered any more; what was judged by it stays.")
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Label(Defined):
    """A word that fits a conversation or does not."""

    colour = models.CharField(_("colour"), max_length=10, choices=Colour.choices, default=Colour.PLAIN)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(colour__in=Colour.values), name="label_colour_known")
        ]


class Score(Defined):
    """A question of which one step is the answer."""

    scale = models.CharField(_("scale"), max_length=10, choices=Scale.choices)

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=Q(scale__in=Scale.values), name="score_scale_known")]

    @property
    def has_order(self) -> bool:
        return Scale(self.scale).has_order


class Step(models.Model):
    """One possible answer of a score, and what it means."""

    score = models.ForeignKey(Score, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"), help_text=_("The lowest comes first."))
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    meaning = models.CharField(_("meaning"), max_length=500, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["score", "position"], name="step_position_once"),
            models.UniqueConstraint(fields=["score", "name"], name="step_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    UNREVIEWED = "unreviewed", _("Unreviewed")
    REVIEWED = "reviewed", _("Reviewed")
    ATTENTION = "attention", _("Needs attention")


GIVEN = (State.REVIEWED, State.ATTENTION)


class VerdictQuerySet(models.QuerySet["Verdict"]):
    def given(self) -> VerdictQuerySet:
        """Without those that somebody has only begun."""
        return self.filter(state__in=GIVEN)

    def of(self, reviewer: User) -> VerdictQuerySet:
        """What `reviewer` thinks themselves; not what they settled for everybody."""
        return self.filter(reviewer=reviewer, settles=False)


class Verdict(models.Model):
    """What one reviewer thinks of one conversation; the one that settles counts for all."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="verdicts")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="verdicts")
    state = models.CharField(max_length=10, choices=State.choices, default=State.UNREVIEWED)
    settles = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = VerdictQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        default_permissions = ["view"]
        permissions = [("settle_verdicts", "Can give the verdict that counts")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="verdict_state_known"),
            models.UniqueConstraint(
                fields=["conversation", "reviewer"], condition=Q(settles=False), name="verdict_one_a_reviewer"
            ),
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(settles=True), name="verdict_settles_once"
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "state"], name="verdict_of_conversation"),
            models.Index(fields=["reviewer", "conversation"], name="verdict_of_reviewer"),
            models.Index(
                fields=["conversation"], condition=Q(state=State.ATTENTION), name="verdict_needs_attention"
            ),
        ]

    def __str__(self) -> str:
        return f"Verdict {self.pk}"

    @property
    def is_given(self) -> bool:
        return self.state in GIVEN


class Sticker(models.Model):
    """That a label fits, says a verdict."""

    verdict = models.ForeignKey(Verdict, on_delete=models.CASCADE, related_name="stickers")
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="stickers")

    class Meta:
        default_permissions = ["view"]
        constraints = [models.UniqueConstraint(fields=["label", "verdict"], name="sticker_once")]

    def __str__(self) -> str:
        return f"Sticker {self.pk}"


class Placement(models.Model):
    """Which step of a score a verdict says it is."""

    verdict = models.ForeignKey(Verdict, on_delete=models.CASCADE, related_name="placements")
    score = models.ForeignKey(Score, on_delete=models.PROTECT, related_name="placements")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="placements")

    class Meta:
        default_permissions = ["view"]
        constraints = [models.UniqueConstraint(fields=["score", "verdict"], name="placement_once_a_score")]

    def __str__(self) -> str:
        return f"Placement {self.pk}"


class Note(models.Model):
    """A reviewer's words about a conversation, one message of it, or a passage of that.

    The passage is kept as words with what stands around them, so that it is found again however the message
    is rendered.
    """

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, null=True, blank=True, related_name="notes"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="review_notes"
    )
    quote = models.CharField(max_length=QUOTE_LENGTH, blank=True)
    prefix = models.CharField(max_length=AROUND_LENGTH, blank=True)
    suffix = models.CharField(max_length=AROUND_LENGTH, blank=True)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="note_has_words"),
            models.CheckConstraint(
                condition=Q(quote="") | Q(message__isnull=False), name="note_quotes_a_message"
            ),
        ]

    def __str__(self) -> str:
        return f"Note {self.public_id}"
