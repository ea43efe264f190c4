"""What calls came to: counted when one ends, added up when somebody asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from conversations.models.spending import to_usd

COUNTS = ("calls", "prompt_tokens", "completion_tokens", "cached_tokens", "cost")


@dataclass(frozen=True, slots=True)
class Tally:
    """What some calls came to; `cost` in the units of the database."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cost: int = 0

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    @property
    def usd(self) -> Decimal:
        return to_usd(self.cost)

    @property
    def is_nothing(self) -> bool:
        return not (self.tokens or self.cost)

    def without(self, others: "Iterable[Tally]") -> "Tally":
        """Return what is left of this one beside `others`, nowhere less than nothing."""
        beside = total(others)
        return Tally(**{name: max(0, getattr(self, name) - getattr(beside, name)) for name in COUNTS})


NOTHING = Tally()


def total(tallies: Iterable[Tally]) -> Tally:
    """Return what all of `tallies` came to."""
    found = list(tallies)
    return Tally(**{name: sum(getattr(tally, name) for tally in found) for name in COUNTS})
