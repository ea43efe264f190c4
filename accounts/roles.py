"""Roles: groups of Django's own, with the permissions that they are for. A member has none of them.

Reading other people's conversations and looking after people are apart: either can be had without the other.
"""

from collections.abc import Collection

from django.contrib.auth.models import Group, Permission
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from .models import User


class Role(models.TextChoices):
    REVIEWER = "reviewer", _("Reviewer")
    ADMINISTRATOR = "administrator", _("Administrator")


GROUPS = {Role.REVIEWER: "Reviewers", Role.ADMINISTRATOR: "Administrators"}
NAMED = ("permission__content_type__app_label", "permission__codename")
READING = "review.read_conversations"
LOOKING_AFTER = "accounts.change_user"
# An administrator decides whose words may be read how, and sees the record of it;
OF_READING = (
    *("view_readevent", "view_modechange", "view_accessgrant", "approve_access"),
    *("view_accessrule", "add_accessrule", "change_accessrule", "delete_accessrule"),
    # and how long they are kept. Holds are placed by whoever that was given to, by name.
    *("view_retentionpolicy", "add_retentionpolicy", "change_retentionpolicy", "delete_retentionpolicy"),
    *("view_retentionchange", "view_hold", "view_purgereceipt"),
    # and defines by what reviewers judge.
    *(f"{verb}_{what}" for what in ("label", "score", "step") for verb in ("view", "add", "change")),
    "delete_step",
)
# and may whatever can be done in the administration of these: it shows facts and no words.
ADMINISTERED = ("accounts", "account", "auth", "conversations", "mfa", "usersessions")


def permissions_of(role: Role) -> QuerySet[Permission]:
    if role == Role.REVIEWER:
        return named(READING)
    modes = Q(content_type__app_label="review", codename__in=OF_READING)
    return Permission.objects.filter(Q(content_type__app_label__in=ADMINISTERED) | modes)


def named(perm: str) -> QuerySet[Permission]:
    app, _dot, codename = perm.partition(".")
    return Permission.objects.filter(content_type__app_label=app, codename=codename)


def prepare_roles() -> None:
    """Make the groups of the roles, or give them what a new version of the site has permissions for."""
    for role in Role:
        group_of(role).permissions.add(*permissions_of(role))


def group_of(role: Role) -> Group:
    """Return the group of `role`, made and given its permissions when it is not there."""
    group, made = Group.objects.get_or_create(name=GROUPS[role])
    if made:
        group.permissions.add(*permissions_of(role))
    return group


def is_administrator(person: User) -> bool:
    """Tell whether `person` looks after people."""
    return person.is_staff and person.has_perm(LOOKING_AFTER)


def administrators() -> QuerySet[User]:
    """Return everybody who could look after people now."""
    may = Q(is_superuser=True) | Q(given(LOOKING_AFTER))
    return User.objects.filter(may, is_active=True, is_staff=True, leaves_at=None)


THEIRS = Q(user=OuterRef("pk")) | Q(group__user=OuterRef("pk"))


def given(perm: str) -> Exists:
    """A condition on people: that somebody gave `perm` to them or to a group of theirs."""
    return Exists(named(perm).filter(THEIRS))


def given_any() -> Exists:
    """A condition on people: that somebody gave a permission to them or to a group of theirs."""
    return Exists(Permission.objects.filter(THEIRS))


def lock_administrators(person: User | None = None) -> User | None:
    """Return `person` afresh, and let whoever else takes rights from somebody wait for this transaction.

    Else two administrators could remove each other in one moment, and leave none.
    """
    locked = Q(is_staff=True) if person is None else Q(is_staff=True) | Q(pk=person.pk)
    rows = {one.pk: one for one in User.objects.select_for_update().filter(locked).order_by("pk")}
    return rows.get(person.pk) if person is not None else None


def is_last_administrator(person: User) -> bool:
    """Tell whether nobody could look after people without `person`."""
    return set(administrators().values_list("pk", flat=True)) == {person.pk}


def all_depend_on(group: Group) -> bool:
    """Tell whether nobody could look after people if `group` did not let them."""
    others = Group.objects.exclude(pk=group.pk).filter(permissions__in=named(LOOKING_AFTER))
    may = Q(is_superuser=True) | Q(user_permissions__in=named(LOOKING_AFTER)) | Q(groups__in=others)
    return administrators().exists() and not administrators().filter(may).exists()


def with_roles(people: QuerySet[User]) -> QuerySet[User]:
    """Return `people`, each with `is_reviewer`, `is_admin` and `has_rights`."""
    admin = Q(is_staff=True) & (Q(is_superuser=True) | Q(given(LOOKING_AFTER)))
    return people.annotate(
        is_reviewer=given(READING),
        is_admin=models.ExpressionWrapper(admin, models.BooleanField()),
        has_rights=given_any(),
    )


def roles_of(person: User) -> set[Role]:
    """Return the roles of `person`, open account or not."""
    found = with_roles(User.objects.filter(pk=person.pk)).get()
    is_it = {Role.REVIEWER: found.is_reviewer, Role.ADMINISTRATOR: found.is_admin}  # type: ignore[attr-defined]
    return {role for role in Role if is_it[role]}


def has_rights(person: User) -> bool:
    """Tell whether `person` was given any permission; of `with_roles` it is known already."""
    known = getattr(person, "has_rights", None)
    return User.objects.filter(given_any(), pk=person.pk).exists() if known is None else bool(known)


def single_rights(people: Collection[int]) -> dict[int, list[str]]:
    """Return what `people` were given beside the roles, as "review.approve_access", by their keys."""
    others = Group.permissions.through.objects.exclude(group__name__in=GROUPS.values())
    by_group = others.filter(group__user__in=people).values_list("group__user", *NAMED)
    alone = User.user_permissions.through.objects.filter(user__in=people).values_list("user", *NAMED)
    found: dict[int, set[str]] = {}
    for pk, app, codename in (*by_group, *alone):
        found.setdefault(pk, set()).add(f"{app}.{codename}")
    return {pk: sorted(rights - {READING, LOOKING_AFTER}) for pk, rights in found.items()}


def give_roles(person: User, roles: Collection[Role]) -> None:
    """Let `person` have `roles` and no other; whoever asks has made sure that they may."""
    had = roles_of(person)
    for role in Role:
        if role in roles:
            person.groups.add(group_of(role))
        else:
            take_away(person, role)
    if Role.ADMINISTRATOR in roles:
        person.is_staff = True
    elif Role.ADMINISTRATOR in had:
        person.is_staff = person.is_superuser = False
    person.save(update_fields=["is_staff", "is_superuser"])


def take_away(person: User, role: Role) -> None:
    """Take the group of `role` from `person`, and its permission by whatever group or name they had it."""
    perm = READING if role == Role.REVIEWER else LOOKING_AFTER
    person.user_permissions.remove(*named(perm))
    person.groups.remove(*person.groups.filter(Q(name=GROUPS[role]) | Q(permissions__in=named(perm))))
