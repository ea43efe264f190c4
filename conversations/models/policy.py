"""Policies: what people may use, and how much of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User

ALLOWED = [(None, _("Not said here")), (True, _("Allowed")), (False, _("Not allowed"))]

# The budgets that all people of a group use together; what else is said of a group is for each of them.
POT = ("pot_tokens_per_day", "pot_tokens_per_month", "pot_usd_per_day", "pot_usd_per_month")


class PolicyQuerySet(models.QuerySet["Policy"]):
    def about(self, person: User) -> PolicyQuerySet:
        """What is said of `person`: of themselves, of their groups, of everybody."""
        theirs = Q(person=person) | Q(group__in=person.groups.all())
        return self.filter(theirs | Q(person=None, group=None))


class Policy(models.Model):
    """What a person, the people of a group, or everybody may use, and how much; empty fields say nothing."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="policy",
        verbose_name=_("person"),
        help_text=_("What is said here of one person counts before all else."),
    )
    group = models.OneToOneField(
        "auth.Group",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="policy",
        verbose_name=_("group"),
        help_text=_("With neither person nor group it is for everybody of whom nothing else is said."),
    )

    tokens_per_day = models.PositiveBigIntegerField(_("tokens a day"), null=True, blank=True)
    tokens_per_month = models.PositiveBigIntegerField(_("tokens a month"), null=True, blank=True)
    usd_per_day = models.DecimalField(
        _("US dollars a day"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    usd_per_month = models.DecimalField(
        _("US dollars a month"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    pot_tokens_per_day = models.PositiveBigIntegerField(_("tokens a day, together"), null=True, blank=True)
    pot_tokens_per_month = models.PositiveBigIntegerField(
        _("tokens a month, together"), null=True, blank=True
    )
    pot_usd_per_day = models.DecimalField(
        _("US dollars a day, together"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    pot_usd_per_month = models.DecimalField(
        _("US dollars a month, together"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )

    requests_per_minute = models.PositiveIntegerField(
        _("questions a minute"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    answers_at_once = models.PositiveIntegerField(
        _("answers at once"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Further ones wait and show their place."),
    )

    attachments = models.BooleanField(_("attach files"), null=True, blank=True, choices=ALLOWED)
    sharing = models.BooleanField(_("share by links"), null=True, blank=True, choices=ALLOWED)
    temporary = models.BooleanField(_("temporary conversations"), null=True, blank=True, choices=ALLOWED)
    importing = models.BooleanField(_("import conversations"), null=True, blank=True, choices=ALLOWED)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "policies"
        constraints = [
            models.CheckConstraint(
                condition=Q(person=None) | Q(group=None), name="policy_of_a_person_or_of_a_group"
            ),
            models.CheckConstraint(
                condition=Q(group__isnull=False) | Q(**dict.fromkeys(POT)), name="policy_pot_of_a_group"
            ),
            # Django makes the columns of a person and of a group unique; two nulls are equal only here.
            models.UniqueConstraint(
                Coalesce("person", 0), Coalesce("group", 0), name="policy_once_for_everybody"
            ),
        ]

    def __str__(self) -> str:
        if self.group is not None:
            return f"Policy of the group {self.group.name}"
        return f"Policy of {self.person.username}" if self.person is not None else "Policy of everybody"

    @property
    def has_pot(self) -> bool:
        return any(getattr(self, name) is not None for name in POT)

    def clean(self) -> None:
        if self.person is not None and self.group is not None:
            raise ValidationError(_("Choose a person or a group, or neither; not both."))
        if self.group is None and self.has_pot:
            raise ValidationError(_("Only a group has a pot. Choose one, or leave the pot empty."))
        everybody = Policy.objects.filter(person=None, group=None).exclude(pk=self.pk)
        if self.person is None and self.group is None and everybody.exists():
            raise ValidationError(_("There is a policy of everybody already. Change that one."))
