"""How far reviewers agree, by Krippendorff's alpha over what they said independently of each other.

1 is full agreement, 0 what chance would give, below 0 less than that. Only conversations of which at least
two people gave a verdict count; a verdict that settles was given in sight of the others and does not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from math import isfinite
from types import ModuleType
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from conversations.models import Conversation
from review.models import Label, Placement, Score, Sticker, Verdict

MOST_UNITS = 10_000
ORDINAL, NOMINAL = "ordinal", "nominal"

Units = Mapping[int, Mapping[int, int]]  # what each rater said of each conversation, by their keys


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far it was agreed on one label or score."""

    name: str
    level: str
    units: int
    raters: int
    pairs: int
    same: int
    alpha: float | None

    @property
    def percent(self) -> int | None:
        """Of so many pairs of a hundred both said the same, whatever chance would give."""
        return round(100 * self.same / self.pairs) if self.pairs else None

    @property
    def reading(self) -> str:
        """What the alpha allows to say, by Krippendorff's own rule of thumb; empty where there is none."""
        if self.alpha is None:
            return _("Everybody always said the same: chance cannot be told from it.") if self.pairs else ""
        if self.alpha >= 0.8:
            return _("reliable")
        if self.alpha >= 0.667:
            return _("for tentative conclusions")
        return _("not reliable")


@dataclass(frozen=True, slots=True)
class Agreements:
    """One for each label and score that two people judged by; `is_cut` if only the newest were looked at."""

    rows: list[Agreement]
    units: int
    raters: int
    is_cut: bool
    has_alpha: bool


def agreements(scope: QuerySet[Conversation]) -> Agreements:
    """Return how far reviewers agree about what is in `scope`, in a constant number of queries."""
    verdicts = Verdict.objects.filter(conversation__in=scope.order_by().values("pk"), settles=False).given()
    by_two = verdicts.order_by().values("conversation").annotate(given=Count("pk")).filter(given__gte=2)
    units = list(by_two.order_by("-conversation").values_list("conversation", flat=True)[: MOST_UNITS + 1])
    looked_at = set(units[:MOST_UNITS])
    given = {
        pk: (conversation, reviewer)
        for pk, conversation, reviewer in verdicts.filter(conversation__in=by_two.values("conversation"))
        .order_by()
        .values_list("pk", "conversation", "reviewer")
        if conversation in looked_at
    }
    rows = [*of_scores(given, by_two), *of_labels(given, by_two)]
    return Agreements(
        rows=rows,
        units=len(looked_at),
        raters=len({reviewer for _unit, reviewer in given.values()}),
        is_cut=len(units) > MOST_UNITS,
        has_alpha=library() is not None,
    )


def of_scores(given: Mapping[int, tuple[int, int]], by_two: QuerySet[Any, Any]) -> Iterator[Agreement]:
    said: dict[int, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    placements = Placement.objects.filter(verdict__conversation__in=by_two.values("conversation"))
    for verdict, asked, step in placements.order_by().values_list("verdict", "score", "step"):
        if verdict in given:
            unit, rater = given[verdict]
            said[asked][unit][rater] = step
    for score in Score.objects.prefetch_related("steps"):
        domain = [step.pk for step in score.steps.all()]
        level = ORDINAL if score.has_order else NOMINAL
        yield agreement(score.name, said[score.pk], domain, level)


def of_labels(given: Mapping[int, tuple[int, int]], by_two: QuerySet[Any, Any]) -> Iterator[Agreement]:
    """Yield one for each label: who gave a verdict without it said that it does not fit."""
    has: dict[int, set[int]] = defaultdict(set)
    stickers = Sticker.objects.filter(verdict__conversation__in=by_two.values("conversation"))
    for label, verdict in stickers.order_by().values_list("label", "verdict"):
        has[label].add(verdict)
    for one in Label.objects.all():
        said: dict[int, dict[int, int]] = defaultdict(dict)
        for verdict, (unit, rater) in given.items():
            said[unit][rater] = int(verdict in has[one.pk])
        yield agreement(one.name, said if has[one.pk] else {}, [0, 1], NOMINAL)


def agreement(name: str, said: Units, domain: Sequence[int], level: str) -> Agreement:
    """Return how far it was agreed in `said`; what only one person judged does not count."""
    pairable = {unit: raters for unit, raters in said.items() if len(raters) > 1}
    counts = [Counter(raters.values()) for raters in pairable.values()]
    return Agreement(
        name=name,
        level=level,
        units=len(pairable),
        raters=len({rater for raters in pairable.values() for rater in raters}),
        pairs=sum(pairs(sum(count.values())) for count in counts),
        same=sum(pairs(times) for count in counts for times in count.values()),
        alpha=alpha(counts, domain, level),
    )


def pairs(count: int) -> int:
    return count * (count - 1) // 2


def alpha(counts: Sequence[Counter[int]], domain: Sequence[int], level: str) -> float | None:
    """Return Krippendorff's alpha; None without variation, or without the library."""
    krippendorff = library()
    values = {value for count in counts for value in count}
    if krippendorff is None or len(values) < 2 or len(domain) < 2:
        return None
    # Positions instead of keys: a value's place in its order is all that counts.
    table = [[count[value] for value in domain] for count in counts]
    found = krippendorff.alpha(
        value_counts=import_module("numpy").array(table),
        value_domain=list(range(len(domain))),
        level_of_measurement=level,
    )
    return float(found) if isfinite(found) else None


def library() -> ModuleType | None:
    """Return the library that knows alpha, loaded when it is first asked for; None if it is not installed."""
    try:
        return import_module("krippendorff")
    except ImportError:
        return None
