"""What was used: sums of the rows of usage, and of a person's conversations."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import User
from conversations.models import ChatModel, Conversation, Usage
from conversations.models.spending import to_units, to_usd

from .spending import site_day
from .tally import COUNTS, NOTHING, Tally

CONVERSATIONS_AT_MOST = 20
LINES_AT_MOST = 100
ROWS_AT_ONCE = 1_000
COLUMNS = ("day", "person", "model", "calls", "tokens read", "of them cached", "tokens written", "US dollars")
# What a spreadsheet would take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table: what it is about, and what that came to; `key` is what an address calls it."""

    label: str
    tally: Tally
    key: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days, the last of which is today in the site's time zone."""

    days: int
    last: date = field(default_factory=site_day)

    @property
    def first(self) -> date:
        return self.last - timedelta(days=self.days - 1)

    @property
    def since(self) -> datetime:
        """The moment at which it begins."""
        return timezone.make_aware(datetime.combine(self.first, time.min), timezone.get_default_timezone())

    def rows(self) -> QuerySet[Usage]:
        """Return the rows of these days, of everybody."""
        return Usage.objects.filter(day__range=(self.first, self.last))


def sums() -> dict[str, Any]:
    return {f"sum_{name}": Sum(name, default=0) for name in COUNTS}


def tally_of(row: Mapping[str, Any]) -> Tally:
    return Tally(**{name: row[f"sum_{name}"] for name in COUNTS})


def models_met() -> QuerySet[ChatModel]:
    """Return the models that people may choose, or did once."""
    chosen = Exists(Conversation.objects.filter(model=OuterRef("pk")))
    return ChatModel.objects.filter(Q(is_offered=True) | chosen)


def by_day(rows: QuerySet[Usage], stretch: Stretch) -> list[Line]:
    """Return a line for each day of `stretch`, oldest first, also for those on which nothing was used."""
    found = {row["day"]: tally_of(row) for row in rows.values("day").annotate(**sums()).order_by("day")}
    days = (stretch.first + timedelta(days=number) for number in range(stretch.days))
    return [Line("", found.get(day, NOTHING), day=day) for day in days]


def by_model(rows: QuerySet[Usage]) -> list[Line]:
    """Return a line for each model, the most used first."""
    found = largest_first(rows.values("model").annotate(**sums()))
    labels = {
        model.name: str(model) for model in ChatModel.objects.filter(name__in=[row["model"] for row in found])
    }
    return [Line(labels.get(row["model"], row["model"]), tally_of(row), row["model"]) for row in found]


def by_person(rows: QuerySet[Usage]) -> list[Line]:
    """Return a line for each of the people who used most; who is not there any more has no name."""
    found = largest_first(rows.values("person").annotate(**sums()))
    people = User.objects.in_bulk([row["person"] for row in found if row["person"]])
    names = {pk: person.username for pk, person in people.items()}
    return [Line(names.get(row["person"], ""), tally_of(row), names.get(row["person"], "")) for row in found]


def by_group(rows: QuerySet[Usage]) -> list[Line]:
    """Return a line for each group, and one without a name; who is in several counts in each."""
    found = largest_first(rows.values("person__groups").annotate(**sums()))
    names = dict(Group.objects.values_list("pk", "name"))
    return [
        Line(names.get(row["person__groups"], ""), tally_of(row), str(row["person__groups"] or ""))
        for row in found
    ]


def largest_first(rows: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - each of other columns
    size = F("sum_prompt_tokens") + F("sum_completion_tokens")
    return list(rows.order_by(size.desc())[:LINES_AT_MOST])


def by_conversation(person: User, stretch: Stretch) -> list[Line]:
    """Return a line for each conversation of `person` that used most, as far as models told counts."""
    told = Q(generations__usage_trusted=True)
    rows = (
        Conversation.objects.visible_to(person)
        .lasting()
        # Whatever ends in a conversation moves its time: so an index finds the few that matter.
        .filter(updated_at__gte=stretch.since, generations__finished_at__gte=stretch.since)
        .values("public_id", "title")
        .annotate(
            calls=Count("generations"),
            read=Sum("generations__prompt_tokens", filter=told, default=0),
            written=Sum("generations__completion_tokens", filter=told, default=0),
            cached=Sum("generations__cached_tokens", filter=told, default=0),
            usd=Sum("generations__cost_usd", default=Decimal(0)),
        )
        .order_by((F("read") + F("written")).desc())
    )
    return [
        Line(
            row["title"],
            Tally(row["calls"], row["read"], row["written"], row["cached"], to_units(row["usd"])),
            str(row["public_id"]),
        )
        for row in rows[:CONVERSATIONS_AT_MOST]
    ]


def as_csv(rows: QuerySet[Usage]) -> Iterator[bytes]:
    """Yield `rows` as CSV, some hundred at a time: it holds no query open in between."""
    yield lines_of([COLUMNS])
    last: tuple[date, int] | None = None
    while True:
        page = rows.select_related("person").order_by("day", "pk")
        if last is not None:
            # The first condition finds the place in the index; without it each page reads all before it.
            page = page.filter(Q(day__gt=last[0]) | Q(pk__gt=last[1]), day__gte=last[0])
        found = list(page[:ROWS_AT_ONCE])
        if not found:
            return
        yield lines_of([cells_of(row) for row in found])
        last = (found[-1].day, found[-1].pk)


def cells_of(row: Usage) -> Sequence[object]:
    return (
        row.day.isoformat(),
        harmless(row.person.username if row.person else ""),
        harmless(row.model),
        row.calls,
        row.prompt_tokens,
        row.cached_tokens,
        row.completion_tokens,
        f"{to_usd(row.cost):f}",
    )


def harmless(cell: str) -> str:
    """Return `cell` so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def lines_of(rows: Sequence[Sequence[object]]) -> bytes:
    out = StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
