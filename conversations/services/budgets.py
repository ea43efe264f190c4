"""Budgets: set aside before a call, counted after it, and what is left.

All that a budget is decided by stands in one row of the person, and is decided by the one statement that
changes it. A question is let through while something is left, so what a person ends with is over a budget by
one answer at most, however many were sent at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Generation, Period, Reservation, Spending
from conversations.models.spending import to_usd

from .errors import TooMany
from .limits import Budget, Limits, Unit

UNITS: tuple[Unit, ...] = ("tokens", "cost")
WARN_FROM_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a call may come to at most, as far as one can tell before it."""

    model: str
    prompt_tokens: int
    answer_tokens: int
    cost: int

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.answer_tokens


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
    def percent(self) -> int:
        """How much of it is used, 0 to 100; a hundred only when nothing is left."""
        if self.is_over:
            return 100
        return min(99, 100 * self.used // self.limit)

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
        if self.budget.period == Period.DAY:
            return _("%(left)s of %(limit)s left today") % amounts
        return _("%(left)s of %(limit)s left this month") % amounts


def site_day() -> date:
    """Return today in the site's time zone, whatever that of the person who asks."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def amount(value: int, unit: Unit) -> str:
    """Return a number of tokens, or of units of money, as people read it."""
    if unit == "tokens":
        return _("%(count)s tokens") % {"count": number_format(value, force_grouping=True)}
    return f"${number_format(to_usd(value), 2, force_grouping=True)}"


def sentence_of(standing: Standing) -> str:
    """Return why nothing more can be asked now, and until when."""
    said = {
        "limit": amount(standing.limit, standing.budget.unit),
        "date": date_format(standing.renews, "LONG_DAY_FORMAT"),
    }
    if standing.is_over:
        if standing.budget.period == Period.DAY:
            return _("Your budget for today, %(limit)s, is used up. It renews on %(date)s.") % said
        return _("Your budget for this month, %(limit)s, is used up. It renews on %(date)s.") % said
    return _(
        "What is left of your budget is set aside for answers that are being written. Wait for their end."
    )


def start_of(period: Period, today: date) -> date:
    return today if period == Period.DAY else today.replace(day=1)


def next_start(period: Period, today: date) -> date:
    if period == Period.DAY:
        return today + timedelta(days=1)
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def is_current(period: Period, today: date) -> Q:
    """Whether a row counts the period of `today`; one that another host has begun already counts as well.

    Clocks differ by seconds: a host that is behind must not take the new day back.
    """
    return Q(**{f"{period}__range": (start_of(period, today), next_start(period, today))})


def of_period(period: Period, today: date, value: Any) -> Case:  # noqa: ANN401 - an expression or a number
    """Return `value` where the row counts the period of `today`, else nothing."""
    return Case(When(is_current(period, today), then=value), default=Value(0))


def turned_to(today: date) -> dict[str, Any]:
    """Return the changes that begin a new day or month in a row that is of an earlier one."""
    changes: dict[str, Any] = {}
    for period in Period:
        start = start_of(period, today)
        changes[period.value] = Case(
            When(is_current(period, today), then=F(period.value)), default=Value(start)
        )
        for name in (f"{period}_{kind}{unit}" for kind in ("", "extra_") for unit in UNITS):
            changes[name] = of_period(period, today, F(name))
    return changes


def add_to(person_id: int, today: date, **amounts: int) -> None:
    """Add `amounts` to the row of a person, which is made where there is none, in one statement."""
    changes = turned_to(today)
    for name, value in amounts.items():
        changes[name] = changes.get(name, F(name)) + Value(value)
    rows = Spending.objects.filter(person_id=person_id)
    if not rows.update(**changes):
        make_row(person_id, today)
        rows.update(**changes)


def make_row(person_id: int, today: date) -> None:
    row = Spending(person_id=person_id, day=today, month=start_of(Period.MONTH, today))
    Spending.objects.bulk_create([row], ignore_conflicts=True)


def reserve(person: User, generation: Generation, estimate: Estimate, limits: Limits) -> None:
    """Set `estimate` aside for `generation`; raise TooMany when a budget of `person` has nothing left.

    The budgets are checked by the statement that sets it aside, so that many at once cannot all see the same
    rest.
    """
    today = site_day()
    changes = turned_to(today) | {
        "reserved_tokens": F("reserved_tokens") + Value(estimate.tokens),
        "reserved_cost": F("reserved_cost") + Value(estimate.cost),
    }
    rows = with_something_left(Spending.objects.filter(person=person), limits.budgets, today)
    if not rows.update(**changes):
        make_row(person.pk, today)  # the first time there is none
        if not rows.update(**changes):
            row = Spending.objects.get(person=person)
            raise TooMany(
                sentence_of(tightest([standing_of(row, budget, today) for budget in limits.budgets]))
            )
    Reservation.objects.create(
        generation=generation,
        person=person,
        model=estimate.model,
        prompt_tokens=estimate.prompt_tokens,
        tokens=estimate.tokens,
        cost=estimate.cost,
    )


def with_something_left(rows: Any, budgets: Sequence[Budget], today: date) -> Any:  # noqa: ANN401
    """Return those of `rows` in which each of `budgets` has something left beside what is set aside."""
    for number, budget in enumerate(budgets):
        period, unit = budget.period, budget.unit
        spent = of_period(period, today, F(f"{period}_{unit}") - F(f"{period}_extra_{unit}"))
        name = f"spent_{number}"
        rows = rows.alias(**{name: spent + F(f"reserved_{unit}")}).filter(**{f"{name}__lt": budget.limit})
    return rows


def stand(person: User, limits: Limits) -> list[Standing]:
    """Return how `person` stands with each of their budgets: no query without one, one at most with some."""
    if not limits.budgets:
        return []
    today = site_day()
    row: Spending | None = getattr(person, "spending", None)
    return [standing_of(row, budget, today) for budget in limits.budgets]


def shown(person: User, limits: Limits) -> Standing | None:
    """Return the budget of `person` that is nearest to its end, or None without one."""
    standings = stand(person, limits)
    return tightest(standings) if standings else None


def standing_of(row: Spending | None, budget: Budget, today: date) -> Standing:
    renews = next_start(budget.period, today)
    if row is None:
        return Standing(budget, budget.limit, 0, 0, renews)
    is_now = start_of(budget.period, today) <= getattr(row, budget.period.value) <= renews
    used = getattr(row, f"{budget.period}_{budget.unit}") if is_now else 0
    extra = getattr(row, f"{budget.period}_extra_{budget.unit}") if is_now else 0
    return Standing(budget, budget.limit + extra, used, getattr(row, f"reserved_{budget.unit}"), renews)


def tightest(standings: Sequence[Standing]) -> Standing:
    """Return the one that blocks first; of several that do, the one that blocks longest."""
    return max(standings, key=lambda it: (it.is_over, it.renews if it.is_over else date.min, it.percent))
