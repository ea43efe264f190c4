"""What is on record about a person: what others did about them, and how they came to what they may.

It stands in the history of the administration under the person alone, and names nobody else: when they are
gone for good, nothing there tells who they were.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from .models import User
from .roles import single_rights, with_roles

AT_ONCE = 500
# The apps whose rows are called by a person's name or address.
OF_PEOPLE = ("account", "socialaccount")


def put_on_record(person: User, *, by: User, what: str) -> None:
    """Keep that `by` did `what` about `person`."""
    entry_about(person, by=by, what=what).save()


def put_refusal_on_record(person: User, *, by: User) -> None:
    """Keep that `by` did not let `person` in, whose account goes now: so without the name."""
    entry = entry_about(person, by=by, what="Not let in.")
    entry.action_flag, entry.object_repr = DELETION, f"user {person.pk}"
    entry.save()


def record_of(person: User) -> QuerySet[LogEntry]:
    """Return what is on record about `person`, the latest first."""
    return entries_about(person).select_related("user").order_by("-action_time", "-pk")


@contextmanager
def rights_on_record(people: QuerySet[User], *, by: User | None = None, how: str = "") -> Iterator[None]:
    """Put on record which of `people`, as they are now, come to or lose rights within, and `how`.

    Whatever lets somebody read what others wrote, or into the administration, goes through here. Where nobody
    decided, as with a command or the organisation's own sign-in, `by` is left out: it is said of themselves.
    """
    before = rights_of(people)
    yield
    put_rights_on_record(before, by=by, how=how)


def put_rights_on_record(before: Mapping[int, str], *, by: User | None = None, how: str = "") -> None:
    """Put on record what they may now whose rights were `before`, by their keys, where that has changed."""
    keys = list(before)
    for start in range(0, len(keys), AT_ONCE):
        after = rights_of(User.objects.filter(pk__in=keys[start : start + AT_ONCE]))
        changed = User.objects.in_bulk([pk for pk in after if after[pk] != before[pk]])
        LogEntry.objects.bulk_create(
            entry_about(person, by=by or person, what=told(before[pk], after[pk], how))
            for pk, person in changed.items()
        )


def forget_names(person: User, *, names: Iterable[str]) -> None:
    """Let what is on record about `person` say what they are called now, and no entry any of `names`."""
    is_now = str(person)[:200]
    entries_about(person).update(object_repr=is_now)
    # As rows of people were called here once. Others may end so: a group, a model, "Grant 12".
    for name in names:
        theirs = Q(content_type__app_label__in=OF_PEOPLE, object_repr__in=(name, f"confirmation for {name}"))
        theirs |= Q(content_type__model="policy", object_repr=f"Policy of {name}")
        LogEntry.objects.filter(theirs).update(object_repr=is_now)


def rights_of(people: QuerySet[User]) -> dict[int, str]:
    """Return in words what each of `people` may, by their keys: "member", "reviewer, administrator"."""
    known = list(with_roles(people))
    single = single_rights([person.pk for person in known])
    return {person.pk: in_words(person, single.get(person.pk, [])) for person in known}


def in_words(person: User, single: Sequence[str]) -> str:
    known = vars(person)  # by `with_roles`
    rights = {
        "reviewer": known["is_reviewer"],
        "administrator": known["is_admin"],
        "may open the administration": person.is_staff and not known["is_admin"],
        "superuser": person.is_superuser,
    }
    return ", ".join([*(name for name, is_theirs in rights.items() if is_theirs), *single]) or "member"


def told(before: str, after: str, how: str) -> str:
    return f"Roles: {after} (before: {before})" + (f", {how}" if how else "")


def entries_about(person: User) -> QuerySet[LogEntry]:
    kind = ContentType.objects.get_for_model(User)
    return LogEntry.objects.filter(content_type=kind, object_id=str(person.pk))


def entry_about(person: User, *, by: User, what: str) -> LogEntry:
    return LogEntry(
        user=by,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(person.pk),
        object_repr=str(person)[:200],
        action_flag=CHANGE,
        change_message=what,
    )
