"""One rule of who acts on whom: nobody climbs, and nobody reads or decides in somebody else's name."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.http import Http404

from accounts.access import get_person, may_act_as, may_act_on
from accounts.models import User
from accounts.roles import Role, give_roles, with_roles
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NAMES = ("member", "clerk", "reviewer", "admin", "root")


@pytest.fixture
def people() -> dict[str, User]:
    for name in NAMES:
        make_user(name, is_staff=name in {"clerk", "root"}, is_superuser=name == "root")
    give_roles(User.objects.get(username="reviewer"), [Role.REVIEWER])
    give_roles(User.objects.get(username="admin"), [Role.ADMINISTRATOR])
    return {person.username: person for person in User.objects.all()}


def test_superusers_act_on_everybody_and_others_on_all_but_them(people):
    assert [may_act_on(people["admin"], people[name]) for name in NAMES] == [True, True, True, True, False]
    assert all(may_act_on(people["root"], people[name]) for name in NAMES)


def test_nobody_but_a_superuser_acts_as_somebody_who_reads_or_administers(people):
    other = make_user("other")
    give_roles(other, [Role.ADMINISTRATOR, Role.REVIEWER])

    for administrator in (people["admin"], User.objects.get(pk=other.pk)):
        assert [may_act_as(administrator, people[name]) for name in NAMES if name != "admin"] == [
            True,
            False,
            False,
            False,
        ]
    assert may_act_as(people["admin"], people["admin"])
    assert not may_act_as(people["admin"], other)
    assert all(may_act_as(people["root"], people[name]) for name in NAMES)


@pytest.mark.parametrize("by_group", [False, True])
def test_nor_as_somebody_with_a_single_right(by_group, people):
    approving, member = Permission.objects.get(codename="approve_access"), people["member"]
    if by_group:
        group = Group.objects.create(name="Board")
        group.permissions.add(approving)
        member.groups.add(group)
    else:
        member.user_permissions.add(approving)

    assert not may_act_as(people["admin"], member)
    assert not may_act_as(people["admin"], with_roles(User.objects.filter(pk=member.pk)).get())
    assert may_act_as(people["root"], member)


def test_a_superuser_who_is_no_staff_is_one_all_the_same(people):
    User.objects.filter(username="root").update(is_staff=False)

    assert not may_act_as(people["admin"], User.objects.get(username="root"))


@pytest.mark.parametrize("how", [{"waits_for": "approval"}, {"forgotten_at": "2026-01-01T00:00Z"}])
def test_who_is_not_in_or_gone_is_not_found(how, people):
    User.objects.filter(username="member").update(**how)

    with pytest.raises(Http404):
        get_person(people["admin"], people["member"].pk)


def test_a_person_is_found_for_administrators_alone(people):
    assert get_person(people["admin"], people["member"].pk) == people["member"]
    for name in ("member", "clerk", "reviewer"):
        with pytest.raises(Http404):
            get_person(people[name], people["member"].pk)


@pytest.mark.parametrize("name", ["reviewer", "root", "clerk"])
def test_in_the_administration_nobodys_second_step_or_password_is_changed_who_is_above(
    name, people, client_of
):
    other = people[name]
    key = Authenticator.objects.create(user=other, type="totp", data={})
    office = client_of(people["admin"])
    typed = {"password1": "a new pass phrase", "password2": "a new pass phrase", "usable_password": "true"}

    answers = [
        office.post(f"/admin/mfa/authenticator/{key.pk}/delete/", {"post": "yes"}),
        office.post(f"/admin/accounts/user/{other.pk}/password/", typed),
        office.post(f"/admin/accounts/user/{other.pk}/change/", {"username": "m", "email": "m@evil.example"}),
    ]

    assert [answer.status_code for answer in answers[:2]] == [403, 403]
    after = User.objects.get(pk=other.pk)
    assert (after.username, after.email, after.password) == (other.username, other.email, other.password)
    assert Authenticator.objects.exists()


def test_the_groups_of_a_reviewer_are_an_administrators_matter(people, client_of):
    from django.contrib.auth.models import Group

    team = Group.objects.create(name="Team")
    reviewer = people["reviewer"]
    page = f"/admin/accounts/user/{reviewer.pk}/change/"
    groups = [team.pk, *reviewer.groups.values_list("pk", flat=True)]
    fields = {"username": "mine", "theme": "system", "is_active": "on", "groups": groups}

    assert client_of(people["admin"]).post(page, fields).status_code == 302

    reviewer.refresh_from_db()
    assert reviewer.groups.filter(pk=team.pk).exists()
    assert reviewer.username == "reviewer"
