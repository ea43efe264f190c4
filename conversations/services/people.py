"""What administrators do about people: find them, change their roles, close and open their accounts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import may_act_on
from accounts.finding import find_people, plain
from accounts.models import User
from accounts.names import look_alike_key
from accounts.on_record import put_on_record, rights_on_record
from accounts.roles import GROUPS, Role, give_roles, is_last_administrator, lock_administrators, roles_of
from conversations.models import Attachment, Conversation, Generation

from .errors import Refusal
from .stopping import stop_answer

PAGE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list."""

    person: User
    is_reviewer: bool
    is_administrator: bool
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of the people of the site, by name; `after` leads to the next one, if there is any."""

    rows: list[Listed]
    after: str


@dataclass(frozen=True, slots=True)
class Belongings:
    """How much would go with a person."""

    conversations: int
    files: int
    links: int


def list_people(*, words: str = "", show: str = "", after: str = "") -> PeoplePage:
    """Return the people whose names or address hold `words`, after the name `after`, in two queries.

    `show` narrows it to administrators, reviewers, or those whose account is closed or about to be deleted.
    """
    newest = Conversation.objects.filter(owner=OuterRef("pk")).newest_first().values("updated_at")[:1]
    rows = find_people(words).annotate(wrote_at=Subquery(newest))
    narrowing = {
        "administrators": Q(is_admin=True),
        "reviewers": Q(is_reviewer=True),
        "closed": Q(is_active=False),
        "leaving": Q(leaves_at__isnull=False),
    }
    rows = rows.filter(narrowing.get(show, Q()))
    if after := plain(after):
        rows = rows.filter(username_key__gt=look_alike_key(after))
    teams = Prefetch("groups", Group.objects.exclude(name__in=GROUPS.values()), to_attr="teams")
    found = list(rows.prefetch_related(teams)[: PAGE + 1])
    shown = [listed(person) for person in found[:PAGE]]
    return PeoplePage(shown, after=found[PAGE - 1].username if len(found) > PAGE else "")


def listed(person: User) -> Listed:
    facts = vars(person)
    moments = [moment for moment in (person.last_login, facts["wrote_at"]) if moment]
    return Listed(person, facts["is_reviewer"], facts["is_admin"], max(moments, default=None))


def belongings_of(person: User) -> Belongings:
    """Return how much would go with `person`, in three queries."""
    conversations = Conversation.objects.filter(owner=person)
    return Belongings(
        conversations=conversations.count(),
        files=Attachment.objects.kept_for(person).count(),
        links=conversations.filter(shares__isnull=False, shares__revoked_at=None).distinct().count(),
    )


def change_roles(person: User, *, by: User, roles: Collection[Role]) -> None:
    """Let `person` have `roles` and no other, on record; raise Refusal for the last administrator."""
    with transaction.atomic():
        person = lock(person)
        refuse_above(person, by)
        if roles_of(person) == set(roles):
            return
        if Role.ADMINISTRATOR not in roles:
            refuse_last(person)
        with rights_on_record(User.objects.filter(pk=person.pk), by=by):
            give_roles(person, roles)


def close_account(person: User, *, by: User) -> None:
    """Sign `person` out everywhere, stop their answers and let them in no more; what they wrote stays."""
    with transaction.atomic():
        person = lock(person)
        refuse_oneself(person, by)
        refuse_above(person, by)
        if not person.is_active:
            return
        refuse_last(person)
        person.is_active = False
        person.save(update_fields=["is_active"])
        put_on_record(person, by=by, what="Account closed")
    shut_out(person)


def open_account(person: User, *, by: User) -> None:
    """Let `person` in again, with all that they had; a deletion that was about to come is taken back."""
    with transaction.atomic():
        person = lock(person)
        refuse_above(person, by)
        if person.is_active and person.leaves_at is None:
            return
        if person.leaves_at is not None and person.leaves_at <= timezone.now():
            raise Refusal(_("The day has come: this account is being deleted."))
        person.is_active, person.leaves_at = True, None
        person.save(update_fields=["is_active", "leaves_at"])
        put_on_record(person, by=by, what="Account opened")


def shut_out(person: User) -> None:
    """End the sessions of `person` and stop what is being written for them."""
    for session in UserSession.objects.filter(user=person):
        session.end()
    for generation in Generation.objects.active().filter(conversation__owner=person):
        stop_answer(generation)


def lock(person: User) -> User:
    """Return `person` afresh, with the administrators locked; raise Refusal for who has gone."""
    fresh = lock_administrators(person)
    if fresh is None or fresh.forgotten_at is not None:
        raise Refusal(_("This account is not there any more."))
    return fresh


def refuse_last(person: User) -> None:
    if is_last_administrator(person):
        raise Refusal(_("%s is the only administrator. Make somebody else one first.") % person.username)


def refuse_oneself(person: User, by: User) -> None:
    if person.pk == by.pk:
        raise Refusal(_("This is you. Ask another administrator, or delete your account from its own page."))


def refuse_above(person: User, by: User) -> None:
    if not may_act_on(by, person):
        raise Refusal(_("Only a superuser may change the account of a superuser."))
