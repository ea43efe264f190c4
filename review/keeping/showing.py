"""What the pages about keeping show: holds without a word of what they keep, and what the rules let go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from review.models import Held, Hold

from .pruning import Due, due_at
from .rules import Rule, all_rules, say, stays_for

PAGE = 50
AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class HoldsPage:
    rows: Sequence[Hold]
    older: int | None


@dataclass(frozen=True, slots=True)
class Coming:
    """A rule, what is over by it now and in seven days, and how much of that a hold keeps."""

    rule: Rule | None
    now: int = 0
    soon: int = 0
    kept: int = 0


def holds_page(*, standing: bool, before: int | None) -> HoldsPage:
    """Return holds that stand, or those that have ended, the newest first, in two queries."""
    rows = Hold.objects.standing() if standing else ended()
    if before is not None:
        rows = rows.filter(pk__lt=before)
    held = Held.objects.filter(hold=OuterRef("pk"))
    rows = rows.annotate(
        count=Count("held"), conversation_id=Subquery(held.values("conversation__public_id")[:1])
    )
    found = list(rows.select_related("person", "placed_by", "ended_by").order_by("-pk")[: PAGE + 1])
    return HoldsPage(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def ended() -> QuerySet[Hold]:
    return Hold.objects.exclude(pk__in=Hold.objects.standing().values("pk"))


def what_comes() -> list[Coming]:
    """Return each rule with what it lets go now and within seven days, as it looks at this moment."""
    now = timezone.now()
    later = {due.rule: due for due in due_at(now + AHEAD)}
    found = [coming_of(due, later[due.rule]) for due in due_at(now)]
    return found + [Coming(rule) for rule in all_rules() if rule.stays is None]


def coming_of(due: Due, later: Due) -> Coming:
    over, kept = due.free.count(), later.kept.count()
    return Coming(due.rule, over, later.free.count() - over if due.rule else 0, kept)


def kept_for(person: User) -> dict[str, str]:
    """Return how long each kind of what `person` writes is kept, as it is said to them."""
    return {str(sort): say(stays) for sort, stays in stays_for(person).items()}
