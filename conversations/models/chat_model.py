"""The models that can be asked, and what is known about each."""

import re
from decimal import Decimal

from django.db import models

# What a character weighs before any answer has told: English prose is near 4, code and other scripts less.
UNMEASURED_CHARACTERS_PER_TOKEN = 3.5
# What a token costs that the provider has kept, of the price of one that it reads (Anthropic).
CACHED_SHARE = Decimal("0.1")


def readable_name(name: str) -> str:
    """Return a name to read: `anthropic/claude-sonnet-4-20250514` is Claude Sonnet 4."""
    name = name.rsplit("/", 1)[-1]
    if not name.startswith("claude-"):
        return name
    return re.sub(r"-(\d{8}|latest)\Z", "", name).replace("-", " ").title()


class Dialect(models.TextChoices):
    OPENAI = "openai", "OpenAI's: the system prompt is a message"
    ANTHROPIC = "anthropic", "Anthropic's: the system prompt stands apart"
    BOTH = "both", "either; no temperature"


class ChatModel(models.Model):
    """A model behind the API: how to speak to it, how much fits, and what it costs."""

    name = models.CharField(max_length=200, unique=True, help_text="As the API calls it.")
    label = models.CharField(max_length=200, blank=True, help_text="What people read.")
    dialect = models.CharField(max_length=20, choices=Dialect.choices, default=Dialect.OPENAI)
    context_window = models.PositiveIntegerField(default=200_000, help_text="Tokens, question and answer.")
    output_limit = models.PositiveIntegerField(default=4_096, help_text="Tokens of one answer.")
    input_price = models.DecimalField(
        max_digits=12, decimal_places=6, null=True, blank=True, help_text="USD for a million tokens read."
    )
    output_price = models.DecimalField(
        max_digits=12, decimal_places=6, null=True, blank=True, help_text="USD for a million tokens written."
    )
    caches_prompts = models.BooleanField(
        default=False, db_default=False, help_text="What is sent again is read at a tenth of the price."
    )
    characters_per_token = models.FloatField(
        default=UNMEASURED_CHARACTERS_PER_TOKEN, help_text="Learned from what the API counts."
    )

    class Meta:
        ordering = ["name"]
        verbose_name = "model"

    def __str__(self) -> str:
        return self.label or self.name

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
        if self.input_price is None or not self.caches_prompts:
            return None
        return self.input_price * cached_tokens * (1 - CACHED_SHARE) / 1_000_000
