"""How long conversations are kept, what forbids that they are removed, and what was removed."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation
from conversations.services.removing import Cause

from .event import AppendOnly, AppendOnlyQuerySet

REASON_LENGTH = 500
MOST_DAYS = 36_500


class Sort(models.TextChoices):
    """What a conversation is for its time to be kept: the first of these that is true of it."""

    DELETED = "deleted", _("In the trash")
    TEMPORARY = "temporary", _("Temporary")
    FLAGGED = "flagged", _("Flagged: a thumb down, or in review")
    ORDINARY = "ordinary", _("Ordinary")


ENDS = (Sort.DELETED, Sort.TEMPORARY)


class RetentionPolicy(models.Model):
    """How long what the people of a group write is kept; without a group, of all of whom nothing is said."""

    group = models.ForeignKey(
        "auth.Group",
        on_delete=models.PROTECT,  # it ends on record, by itself
        null=True,
        blank=True,
        related_name="retention_policies",
        verbose_name=_("group"),
        help_text=_("Without a group it is for everybody of whose groups nothing is said."),
    )
    sort = models.CharField(_("kind"), max_length=10, choices=Sort.choices, default=Sort.ORDINARY)
    days = models.PositiveIntegerField(
        _("days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
        help_text=_(
            "From the last word on, in the trash from the deletion on. Empty: for ever, which cannot be said "
            "of the trash and of what is temporary."
        ),
    )

    class Meta:
        ordering = ["sort", "group__name", "pk"]
        verbose_name = _("retention policy")
        verbose_name_plural = _("retention policies")
        constraints = [
            models.CheckConstraint(condition=Q(sort__in=Sort.values), name="retention_sort_known"),
            models.CheckConstraint(
                condition=Q(days__isnull=False, days__gte=1) | (Q(days=None) & ~Q(sort__in=ENDS)),
                name="retention_ends_where_it_must",
                violation_error_message=_(
                    "What is in the trash, and what is temporary, goes at some time: say after how many days."
                ),
            ),
            models.UniqueConstraint(
                Coalesce("group", 0),
                "sort",
                name="retention_once_of_a_kind",
                violation_error_message=_("For this group and kind there is a policy already."),
            ),
        ]

    def __str__(self) -> str:
        whose = self.group.name if self.group else _("everybody")
        return f"{self.get_sort_display()} · {whose}"


class RetentionChange(models.Model):
    """That a policy was made, changed or taken back, by whom and when. Rows stay."""

    group_name = models.CharField(_("group"), max_length=150, blank=True, help_text=_("Empty: everybody."))
    sort = models.CharField(_("kind"), max_length=10, choices=Sort.choices)
    before = models.CharField(_("before"), max_length=10, help_text=_("Days, “ever”, or “none”."))
    after = models.CharField(_("after"), max_length=10)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-pk"]
        default_permissions = ["view"]

    def __str__(self) -> str:
        return f"RetentionChange {self.pk}"


class Reach(models.TextChoices):
    CONVERSATION = "conversation", _("A conversation")
    PERSON = "person", _("All that a person wrote and will write")
    FILTER = "filter", _("What a filter found")


class HoldQuerySet(models.QuerySet["Hold"]):
    def standing(self) -> HoldQuerySet:
        """Those that count at this moment, by the clock of the database."""
        return self.filter(Q(until=None) | Q(until__gt=Now()), ended_at=None)


class Hold(models.Model):
    """That nothing of some conversations is removed for ever while it stands, whoever asks for it."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    reach = models.CharField(max_length=12, choices=Reach.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="holds_about",
        help_text=_("Whose it is; a filter finds what is of many."),
    )
    filter_name = models.CharField(max_length=60, blank=True)
    query = models.CharField(max_length=2_000, blank=True, help_text=_("The filter, as in an address."))
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    until = models.DateTimeField(_("until"), null=True)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    placed_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        default_permissions = ["view"]
        permissions = [("place_holds", "Can place holds and see what was removed")]
        constraints = [
            models.CheckConstraint(condition=Q(reach__in=Reach.values), name="hold_reach_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="hold_has_a_reason"),
            models.CheckConstraint(
                condition=Q(reach=Reach.FILTER, person=None)
                | (~Q(reach=Reach.FILTER) & Q(person__isnull=False)),
                name="hold_knows_whose",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("placed_at")), name="hold_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"Hold {self.pk}"

    @property
    def stands(self) -> bool:
        return self.ended_at is None and (self.until is None or self.until > timezone.now())


class Held(models.Model):
    """A conversation that a hold keeps; of one on a person there are none, as it keeps all of theirs."""

    hold = models.ForeignKey(Hold, on_delete=models.CASCADE, related_name="held")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="held")

    class Meta:
        default_permissions = ["view"]
        verbose_name_plural = _("held")
        constraints = [models.UniqueConstraint(fields=["hold", "conversation"], name="held_once_by_a_hold")]

    def __str__(self) -> str:
        return f"Held {self.pk}"


class PurgeReceipt(AppendOnly):
    """What one transaction removed for ever: numbers, by what rule and when, and no word or name."""

    position = models.PositiveBigIntegerField(unique=True, editable=False)
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    cause = models.CharField(_("why"), max_length=10, choices=Cause.choices)
    rule = models.CharField(_("rule"), max_length=300, blank=True)
    conversations = models.PositiveIntegerField(_("conversations"))
    messages = models.PositiveIntegerField(_("messages"))
    files = models.PositiveIntegerField(_("files"))
    bytes = models.PositiveBigIntegerField(_("bytes"), help_text=_("Of files."))
    hash = models.BinaryField(max_length=32, editable=False)

    objects: ClassVar = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        default_permissions = ["view"]
        indexes = [models.Index(fields=["at"], name="purge_receipt_at")]

    def __str__(self) -> str:
        return f"PurgeReceipt {self.position}"


class ReceiptHead(models.Model):
    """Where the receipts end, signed: whoever adds one holds this row."""

    position = models.PositiveBigIntegerField(default=0)
    hash = models.BinaryField(max_length=32)
    signature = models.CharField(max_length=64)

    class Meta:
        default_permissions = ["view"]
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="receipt_head_is_one_row")]

    def __str__(self) -> str:
        return f"Receipts up to {self.position}"
