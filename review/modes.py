"""Changing a mode of access: on record, and told to the people whom it is about until they have seen it."""

from time import monotonic
from urllib.parse import parse_qs

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from conversations.models import Conversation

from .access import mode_of
from .models import AccessGrant, AccessRule, Flag, Mode, ModeChange, ModeSeen, SavedFilter


def keep_rule(rule: AccessRule, *, by: User) -> None:
    """Save `rule`, which is new or changed, on record."""
    with transaction.atomic():
        before = AccessRule.objects.filter(pk=rule.pk).values_list("mode", flat=True).first()
        rule.save()
        put_on_record(rule, before=before, after=rule.mode, by=by)
    news.forget()


def drop_rule(rule: AccessRule, *, by: User) -> None:
    """Say nothing any more of those whom `rule` was about, on record."""
    with transaction.atomic():
        put_on_record(rule, before=rule.mode, after=None, by=by)
        rule.delete()
    news.forget()


def put_on_record(rule: AccessRule, *, before: int | None, after: int | None, by: User) -> None:
    if before != after:
        name = rule.group.name if rule.group else ""
        ModeChange.objects.create(group_name=name, before=before, after=after, by=by)


def mode_told(person: User) -> Mode:
    """Return the mode that `person` was last told of; until then it is open, as it is without a rule."""
    return Mode(ModeSeen.objects.filter(person=person).values_list("mode", flat=True).first() or Mode.OPEN)


def tell(person: User, mode: Mode) -> None:
    """Keep that `person` has seen that `mode` is theirs."""
    ModeSeen.objects.update_or_create(person=person, defaults={"mode": mode})


class News:
    """What every page asks: whether somebody's mode is another than they know; without rules, nothing."""

    fresh_s = 5.0

    def __init__(self) -> None:
        self._until = 0.0
        self._possible = False

    def is_there(self, person: User) -> bool:
        if monotonic() >= self._until:
            told_of_one = ModeSeen.objects.exclude(mode=Mode.OPEN).values("pk")
            self._possible = bool(AccessRule.objects.values("pk").union(told_of_one)[:1])
            self._until = monotonic() + self.fresh_s
        return self._possible and mode_of(person) != mode_told(person)

    def forget(self) -> None:
        self._until = 0.0


news = News()


def ask_for_review(conversation: Conversation) -> None:
    """Flag `conversation` for its owner: so reviewers may read it where they read what is flagged alone."""
    Flag.objects.get_or_create(conversation=conversation, why=Flag.Why.ASKED)


def is_asked(conversation: Conversation) -> bool:
    """Tell whether its owner asked for a review of `conversation`."""
    return Flag.objects.filter(conversation=conversation, why=Flag.Why.ASKED).exists()


def take_back_review(conversation: Conversation) -> None:
    """Take the flag of its owner from `conversation`, if it has one."""
    Flag.objects.filter(conversation=conversation, why=Flag.Why.ASKED).delete()


def forget(person: User) -> None:
    """End the grants of and about `person`, and leave no word in them; what they were told of goes too."""
    theirs = AccessGrant.objects.filter(Q(reader=person) | Q(owner=person))
    theirs.update(reason="…", ended_at=Coalesce("ended_at", timezone.now()))
    ModeSeen.objects.filter(person=person).delete()
    named = SavedFilter.objects.filter(query__contains="person=").only("query")
    about = [saved.pk for saved in named if person.username in parse_qs(saved.query).get("person", ())]
    SavedFilter.objects.filter(Q(owner=person) | Q(pk__in=about)).delete()
