"""The models that can be asked, and what is known about each."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User

# What a character weighs before any answer has told: English prose is near 4, code and other scripts less.
UNMEASURED_CHARACTERS_PER_TOKEN = 3.5
# What a token costs that the provider has kept, of the price of one that it reads (Anthropic).
CACHED_SHARE = Decimal("0.1")
SAMPLING = ("temperature", "top_p")
EFFORTS = ("low", "medium", "high")


def readable_name(name: str) -> str:
    """Return a name to read: `anthropic/claude-sonnet-4-20250514` is Claude Sonnet 4."""
    name = name.rsplit("/", 1)[-1]
    if not name.startswith("claude-"):
        return name
    return re.sub(r"-(\d{8}|latest)\Z", "", name).replace("-", " ").title()


class Dialect(models.TextChoices):
    OPENAI = "openai", _("OpenAI's: the system prompt is a message")
    ANTHROPIC = "anthropic", _("Anthropic's: the system prompt stands apart")
    BOTH = "both", _("either; no temperature")


def check_ranges(ranges: object) -> None:
    """Raise ValidationError unless `ranges` is as in {"temperature": [0, 1]}."""
    if not isinstance(ranges, dict):
        raise ValidationError(_('Write it as in {"temperature": [0, 1], "top_p": [0.01, 1]}.'))
    for name, limits in ranges.items():
        if name not in SAMPLING:
            raise ValidationError(
                _("“%(name)s” is none of: %(sampling)s.") % {"name": name, "sampling": ", ".join(SAMPLING)}
            )
        if read_range(limits) is None:
            raise ValidationError(
                _("%(name)s: write the lowest and the highest value, as in [0, 1].") % {"name": name}
            )


def check_efforts(efforts: object) -> None:
    """Raise ValidationError unless `efforts` is as in ["low", "medium", "high"]."""
    if not isinstance(efforts, list) or not all(effort in EFFORTS for effort in efforts):
        raise ValidationError(_("Write a list of some of: %(efforts)s.") % {"efforts": ", ".join(EFFORTS)})


def read_range(limits: object) -> tuple[float, float] | None:
    """Return a lowest and a highest value as numbers, or None for anything else."""
    if not isinstance(limits, list | tuple) or len(limits) != 2:
        return None
    if not all(isinstance(limit, int | float) and math.isfinite(limit) for limit in limits):
        return None
    low, high = float(limits[0]), float(limits[1])
    return (low, high) if low <= high else None


class ChatModelQuerySet(models.QuerySet["ChatModel"]):
    def usable_by(self, person: User) -> ChatModelQuerySet:
        """What `person` may use: what is kept for no group, and for one of theirs."""
        # By key: a model of two groups of one person would come twice by a join.
        theirs = ChatModel.groups.through.objects.filter(group__in=person.groups.all()).values("chatmodel")
        return self.filter(Q(groups=None) | Q(pk__in=theirs)).distinct()

    def offered(self, site_model: str) -> ChatModelQuerySet:
        """What people may choose: `site_model`, which the settings name, and what is offered besides."""
        return self.filter(Q(name=site_model) | Q(is_offered=True, is_gone=False))


class ChatModel(models.Model):
    """A model behind the API: how to speak to it, how much fits, and what it costs."""

    name = models.CharField(max_length=200, unique=True, help_text=_("As the API calls it."))
    label = models.CharField(max_length=200, blank=True, help_text=_("What people read."))
    dialect = models.CharField(max_length=20, choices=Dialect.choices, default=Dialect.OPENAI)
    context_window = models.PositiveIntegerField(default=200_000, help_text=_("Tokens, question and answer."))
    output_limit = models.PositiveIntegerField(default=4_096, help_text=_("Tokens of one answer."))
    input_price = models.DecimalField(
        max_digits=12, decimal_places=6, null=True, blank=True, help_text=_("USD for a million tokens read.")
    )
    output_price = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        help_text=_("USD for a million tokens written."),
    )
    caches_prompts = models.BooleanField(
        default=False, db_default=False, help_text=_("What is sent again is read at a tenth of the price.")
    )
    cached_price = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        help_text=_("USD for a million tokens that the provider had kept."),
    )
    characters_per_token = models.FloatField(
        default=UNMEASURED_CHARACTERS_PER_TOKEN, help_text=_("Learned from what the API counts.")
    )

    # Of one that nobody listed a price of: the dearest that its answers told, and whether one told nothing.
    told_price = models.DecimalField(
        _("price it told"),
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        help_text=_("USD for a million tokens, the most that an answer told; used where no price is listed."),
    )
    keeps_price_secret = models.BooleanField(
        _("tells no price"), default=False, db_default=False, help_text=_("An answer told no cost.")
    )

    developer = models.CharField(max_length=100, blank=True, default="", db_default="")
    is_offered = models.BooleanField(
        _("offered"),
        default=False,
        db_default=False,
        help_text=_("People may choose it. The model of the settings is always offered."),
    )
    position = models.PositiveIntegerField(
        default=100, db_default=100, help_text=_("Lower ones stand first where people choose.")
    )
    groups = models.ManyToManyField(
        "auth.Group",
        blank=True,
        related_name="chat_models",
        verbose_name=_("only for"),
        help_text=_("The groups whose people may use it; with none chosen everybody may."),
    )
    is_gone = models.BooleanField(
        _("gone"), default=False, db_default=False, help_text=_("The provider does not list it any more.")
    )
    last_seen_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the provider last listed it.")
    )
    # None: nobody has told, so it is as its family is.
    takes_images = models.BooleanField(null=True, blank=True)
    takes_files = models.BooleanField(_("takes PDF files"), null=True, blank=True)
    efforts = models.JSONField(
        _("levels of thinking"),
        null=True,
        blank=True,
        validators=[check_efforts],
        help_text=_('As in ["low", "medium", "high"]; empty: as its family.'),
    )
    ranges = models.JSONField(
        _("parameters"),
        null=True,
        blank=True,
        validators=[check_ranges],
        help_text=_('What it takes, from and to: {"temperature": [0, 1]}; empty: as its family.'),
    )
    by_hand = models.JSONField(
        null=True, default=list, blank=True, editable=False, help_text=_("Fields that a person has set.")
    )

    objects = ChatModelQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("model")

    def __str__(self) -> str:
        return self.label or self.name

    @property
    def set_by_hand(self) -> set[str]:
        """The fields that a person has set: no list of a provider writes over them."""
        return set(self.by_hand or ())

    @property
    def is_priced(self) -> bool:
        return self.input_price is not None and self.output_price is not None

    def price(self, prompt_tokens: int, completion_tokens: int, *, cached_tokens: int = 0) -> Decimal | None:
        """Return what a call costs in USD by the listed prices, or None when they are unknown.

        `cached_tokens` are among the `prompt_tokens`.
        """
        if self.input_price is None or self.output_price is None:
            return None
        whole = (self.input_price * prompt_tokens + self.output_price * completion_tokens) / 1_000_000
        return whole - (self.saved(cached_tokens) or 0)

    def saved(self, cached_tokens: int) -> Decimal | None:
        """Return what it saved in USD that `cached_tokens` had been kept, or None when that is unknown."""
        if self.input_price is None or (self.cached_price is None and not self.caches_prompts):
            return None
        kept = self.input_price * CACHED_SHARE if self.cached_price is None else self.cached_price
        return (self.input_price - kept) * cached_tokens / 1_000_000
