"""Which conversations a reader may list and open: the one door to what other people wrote.

A rule gives the people of a group a mode; of several the strictest counts. Who is in no group with a rule has
the mode of everybody, which is open while nobody says otherwise.
"""

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet

from accounts.models import User
from conversations.models import Conversation, Feedback

from .models import AccessGrant, AccessRule, Flag, Mode

PERMISSION = "review.read_conversations"


def conversations_in_scope(reader: User) -> QuerySet[Conversation]:
    """Return all conversations that `reader` may list, search, open and export now.

    Without the permission that is nothing. Ask anew for each page, and for each batch of an export: a grant
    ends while one reads. What its owner deleted is not in it. The conditions are part of the one query that
    the caller makes of it, in any order and with any further filter; nothing is asked row by row. (The rules,
    a few rows, are read before.)
    """
    if not reader.has_perm(PERMISSION):
        return Conversation.objects.none()
    rules = list(AccessRule.objects.all())
    rows = Conversation.objects.filter(deleted_at=None)
    return rows.filter(conditions(reader, rules)) if rules else rows


def conditions(reader: User, rules: list[AccessRule]) -> Q:
    """What of a conversation must be true for `reader`, as `rules` say."""
    allowed = {Mode.OPEN: Q(), Mode.MARKED: marked(), Mode.GRANTED: granted(reader, rules)}
    # What is nowhere the mode is no part of the query.
    found = [with_mode(mode, rules) & allowed[mode] for mode in allowed if is_used(mode, rules)]
    return Q(pk__in=[]) if not found else any_of(found)


def any_of(conditions: Iterable[Q]) -> Q:
    either = Q()
    for condition in conditions:
        either |= condition
    return either


def default_of(rules: Iterable[AccessRule]) -> int:
    return next((rule.mode for rule in rules if rule.group_id is None), Mode.OPEN)


def is_used(mode: int, rules: list[AccessRule]) -> bool:
    return mode == default_of(rules) or any(rule.mode == mode for rule in rules if rule.group_id)


def with_mode(mode: int, rules: list[AccessRule]) -> Q:
    """What is of people whose mode is that one: the strictest of their groups, else that of everybody."""
    said = [rule for rule in rules if rule.group_id]
    stricter = in_groups(rule for rule in said if rule.mode > mode)
    found = in_groups(rule for rule in said if rule.mode == mode) & ~stricter
    if mode == default_of(rules):
        found |= ~in_groups(said)
    return found


def in_groups(rules: Iterable[AccessRule]) -> Q:
    """What is of people in a group of `rules`; the database makes one list of them for all rows."""
    groups = [rule.group_id for rule in rules if rule.group_id is not None]
    members = User.groups.through.objects.filter(group_id__in=groups).values("user_id")
    return Q(owner_id__in=members) if groups else Q(pk__in=[])


def marked() -> Q:
    """What was flagged or sampled, or has a thumb at an answer."""
    rated = Feedback.objects.values("message__conversation_id")
    return Q(pk__in=rated) | Q(pk__in=Flag.objects.values("conversation_id"))


def granted(reader: User, rules: list[AccessRule]) -> Q:
    """What a grant of `reader` opens now; an approved one, where a rule of the owner's asks for that."""
    live = AccessGrant.objects.live().filter(reader=reader)
    by_two = [rule for rule in rules if rule.mode == Mode.GRANTED and rule.by_two]
    whoever = Q(owner_id__in=live.values("owner_id"))
    approved = Q(owner_id__in=live.exclude(approved_by=None).values("owner_id"))
    asks = in_groups(rule for rule in by_two if rule.group_id)
    if any(rule.group_id is None for rule in by_two):
        asks |= ~in_groups(rule for rule in rules if rule.group_id)
    return approved | (whoever & ~asks)


def rules_about(person: User) -> list[AccessRule]:
    """Return the rules of the groups of `person`, else that of everybody, if there is one; in one query."""
    theirs = Group.objects.filter(user=person)
    found = list(AccessRule.objects.filter(Q(group__in=theirs) | Q(group=None)))
    return [rule for rule in found if rule.group_id] or found


def mode_of(person: User) -> Mode:
    """Return the mode in which what `person` writes may be read."""
    return strictest(rules_about(person))


def strictest(rules: Iterable[AccessRule]) -> Mode:
    return Mode(max((rule.mode for rule in rules), default=Mode.OPEN))


def needs_two(person: User) -> bool:
    """Tell whether a grant to read what `person` writes counts only once a second person has approved it."""
    return any(rule.by_two for rule in rules_about(person) if rule.mode == Mode.GRANTED)
