"""What people have used of the models, what is set aside for answers in the making, and what was granted.

Money is counted in whole numbers of a hundred-millionth of a US dollar, as fine as the API reports it: a
database that adds whole numbers neither rounds nor drifts.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .generation import Generation

UNITS_PER_USD = 100_000_000


def to_units(usd: Decimal) -> int:
    """Return an amount in US dollars as it is counted."""
    return int((usd * UNITS_PER_USD).to_integral_value(ROUND_HALF_UP))


def to_usd(units: int) -> Decimal:
    """Return what is counted as an amount in US dollars."""
    return Decimal(units) / UNITS_PER_USD


class Period(models.TextChoices):
    DAY = "day", _("Today")
    MONTH = "month", _("This month")


class Usage(models.Model):
    """What the calls of one person to one model came to on one day, in the site's time zone.

    It stays when conversations go, and without a name when the person goes.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        db_index=False,  # the constraint below begins with it
        related_name="usage",
    )
    day = models.DateField()
    model = models.CharField(max_length=200)
    calls = models.PositiveIntegerField(default=0)
    prompt_tokens = models.BigIntegerField(default=0)
    completion_tokens = models.BigIntegerField(default=0)
    cached_tokens = models.BigIntegerField(default=0)
    cost = models.BigIntegerField(default=0, help_text=_("In hundred-millionths of a US dollar."))

    class Meta:
        verbose_name_plural = "usage"
        constraints = [
            models.UniqueConstraint(fields=["person", "day", "model"], name="usage_once_a_day"),
        ]
        indexes = [models.Index(fields=["day"], name="usage_by_day")]

    def __str__(self) -> str:
        return f"Usage {self.pk}"


class Spending(models.Model):
    """What a person, or a group together, has used today and this month, and what is set aside of it.

    `day` and `month` say which ones are meant; counts of one that is over are read as nothing. What is
    granted on top is kept beside, and goes with its period.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="spending"
    )
    group = models.OneToOneField("auth.Group", on_delete=models.CASCADE, null=True, related_name="spending")
    day = models.DateField()
    day_tokens = models.BigIntegerField(default=0)
    day_cost = models.BigIntegerField(default=0)
    day_extra_tokens = models.BigIntegerField(default=0)
    day_extra_cost = models.BigIntegerField(default=0)
    month = models.DateField(help_text=_("The first day of it."))
    month_tokens = models.BigIntegerField(default=0)
    month_cost = models.BigIntegerField(default=0)
    month_extra_tokens = models.BigIntegerField(default=0)
    month_extra_cost = models.BigIntegerField(default=0)
    reserved_tokens = models.BigIntegerField(default=0)
    reserved_cost = models.BigIntegerField(default=0)
    reserved_unpriced = models.IntegerField(
        default=0, db_default=0, help_text=_("Answers in the making of which nobody knows what they cost.")
    )

    class Meta:
        verbose_name_plural = "spending"
        constraints = [
            models.CheckConstraint(
                condition=Q(person=None, group__isnull=False) | Q(group=None, person__isnull=False),
                name="spending_of_a_person_or_of_a_group",
            ),
        ]

    def __str__(self) -> str:
        return f"Spending {self.pk}"


class Reservation(models.Model):
    """What is set aside of a person's budget and of their groups' pots for one call, until it has ended.

    It outlives its generation: a conversation that is deleted for ever in mid-answer is counted all the same.
    """

    generation = models.OneToOneField(
        Generation, on_delete=models.SET_NULL, null=True, related_name="reservation"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    model = models.CharField(max_length=200)
    prompt_tokens = models.BigIntegerField()
    tokens = models.BigIntegerField(help_text=_("Question and answer."))
    cost = models.BigIntegerField()
    is_unpriced = models.BooleanField(
        default=False, db_default=False, help_text=_("Nobody knew before it what it may cost.")
    )
    groups = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        help_text=_("Whose pots it is out of, by key."),
    )

    def __str__(self) -> str:
        return f"Reservation {self.pk}"


class Grant(models.Model):
    """Tokens or money that an administrator gave a person on top of a budget, for one day or month."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants", verbose_name=_("person")
    )
    period = models.CharField(_("for"), max_length=5, choices=Period.choices, default=Period.MONTH)
    starts = models.DateField(
        _("period"), editable=False, help_text=_("The day, or the first one of the month.")
    )
    tokens = models.PositiveBigIntegerField(_("tokens"), default=0)
    usd = models.DecimalField(
        _("US dollars"), max_digits=10, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    reason = models.CharField(_("why"), max_length=300)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("granted by"),
    )
    granted_at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Grant {self.pk}"
