"""The rows that budgets are decided by: one of a person, one of a group that has a pot.

Whatever changes several of them at once locks them in the order of their keys, so that no two wait for each
other.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from django.db.models import Case, Exists, F, Q, QuerySet, Sum, Value, When
from django.utils import timezone

from accounts.models import User
from conversations.models import Period, Spending, Usage

Unit = Literal["tokens", "cost"]
UNITS: tuple[Unit, ...] = ("tokens", "cost")


def site_day() -> date:
    """Return today in the site's time zone, whatever that of the person who asks."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


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


def rows_of(person_id: int, pots: Q | None = None) -> QuerySet[Spending]:
    """Return the row of a person and those that are `pots`, none of which comes without the person's.

    To be changed in one statement, which waits for them in the order of their keys.
    """
    own = Spending.objects.filter(person_id=person_id)
    if pots is None:
        return own
    both = Q(person_id=person_id) | (pots & Exists(own))
    locked = Spending.objects.select_for_update().filter(both).order_by("pk")
    return Spending.objects.filter(pk__in=locked.values("pk"))


def add_to(person_id: int, today: date, pots: Q | None = None, /, **amounts: int | Case) -> None:
    """Add `amounts` to the row of a person, made where there is none, and to those that are `pots`."""
    changes = turned_to(today)
    for name, value in amounts.items():
        changes[name] = changes.get(name, F(name)) + (Value(value) if isinstance(value, int) else value)
    rows = rows_of(person_id, pots)
    if not rows.update(**changes):
        make_row(person_id, today)
        rows.update(**changes)


def make_row(person_id: int, today: date) -> None:
    row = Spending(person_id=person_id, day=today, month=start_of(Period.MONTH, today))
    Spending.objects.bulk_create([row], ignore_conflicts=True)


def pots_of(person_id: int) -> Q:
    """Which rows are pots that the person uses: those of their groups."""
    return Q(group__in=User.groups.through.objects.filter(user=person_id).values("group"))


def open_pot(group_id: int, today: date) -> None:
    """Make the row of a group's pot, unless it is there: what its people have used already is out of it."""
    if Spending.objects.filter(group=group_id).exists():
        return
    month = start_of(Period.MONTH, today)
    used = Usage.objects.filter(person__groups=group_id, day__range=(month, today))
    tokens = F("prompt_tokens") + F("completion_tokens")
    of_today = Q(day=today)
    sums = used.aggregate(
        day_tokens=Sum(tokens, filter=of_today, default=0),
        day_cost=Sum("cost", filter=of_today, default=0),
        month_tokens=Sum(tokens, default=0),
        month_cost=Sum("cost", default=0),
    )
    row = Spending(group_id=group_id, day=today, month=month, **sums)
    Spending.objects.bulk_create([row], ignore_conflicts=True)
