"""However somebody comes to read or to administer, or loses it: it is on record for them."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts import first_admin
from accounts.claims import take_groups
from accounts.invitations import accept, invite
from accounts.models import User
from accounts.on_record import record_of
from accounts.roles import Role, administrators, give_roles, group_of, prepare_roles
from conversations.management.preparing import prepare_groups
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

RULING = ("approve_access", "change_accessrule")


@pytest.fixture
def root() -> User:
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def office(root, client_of) -> Client:
    return client_of(root)


@pytest.fixture
def safety() -> Group:
    return Group.objects.create(name="Safety")


def reading() -> Permission:
    return Permission.objects.get(codename="read_conversations")


def told(person: User) -> list[tuple[str, str]]:
    """Who did what, the oldest first; what Django's own forms say of themselves is left out."""
    entries = [(entry.user.username, entry.get_change_message()) for entry in record_of(person)]
    return [entry for entry in reversed(entries) if entry[1].startswith("Roles: ")]


def change_person(office: Client, person: User, **fields: object):
    shown = {"username": person.username, "theme": "system", "is_active": "on"}
    return office.post(f"/admin/accounts/user/{person.pk}/change/", {**shown, **fields})


def change_group(office: Client, group: Group, *permissions: Permission):
    fields = {"name": group.name, "permissions": [permission.pk for permission in permissions]}
    return office.post(f"/admin/auth/group/{group.pk}/change/", fields)


def test_a_group_that_comes_to_read_says_so_of_each_of_its_people(ada, bob, office, safety):
    ada.groups.add(safety)

    change_group(office, safety, reading())
    change_group(office, safety, reading())
    change_group(office, safety)

    assert told(ada) == [
        ("root", "Roles: reviewer (before: member), by the group Safety"),
        ("root", "Roles: member (before: reviewer), by the group Safety"),
    ]
    assert told(bob) == []


def test_who_read_already_is_not_told_of_again(ada, office, safety):
    give_roles(ada, [Role.REVIEWER])
    ada.groups.add(safety)

    change_group(office, safety, reading())

    assert told(ada) == []


def test_a_group_that_lets_its_people_read_is_not_deleted_unseen(ada, office, safety):
    safety.permissions.add(reading())
    page = f"/admin/auth/group/{safety.pk}/delete/"
    many = {"action": "delete_selected", "_selected_action": [safety.pk], "post": "yes"}

    assert office.post(page, {"post": "yes"}).status_code == 403
    office.post("/admin/auth/group/", many)
    assert Group.objects.filter(pk=safety.pk).exists()

    safety.permissions.clear()
    assert office.post(page, {"post": "yes"}).status_code == 302


def test_a_group_is_saved_for_many_in_as_many_queries(office, safety, django_assert_max_num_queries):
    for number in range(20):
        make_user(f"user{number}").groups.add(safety)

    with django_assert_max_num_queries(40):
        change_group(office, safety, reading())

    assert LogEntry.objects.filter(change_message__startswith="Roles: reviewer").count() == 20


def test_a_person_is_put_into_a_group_given_a_permission_or_the_administration(ada, office, safety):
    safety.permissions.add(reading())

    change_person(office, ada, groups=[safety.pk])
    change_person(office, ada, user_permissions=[reading().pk])
    change_person(office, ada, is_staff="on")
    change_person(office, ada, is_staff="on", is_superuser="on")
    change_person(office, ada, first_name="Ada")

    assert [message for _name, message in told(ada)] == [
        "Roles: reviewer (before: member), in the administration",
        "Roles: may open the administration (before: reviewer), in the administration",
        "Roles: administrator, superuser (before: may open the administration), in the administration",
        "Roles: member (before: administrator, superuser), in the administration",
    ]


def test_a_right_that_no_role_brings_is_on_record_by_its_name(ada, office, safety):
    approving, ruling = (Permission.objects.get(codename=name) for name in RULING)
    safety.permissions.add(ruling)

    change_person(office, ada, user_permissions=[approving.pk])
    change_person(office, ada, user_permissions=[approving.pk], groups=[safety.pk])
    change_person(office, ada, groups=[group_of(Role.REVIEWER).pk])
    change_group(office, safety, ruling, approving)

    one, both = "review.approve_access", "review.approve_access, review.change_accessrule"
    assert [message for _name, message in told(ada)] == [
        f"Roles: {one} (before: member), in the administration",
        f"Roles: {both} (before: {one}), in the administration",
        f"Roles: reviewer (before: {both}), in the administration",
    ]


def test_a_right_of_administrators_that_another_group_brings_is_on_record_too(ada, office, safety):
    group_of(Role.ADMINISTRATOR)
    safety.permissions.add(Permission.objects.get(codename="change_accessrule"))

    change_person(office, ada, groups=[safety.pk])

    sentence = "Roles: review.change_accessrule (before: member), in the administration"
    assert told(ada) == [("root", sentence)]


def test_a_password_that_a_command_changes_is_on_record(ada, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: "a-new-and-long-one")

    call_command("changepassword", "ada", stdout=StringIO())

    ada.refresh_from_db()
    assert ada.check_password("a-new-and-long-one")
    assert [(one.user, one.get_change_message()) for one in record_of(ada)] == [
        (ada, "New password, by a command.")
    ]


def test_who_comes_by_an_invitation_with_a_role_has_it_from_whoever_made_it(root, safety):
    safety.permissions.add(reading())
    for name, gives in (("eve", {"groups": [safety]}), ("mal", {"is_staff": True}), ("zoe", {})):
        accept(invite(root, days=1, **gives)[0], username=name, password=PASSWORD)

    assert told(User.objects.get(username="eve")) == [
        ("root", "Roles: reviewer (before: member), by an invitation")
    ]
    assert told(User.objects.get(username="mal")) == [
        ("root", "Roles: may open the administration (before: member), by an invitation")
    ]
    assert told(User.objects.get(username="zoe")) == []


def test_what_the_provider_claims_is_on_record_as_it_comes_and_goes(ada, settings, safety):
    settings.OIDC_GROUPS = {"staff": "Safety", "pupils": "Year 9"}
    settings.OIDC_NAME = "the school"
    safety.permissions.add(reading())

    for names in (["staff"], ["staff", "pupils"], []):
        take_groups(ada, names)

    assert told(ada) == [
        ("ada", "Roles: reviewer (before: member), by the school"),
        ("ada", "Roles: member (before: reviewer), by the school"),
    ]


def test_the_first_administrator_and_what_commands_make_are_on_record(monkeypatch):
    token = first_admin.setup_path().split("/")[2]
    first = first_admin.make_first_admin(token, username="first", password=PASSWORD)
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, username="second", email="second@example.org")
    call_command("reset_link", "second")

    sentence = "Roles: administrator, superuser (before: member), as the first administrator"
    assert told(first) == [("first", sentence)]
    second = User.objects.get(username="second")
    assert [entry.get_change_message() for entry in record_of(second)] == [
        "Link for a new password, by a command.",
        "Roles: administrator, superuser (before: member), by a command",
    ]


def test_what_a_new_version_gives_to_the_groups_of_the_roles_is_on_record(ada):
    ada.groups.add(Group.objects.create(name="Reviewers"))

    prepare_groups()
    prepare_groups()

    assert told(ada) == [("ada", "Roles: reviewer (before: member), when the site was prepared")]


# The last administrator


def test_the_last_administrator_is_given_a_group_and_may_cease_to_be_a_superuser(root, office, safety):
    change_person(office, root, is_staff="on", is_superuser="on", groups=[safety.pk])
    assert list(root.groups.all()) == [safety]

    change_person(office, root, is_staff="on", groups=[group_of(Role.ADMINISTRATOR).pk])
    assert list(administrators()) == [root]
    assert not administrators().get().is_superuser


@pytest.mark.parametrize("fields", [{}, {"is_staff": "on"}, {"is_superuser": "on"}])
def test_but_loses_nothing_that_makes_them_one(fields, root, office):
    response = change_person(office, root, **fields)

    assert response.status_code == 200
    assert "only administrator" in response.content.decode()
    assert list(administrators()) == [root]


def test_nor_by_the_group_that_all_of_them_are_in(ada, bob, client_of, root):
    for person in (ada, bob):
        give_roles(person, [Role.ADMINISTRATOR])
    group = group_of(Role.ADMINISTRATOR)
    User.objects.filter(pk=root.pk).update(is_active=False)
    office = client_of(User.objects.get(pk=ada.pk))

    response = change_group(office, group)

    assert "nobody would look after people" in response.content.decode()
    assert administrators().count() == 2
    User.objects.filter(pk=root.pk).update(is_active=True)
    assert change_group(client_of(root), group).status_code == 302
    assert list(administrators()) == [root]
    assert told(ada) == [
        ("root", "Roles: may open the administration (before: administrator), by the group Administrators")
    ]


@pytest.mark.django_db(transaction=True)
def test_two_who_demote_each_other_in_the_administration_at_once_leave_one(client_of):
    prepare_roles()
    pair = [make_user(name, is_staff=True, is_superuser=True) for name in ("root", "grace")]
    offices = [client_of(person) for person in pair]
    start = Barrier(2)

    def demote(office: Client, other: User) -> None:
        try:
            start.wait(5)
            change_person(office, other)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(demote, offices, reversed(pair)))

    assert administrators().count() == 1
