"""Roles: what each may, and that none of them comes with another."""

import pytest
from django.contrib.auth.models import Group, Permission

from accounts.models import User
from accounts.roles import (
    Role,
    administrators,
    give_roles,
    group_of,
    is_administrator,
    prepare_roles,
    roles_of,
)
from tests.factories import PASSWORD, make_conversation, make_user

pytestmark = pytest.mark.django_db
READING = "review.read_conversations"


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


def test_a_reviewer_reads_and_is_no_administrator(ada, bob, client_of):
    talk = make_conversation(ada, "What do otters eat?", "Fish.")
    give_roles(bob, {Role.REVIEWER})

    page = client_of(fresh(bob)).get(f"/review/conversations/{talk.public_id}/")

    assert page.status_code == 200
    assert not is_administrator(fresh(bob))
    assert not fresh(bob).is_staff
    assert roles_of(bob) == {Role.REVIEWER}


def test_an_administrator_looks_after_people_and_reads_nothing(ada, bob, client_of):
    talk = make_conversation(ada, "What do otters eat?", "Fish.")
    give_roles(bob, {Role.ADMINISTRATOR})
    office = client_of(fresh(bob))

    assert office.get("/people/").status_code == 200
    assert office.get("/admin/accounts/user/").status_code == 200
    assert office.get("/admin/conversations/chatmodel/").status_code == 200
    assert office.get("/admin/review/readevent/").status_code == 200
    assert office.get(f"/review/conversations/{talk.public_id}/").status_code == 404


def test_a_superuser_reads_only_when_somebody_lets_them(ada, client_of):
    talk = make_conversation(ada, "What do otters eat?", "Fish.")
    root = make_user("root", is_staff=True, is_superuser=True)
    office = client_of(root)

    assert office.get(f"/review/conversations/{talk.public_id}/").status_code == 404
    give_roles(root, {Role.REVIEWER, Role.ADMINISTRATOR})

    assert office.get(f"/review/conversations/{talk.public_id}/").status_code == 200
    assert fresh(root).is_superuser


@pytest.mark.parametrize("way", ["by name", "by a group"])
def test_reading_can_be_given_by_name_or_by_a_group_and_is_taken_away_with_the_role(way, bob):
    permission = Permission.objects.get(codename="read_conversations")
    if way == "by name":
        bob.user_permissions.add(permission)
    else:
        group = Group.objects.create(name="Safety")
        group.permissions.add(permission)
        bob.groups.add(group)
    assert roles_of(bob) == {Role.REVIEWER}

    give_roles(bob, set())

    assert roles_of(bob) == set()
    assert not fresh(bob).has_perm(READING)


def test_a_closed_superuser_may_nothing(bob):
    give_roles(bob, {Role.REVIEWER})
    User.objects.filter(pk=bob.pk).update(is_superuser=True, is_active=False)

    assert not fresh(bob).has_perm(READING)


def test_taking_the_role_makes_a_superuser_a_member(db):
    root = make_user("root", is_staff=True, is_superuser=True)

    give_roles(root, set())

    assert (fresh(root).is_superuser, fresh(root).is_staff) == (False, False)
    assert not administrators().exists()


def test_staff_without_the_permission_are_no_administrators(bob, client_of):
    User.objects.filter(pk=bob.pk).update(is_staff=True)

    assert not administrators().exists()
    assert client_of(fresh(bob)).get("/people/").status_code == 404


def test_preparing_twice_makes_the_groups_once_and_gives_back_what_they_are_for(db):
    prepare_roles()
    group_of(Role.ADMINISTRATOR).permissions.clear()
    prepare_roles()

    assert sorted(Group.objects.values_list("name", flat=True)) == ["Administrators", "Reviewers"]
    given = set(group_of(Role.ADMINISTRATOR).permissions.values_list("codename", flat=True))
    assert {"change_user", "change_chatmodel", "view_readevent"} <= given
    assert "read_conversations" not in given


# In the administration


def change(office, person: User, **fields: str):
    shown = {"username": person.username, "date_joined_0": "2026-11-01", "date_joined_1": "00:00"}
    return office.post(f"/admin/accounts/user/{person.pk}/change/", {**shown, "theme": "system", **fields})


def test_the_last_administrator_stays_one_in_the_administration_too(client_of):
    root = make_user("root", is_staff=True, is_superuser=True)
    office = client_of(root)

    response = change(office, root, is_active="on")

    assert "only administrator" in response.content.decode()
    assert fresh(root).is_superuser

    make_user("grace", is_staff=True, is_superuser=True)
    assert change(office, root, is_active="on").status_code == 302
    assert not fresh(root).is_superuser


def test_nobody_makes_themselves_a_superuser(bob, client_of):
    make_user("root", is_staff=True, is_superuser=True)
    give_roles(bob, {Role.ADMINISTRATOR})
    groups = {"groups": str(group_of(Role.ADMINISTRATOR).pk)}

    change(client_of(fresh(bob)), bob, is_active="on", is_staff="on", is_superuser="on", **groups)

    assert not fresh(bob).is_superuser
    assert fresh(bob).is_staff


def test_nor_do_they_take_over_the_account_of_one(bob, client_of):
    root = make_user("root", is_staff=True, is_superuser=True)
    give_roles(bob, {Role.ADMINISTRATOR})
    office = client_of(fresh(bob))

    assert change(office, root, is_active="on").status_code == 403
    mine = {"usable_password": "true", "password1": "another pass phrase", "password2": "another pass phrase"}
    assert office.post(f"/admin/accounts/user/{root.pk}/password/", mine).status_code == 403
    assert fresh(root).check_password(PASSWORD)
