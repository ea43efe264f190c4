"""Modes of access: whose conversations reviewers may read, and by what grant."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation


class Mode(models.IntegerChoices):
    """The higher, the stricter; what it says is shown to the people whom it is about."""

    OPEN = 0, _("Reviewers may read")
    MARKED = 1, _("Reviewers may read what was flagged, sampled or rated")
    GRANTED = 2, _("Reviewers may read with a stated reason, for a limited time")
    CLOSED = 3, _("Nobody may read")


class AccessRule(models.Model):
    """The mode of the people of a group, or of everybody of whose groups nothing is said."""

    group = models.OneToOneField(
        "auth.Group",
        on_delete=models.PROTECT,  # a rule ends on record, by itself
        null=True,
        blank=True,
        related_name="access_rule",
        verbose_name=_("group"),
        help_text=_("Without a group it is for everybody of whose groups nothing is said."),
    )
    mode = models.PositiveSmallIntegerField(_("mode"), choices=Mode.choices)
    by_two = models.BooleanField(
        _("approved by a second person"),
        default=False,
        help_text=_("Where a reason is needed: a grant counts once somebody else has approved it."),
    )

    class Meta:
        verbose_name = _("mode of access")
        verbose_name_plural = _("modes of access")
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="access_rule_mode_known"),
            models.UniqueConstraint(Coalesce("group", 0), name="access_rule_once_for_everybody"),
        ]

    def __str__(self) -> str:
        return f"Mode of the group {self.group.name}" if self.group else "Mode of everybody"


class ModeChange(models.Model):
    """That a mode of access was changed, by whom and when. Rows stay."""

    group_name = models.CharField(max_length=150, blank=True, help_text=_("Empty: everybody."))
    before = models.PositiveSmallIntegerField(choices=Mode.choices, null=True)
    after = models.PositiveSmallIntegerField(choices=Mode.choices, null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-pk"]
        default_permissions = ["view"]

    def __str__(self) -> str:
        return f"ModeChange {self.pk}"


class ModeSeen(models.Model):
    """The mode that a person was last told of; another one is news to them."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mode_seen"
    )
    mode = models.PositiveSmallIntegerField(choices=Mode.choices)

    class Meta:
        default_permissions = ["view"]
        verbose_name_plural = _("modes seen")

    def __str__(self) -> str:
        return f"ModeSeen of {self.person_id}"


class AccessGrantQuerySet(models.QuerySet["AccessGrant"]):
    def live(self) -> AccessGrantQuerySet:
        """Those that count at this moment, by the clock of the database."""
        return self.filter(ended_at=None, expires_at__gt=Now())


class AccessGrant(models.Model):
    """That a reader may read what one person wrote, for a stated reason and until a moment."""

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_grants"
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    hours = models.PositiveSmallIntegerField(
        _("hours"), validators=[MinValueValidator(1), MaxValueValidator(72)]
    )
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    # Empty while it waits for the second person: its time begins when they approve.
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar = AccessGrantQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        default_permissions = ["view"]
        permissions = [("approve_access", "Can approve that somebody reads for a reason")]
        indexes = [models.Index(fields=["reader", "expires_at"], name="access_grant_of_reader")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="access_grant_has_a_reason"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("reader")), name="access_grant_by_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"AccessGrant {self.pk}"

    @property
    def state(self) -> str:
        if self.ended_at:
            return "ended"
        if self.expires_at is None:
            return "waits"
        return "live" if self.expires_at > timezone.now() else "over"


class Flag(models.Model):
    """That a conversation is meant to be looked at: its owner asked for it, or a sample took it."""

    class Why(models.TextChoices):
        ASKED = "asked", _("Its owner asked for a review")
        SAMPLED = "sampled", _("Taken as a sample")

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="flags")
    why = models.CharField(max_length=10, choices=Why.choices)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "why"], name="flag_once_for_each_cause")
        ]

    def __str__(self) -> str:
        return f"Flag {self.pk}"
