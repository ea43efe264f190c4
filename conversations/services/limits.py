"""What one person may use and how much, of all that is said of them.

What is said of themselves counts first, then the most generous of what is said of their groups, then what is
said of everybody. Where nobody says anything there is no limit, and everything may be used.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Period, Policy
from conversations.models.spending import to_units

from .errors import Refusal, TooMany

REQUESTS_PER_MINUTE = 30
Unit = Literal["tokens", "cost"]
Ability = Literal["attachments", "sharing", "temporary", "importing"]
ABILITIES: tuple[Ability, ...] = get_args(Ability)


@dataclass(frozen=True, slots=True)
class Budget:
    """So many tokens, or so much money in units of the database, in a period."""

    period: Period
    unit: Unit
    limit: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What one person may use; `budgets` is empty when they may use as much as they like."""

    budgets: tuple[Budget, ...] = ()
    requests_per_minute: int = REQUESTS_PER_MINUTE
    attachments: bool = True
    sharing: bool = True
    temporary: bool = True
    importing: bool = True


UNLIMITED = Limits()


def limits_of(person: User) -> Limits:
    """Return what `person` may use, in one query."""
    return combine(Policy.objects.about(person))


def combine(policies: Iterable[Policy]) -> Limits:
    """Return what follows from `policies`, which are all about one person."""
    said = list(policies)
    circles = (
        [policy for policy in said if policy.person_id is not None],
        [policy for policy in said if policy.group_id is not None],
        [policy for policy in said if policy.person_id is None and policy.group_id is None],
    )

    def most(name: str) -> Any:  # noqa: ANN401 - a number, or yes or no
        """The most generous of the nearest circle that says something, or None."""
        for circle in circles:
            values = [value for policy in circle if (value := getattr(policy, name)) is not None]
            if values:
                return max(values)
        return None

    tokens = [(period, most(f"tokens_per_{period}")) for period in Period]
    money = [(period, most(f"usd_per_{period}")) for period in Period]
    return Limits(
        budgets=(
            *(Budget(period, "tokens", limit) for period, limit in tokens if limit is not None),
            *(Budget(period, "cost", to_units(usd)) for period, usd in money if usd is not None),
        ),
        requests_per_minute=most("requests_per_minute") or REQUESTS_PER_MINUTE,
        **{ability: most(ability) is not False for ability in ABILITIES},
    )


def refuse_without(limits: Limits, ability: Ability) -> None:
    """Raise Refusal unless `limits` allow what `ability` names."""
    if not getattr(limits, ability):
        sentences: dict[Ability, str] = {
            "attachments": _("You cannot attach files here. Your administrator decides about that."),
            "sharing": _("You cannot share conversations here. Your administrator decides about that."),
            "temporary": _("Your conversations cannot be temporary. Your administrator decides about that."),
            "importing": _("You cannot import conversations here. Your administrator decides about that."),
        }
        raise Refusal(sentences[ability])


def refuse_beyond(limits: Limits, lately: int) -> None:
    """Raise TooMany when `lately`, the questions of the last minute, are as many as `limits` allow."""
    if lately >= limits.requests_per_minute:
        sentence = _("That was %(most)d messages in a minute. Please wait a moment.")
        raise TooMany(sentence % {"most": limits.requests_per_minute}, retry_after_s=60)
