"""What one person may use and how much, of all that is said of them.

What is said of themselves counts first, then the most generous of what is said of their groups, then what is
said of everybody. Where nobody says anything there is no limit, and everything may be used. The pots of their
groups bind them besides, each of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal, get_args

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Period, Policy, Spending
from conversations.models.spending import to_units

from .errors import Refusal, TooMany
from .spending import Unit

REQUESTS_PER_MINUTE = 30
Ability = Literal["attachments", "sharing", "temporary", "importing"]
BUDGETS = ("tokens_per_day", "tokens_per_month", "usd_per_day", "usd_per_month")
ABILITIES: tuple[Ability, ...] = get_args(Ability)


@dataclass(frozen=True, slots=True)
class Pot:
    """The group whose people use a budget together."""

    group_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Budget:
    """So many tokens, or so much money in units of the database, in a period: of one's own, or of a `pot`."""

    period: Period
    unit: Unit
    limit: int
    pot: Pot | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one person may use; `budgets` is empty when they may use as much as they like.

    `are_counted` is false until there is a row for each of them.
    """

    budgets: tuple[Budget, ...] = ()
    are_counted: bool = True
    requests_per_minute: int = REQUESTS_PER_MINUTE
    attachments: bool = True
    sharing: bool = True
    temporary: bool = True
    importing: bool = True

    @property
    def pots(self) -> list[Pot]:
        return list(dict.fromkeys(budget.pot for budget in self.budgets if budget.pot is not None))


UNLIMITED = Limits()


def limits_of(person: User) -> Limits:
    """Return what `person` may use, in one query."""
    own = Exists(Spending.objects.filter(person=person))
    pot = Exists(Spending.objects.filter(group=OuterRef("group")))
    said = Policy.objects.about(person).select_related("group").annotate(own_counted=own, pot_counted=pot)
    return combine(said)


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

    own = budgets_in({name: most(name) for name in BUDGETS})
    return Limits(
        budgets=(*own, *chain.from_iterable(pot_of(policy) for policy in circles[1])),
        are_counted=all(is_counted(policy) for policy in said),
        requests_per_minute=most("requests_per_minute") or REQUESTS_PER_MINUTE,
        **{ability: most(ability) is not False for ability in ABILITIES},
    )


def budgets_in(said: Mapping[str, Any], pot: Pot | None = None) -> Iterator[Budget]:
    for period in Period:
        if (tokens := said[f"tokens_per_{period}"]) is not None:
            yield Budget(period, "tokens", tokens, pot)
    for period in Period:
        if (usd := said[f"usd_per_{period}"]) is not None:
            yield Budget(period, "cost", to_units(usd), pot)


def pot_of(policy: Policy) -> Iterator[Budget]:
    """Yield the budgets that the people of the policy's group use together."""
    if policy.group is not None:
        said = {name: getattr(policy, f"pot_{name}") for name in BUDGETS}
        yield from budgets_in(said, Pot(policy.group.pk, policy.group.name))


def is_counted(policy: Policy) -> bool:
    facts = vars(policy)
    return facts.get("own_counted", True) and (facts.get("pot_counted", True) or not policy.has_pot)


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
