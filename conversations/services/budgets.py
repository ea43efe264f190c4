"""Budgets: set aside before a call, counted after it, and what is left.

All that a budget is decided by stands in one row of the person and one of each group of theirs that has a
pot, and is decided by the one statement that changes them. A question is let through while something is left,
so what a budget ends with is over it by one answer at most, however many were sent at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import F, Q, QuerySet, Value
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Generation, Period, Policy, Reservation, Spending
from conversations.models.spending import to_usd

from .errors import Refusal, TooMany
from .limits import Budget, Limits, pot_of
from .spending import (
    Unit,
    make_row,
    next_start,
    of_period,
    open_pot,
    rows_of,
    site_day,
    start_of,
    turned_to,
)

WARN_FROM_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a call may come to at most, as far as one can tell before it.

    `cost` is None where nobody knows a price; with `is_secret` the model's answers do not tell one either.
    """

    model: str
    prompt_tokens: int
    answer_tokens: int
    cost: int | None
    is_secret: bool = False

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.answer_tokens

    @property
    def is_unpriced(self) -> bool:
        return self.cost is None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands with one budget: `limit` with what was granted on top, `renews` its next day."""

    budget: Budget
    limit: int
    used: int
    reserved: int
    renews: date

    @property
    def is_over(self) -> bool:
        return self.used >= self.limit

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def used_words(self) -> str:
        return amount(self.used, self.budget.unit)

    @property
    def percent(self) -> int:
        """How much of it is used, 0 to 100; a hundred only when nothing is left."""
        if self.is_over:
            return 100
        return min(99, 100 * self.used // self.limit)

    @property
    def pressure(self) -> float:
        """How much of it is used or set aside, in times of all of it."""
        return (self.used + self.reserved) / max(self.limit, 1)

    @property
    def is_low(self) -> bool:
        return self.percent >= WARN_FROM_PERCENT

    @property
    def words(self) -> str:
        """What is left, or when it renews, in a sentence."""
        if self.is_over:
            return sentence_of(self)
        unit = self.budget.unit
        left = number_format(self.left, force_grouping=True) if unit == "tokens" else amount(self.left, unit)
        amounts = {"left": left, "limit": amount(self.limit, unit)}
        if self.budget.pot is not None:
            amounts["group"] = self.budget.pot.name
            if self.budget.period == Period.DAY:
                return _("%(left)s of %(limit)s left today for all of “%(group)s”") % amounts
            return _("%(left)s of %(limit)s left this month for all of “%(group)s”") % amounts
        if self.budget.period == Period.DAY:
            return _("%(left)s of %(limit)s left today") % amounts
        return _("%(left)s of %(limit)s left this month") % amounts


def amount(value: int, unit: Unit) -> str:
    """Return a number of tokens, or of units of money, as people read it."""
    if unit == "tokens":
        return _("%(count)s tokens") % {"count": number_format(value, force_grouping=True)}
    return f"${number_format(to_usd(value), 2, force_grouping=True)}"


def words_of(budget: Budget) -> str:
    """Return how much `budget` is, as in "500 tokens a day"."""
    said = {"limit": amount(budget.limit, budget.unit)}
    return (_("%(limit)s a day") if budget.period == Period.DAY else _("%(limit)s a month")) % said


def sentence_of(standing: Standing) -> str:
    """Return why nothing more can be asked now, and until when."""
    said = {
        "limit": amount(standing.limit, standing.budget.unit),
        "date": date_format(standing.renews, "LONG_DAY_FORMAT"),
    }
    if standing.budget.pot is not None:
        return sentence_of_pot(standing, said | {"group": standing.budget.pot.name})
    if standing.is_over:
        if standing.budget.period == Period.DAY:
            return _("Your budget for today, %(limit)s, is used up. It renews on %(date)s.") % said
        return _("Your budget for this month, %(limit)s, is used up. It renews on %(date)s.") % said
    return _(
        "What is left of your budget is set aside for answers that are being written. Wait for their end."
    )


def sentence_of_pot(standing: Standing, said: dict[str, str]) -> str:
    if not standing.is_over:
        return (
            _(
                "What is left of the budget of “%(group)s” is set aside for answers that are being written. "
                "Wait for their end."
            )
            % said
        )
    if standing.budget.period == Period.DAY:
        return _("The budget of “%(group)s” for today, %(limit)s, is used up. It renews on %(date)s.") % said
    return _("The budget of “%(group)s” for this month, %(limit)s, is used up. It renews on %(date)s.") % said


def reserve(person: User, generation: Generation, estimate: Estimate, limits: Limits) -> None:
    """Set `estimate` aside for `generation`, in the row of `person` and in the pots of their groups.

    Raises TooMany when a budget has nothing left, Refusal when nobody can tell what the model costs; leave
    the transaction by it, which takes back what was set aside in other rows. The budgets are checked by the
    statement that sets it aside, so that many at once cannot all see the same rest.
    """
    refuse_uncounted(estimate, limits)
    today = site_day()
    groups = sorted(pot.group_id for pot in limits.pots)
    if not limits.are_counted:
        make_row(person.pk, today)
        for group in groups:
            open_pot(group, today)
    rows = rows_of(person.pk, Q(group__in=groups) if groups else None)
    changes = turned_to(today) | {
        "reserved_tokens": F("reserved_tokens") + Value(estimate.tokens),
        "reserved_cost": F("reserved_cost") + Value(estimate.cost or 0),
        "reserved_unpriced": F("reserved_unpriced") + Value(int(estimate.is_unpriced)),
    }
    if with_something_left(rows, limits.budgets, today).update(**changes) < 1 + len(groups):
        standings = standings_of(Spending.objects.filter(of_all(person.pk, groups)), limits.budgets, today)
        raise TooMany(sentence_of(blocking(standings)))
    Reservation.objects.create(
        generation=generation,
        person=person,
        model=estimate.model,
        prompt_tokens=estimate.prompt_tokens,
        tokens=estimate.tokens,
        cost=estimate.cost or 0,
        is_unpriced=estimate.is_unpriced,
        groups=groups,
    )


def refuse_uncounted(estimate: Estimate, limits: Limits) -> None:
    """Raise Refusal where money is limited and nobody tells what a call costs, not even its answer."""
    if estimate.is_unpriced and estimate.is_secret and any(it.unit == "cost" for it in limits.budgets):
        sentence = _(
            "Nobody knows what %(model)s costs, and your budget is in money. Choose another model, or ask "
            "your administrator to enter its price."
        )
        raise Refusal(sentence % {"model": estimate.model})


def with_something_left(
    rows: QuerySet[Spending], budgets: Sequence[Budget], today: date
) -> QuerySet[Spending]:
    """Return those of `rows` in which each of `budgets` has something left beside what is set aside.

    While an answer of unknown price is made, nothing is left of a budget in money: it may use up all of it.
    """
    fits: dict[int | None, Q] = {None: Q(group=None)}
    for number, budget in enumerate(budgets):
        period, unit = budget.period, budget.unit
        spent = of_period(period, today, F(f"{period}_{unit}") - F(f"{period}_extra_{unit}"))
        name = f"spent_{number}"
        rows = rows.alias(**{name: spent + F(f"reserved_{unit}")})
        group = budget.pot.group_id if budget.pot else None
        fits[group] = fits.get(group, Q(group=group)) & Q(**{f"{name}__lt": budget.limit})
        if unit == "cost":
            fits[group] &= Q(reserved_unpriced=0)
    return rows.filter(reduce(or_, fits.values()))


def stand(person: User, limits: Limits) -> list[Standing]:
    """Return how `person` stands with each of their budgets: no query without one, one at most with some."""
    if not limits.budgets:
        return []
    today = site_day()
    if not limits.pots:
        own: Spending | None = getattr(person, "spending", None)
        return standings_of([own] if own else [], limits.budgets, today)
    rows = Spending.objects.filter(of_all(person.pk, [pot.group_id for pot in limits.pots]))
    return standings_of(rows, limits.budgets, today)


def of_all(person_id: int, groups: Sequence[int]) -> Q:
    return Q(person=person_id) | Q(group__in=groups)


def pots(*, group_id: int | None = None) -> list[Standing]:
    """Return how the groups that have a pot, or one of them, stand with it, in two queries."""
    said = Policy.objects.filter(group__isnull=False).select_related("group").order_by("group__name")
    found = said.filter(group=group_id) if group_id else said
    budgets = [budget for policy in found for budget in pot_of(policy)]
    rows = Spending.objects.filter(group__in={budget.pot.group_id for budget in budgets if budget.pot})
    return standings_of(rows, budgets, site_day()) if budgets else []


def shown(person: User, limits: Limits) -> Standing | None:
    """Return the budget of `person` that is nearest to its end, or None without one."""
    standings = stand(person, limits)
    return tightest(standings) if standings else None


def standings_of(rows: Iterable[Spending], budgets: Sequence[Budget], today: date) -> list[Standing]:
    by_group = {row.group_id: row for row in rows}
    return [
        standing_of(by_group.get(budget.pot.group_id if budget.pot else None), budget, today)
        for budget in budgets
    ]


def standing_of(row: Spending | None, budget: Budget, today: date) -> Standing:
    renews = next_start(budget.period, today)
    if row is None:
        return Standing(budget, budget.limit, 0, 0, renews)
    is_now = start_of(budget.period, today) <= getattr(row, budget.period.value) <= renews
    used = getattr(row, f"{budget.period}_{budget.unit}") if is_now else 0
    extra = getattr(row, f"{budget.period}_extra_{budget.unit}") if is_now else 0
    return Standing(budget, budget.limit + extra, used, getattr(row, f"reserved_{budget.unit}"), renews)


def blocking(standings: Sequence[Standing]) -> Standing:
    """Return the one that did not let a question pass: what is over, else what has most set aside."""
    over = [it for it in standings if it.is_over]
    return tightest(over) if over else max(standings, key=lambda it: it.pressure)


def tightest(standings: Sequence[Standing]) -> Standing:
    """Return the one that blocks first; of several that do, the one that blocks longest."""
    return max(standings, key=lambda it: (it.is_over, it.renews if it.is_over else date.min, it.percent))
