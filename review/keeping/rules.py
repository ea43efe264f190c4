"""How long what people write is kept: policies of groups, and what of the conversations is over by them.

A conversation is of one kind: in the trash, else temporary, else flagged, else ordinary. Of several groups
of its owner the policy that keeps longest counts: what is removed cannot be brought back, so being put into
one more group must never remove anything. Who is in no group with a policy has that of everybody, else the
site's: for ever, but for the trash and what is temporary. Flagged conversations of which no policy is said
are kept as ordinary ones are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from conversations.models import Conversation, Feedback, Thumb
from conversations.models.conversation import ConversationQuerySet
from conversations.services.terms import Terms
from review.models import Flag, RetentionPolicy, Sort, State, Verdict

# What makes a conversation a flagged one. Another part of the console adds its own.
FLAGGED: list[Callable[[], Q]] = [
    lambda: Q(pk__in=Feedback.objects.filter(thumb=Thumb.DOWN).values("message__conversation_id")),
    lambda: Q(pk__in=Flag.objects.values("conversation_id")),
    lambda: Q(pk__in=Verdict.objects.filter(state=State.ATTENTION).values("conversation_id")),
]


@dataclass(frozen=True, slots=True)
class Rule:
    """That conversations of a kind are kept for `stays`, for ever if that is None, of some people.

    `groups` are those whose policy it is; without any it is what holds for everybody else.
    """

    sort: Sort
    stays: timedelta | None
    groups: tuple[tuple[int, str], ...] = ()

    @property
    def key(self) -> str:
        """What a receipt keeps of it: no sentence in any language."""
        names = ", ".join(name for _key, name in self.groups)
        return f"{self.sort} {in_short(self.stays)} {f'[{names}]' if names else ''}".strip()[:300]

    @property
    def people(self) -> str:
        names = ", ".join(name for _key, name in self.groups)
        return names or _("everybody else")

    @property
    def said(self) -> str:
        return say(self.stays)


def in_short(stays: timedelta | None) -> str:
    if stays is None:
        return "ever"
    return f"{stays.days}d" if not stays.seconds else f"{stays // timedelta(hours=1)}h"


def say(stays: timedelta | None) -> str:
    """Return a time as people read it."""
    if stays is None:
        return _("for ever")
    if stays.seconds or not stays.days:
        hours = stays // timedelta(hours=1)
        return ngettext("%d hour", "%d hours", hours) % hours
    return ngettext("%d day", "%d days", stays.days) % stays.days


def site_stays(sort: Sort) -> timedelta | None:
    """Return how long a kind is kept where no policy says anything."""
    if sort == Sort.DELETED:
        return timedelta(days=settings.TRASH_DAYS)
    return timedelta(hours=settings.TEMPORARY_HOURS) if sort == Sort.TEMPORARY else None


def stays_of(policy: RetentionPolicy) -> timedelta | None:
    return None if policy.days is None else timedelta(days=policy.days)


def longest(all_stays: Iterable[timedelta | None]) -> timedelta | None:
    """Return the one that keeps longest; None is for ever."""
    found = list(all_stays)
    return None if None in found else max(one for one in found if one is not None)


def rules_of(policies: Sequence[RetentionPolicy], sort: Sort) -> list[Rule]:
    """Return what holds for conversations of `sort`, those that keep longest first, that of the rest last."""
    said = [policy for policy in policies if policy.sort == sort]
    by_stays: dict[timedelta | None, list[tuple[int, str]]] = {}
    for policy in said:
        if policy.group is not None:
            by_stays.setdefault(stays_of(policy), []).append((policy.group.pk, policy.group.name))
    in_order = sorted(by_stays, key=lambda stays: timedelta.max if stays is None else stays, reverse=True)
    rules = [
        Rule(sort, stays, tuple(sorted(by_stays[stays], key=lambda group: group[1]))) for stays in in_order
    ]
    return [*rules, Rule(sort, rest_of(policies, sort))]


def rest_of(policies: Sequence[RetentionPolicy], sort: Sort) -> timedelta | None:
    """Return how long a kind is kept of those of whose groups nothing is said."""
    for policy in policies:
        if policy.sort == sort and policy.group_id is None:
            return stays_of(policy)
    return site_stays(sort)


def all_policies() -> list[RetentionPolicy]:
    return list(RetentionPolicy.objects.select_related("group").order_by("pk"))


def all_rules() -> list[Rule]:
    """Return every rule of the site, by kind; flagged conversations have some only where a policy says so."""
    policies = all_policies()
    return [rule for sort in Sort if is_apart(policies, sort) for rule in rules_of(policies, sort)]


def is_apart(policies: Iterable[RetentionPolicy], sort: Sort) -> bool:
    return sort != Sort.FLAGGED or any(policy.sort == Sort.FLAGGED for policy in policies)


def over(rule: Rule, rules: Iterable[Rule], *, now: datetime) -> ConversationQuerySet:
    """Return what `rule`, one of `rules`, lets go at `now`; holds are not asked."""
    if rule.stays is None:
        return Conversation.objects.none()
    rows = Conversation.objects.filter(of_people(rule, rules), of_sort(rule.sort, rules), withdrawn_at=None)
    since = "deleted_at__lte" if rule.sort == Sort.DELETED else "updated_at__lte"
    return rows.filter(**{since: now - rule.stays})


def of_people(rule: Rule, rules: Iterable[Rule]) -> Q:
    """What is of those for whom `rule` counts: nothing of theirs keeps longer."""
    beside = [other for other in rules if other.sort == rule.sort and other.groups and other is not rule]
    if rule.groups:
        longer = [other for other in beside if longest((other.stays, rule.stays)) == other.stays]
        return owned_in(rule.groups) & ~in_any(longer)
    if rule.sort == Sort.FLAGGED and not any(other.sort == Sort.FLAGGED for other in rules):
        return Q(pk__in=[])
    return ~in_any(beside)


def in_any(rules: Iterable[Rule]) -> Q:
    groups = tuple(group for rule in rules for group in rule.groups)
    return owned_in(groups) if groups else Q(pk__in=[])


def owned_in(groups: Iterable[tuple[int, str]]) -> Q:
    members = User.groups.through.objects.filter(group_id__in=[key for key, _name in groups])
    return Q(owner_id__in=members.values("user_id"))


def of_sort(sort: Sort, rules: Iterable[Rule]) -> Q:
    """What is of that kind and of none before it."""
    if sort == Sort.DELETED:
        return Q(deleted_at__isnull=False)
    if sort == Sort.TEMPORARY:
        return Q(deleted_at=None, temporary=True)
    alive = Q(deleted_at=None, temporary=False)
    flagged = Q()
    for condition in FLAGGED:
        flagged |= condition()
    if sort == Sort.FLAGGED:
        return alive & flagged
    return alive & ~flagged if any(rule.sort == Sort.FLAGGED for rule in rules) else alive


def stays_for(person: User) -> dict[Sort, timedelta | None]:
    """Return how long each kind of what `person` writes is kept, in two queries."""
    policies = all_policies()
    theirs = set(Group.objects.filter(user=person).values_list("pk", flat=True)) if policies else set()
    return {sort: stays_in(theirs, policies, sort) for sort in Sort if is_apart(policies, sort)}


def stays_in(groups: set[int], policies: Sequence[RetentionPolicy], sort: Sort) -> timedelta | None:
    said = [stays_of(one) for one in policies if one.sort == sort and one.group_id in groups]
    return longest(said) if said else rest_of(policies, sort)


def terms_by_rules(person: User, terms: Terms) -> Terms:
    """Return the terms of `person`, whose pages say by them when something goes."""
    stays = stays_for(person)
    trash, temporary = stays[Sort.DELETED], stays[Sort.TEMPORARY]
    assert trash is not None  # noqa: S101 - a constraint keeps it
    assert temporary is not None  # noqa: S101 - as above
    return Terms(trash_days=trash.days, temporary_hours=temporary // timedelta(hours=1))
