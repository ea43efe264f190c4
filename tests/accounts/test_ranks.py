"""Who looks after people opens no account of those above them, and nobody is sent in circles."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts.invitations import invite, open_invitation
from accounts.models import User, Wait
from accounts.roles import Role, give_roles, prepare_roles
from accounts.signing_up import go_on
from tests.factories import make_user


@pytest.fixture
def root(db) -> User:
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def admin(db) -> User:
    admin = make_user("admin")
    give_roles(admin, [Role.ADMINISTRATOR])
    return User.objects.get(pk=admin.pk)


def test_an_administrator_writes_no_address_for_anybody(client_of, admin, root):
    data = {"user": root.pk, "email": "evil@example.org", "verified": "on", "primary": "on"}

    assert client_of(admin).post("/admin/account/emailaddress/add/", data).status_code == 403
    assert not EmailAddress.objects.exists()


def test_an_administrator_takes_no_second_step_from_a_superuser(client_of, admin, root, ada):
    keys = [Authenticator.objects.create(user=user, type="totp", data={}) for user in (root, ada)]
    answers = [
        client_of(admin).post(f"/admin/mfa/authenticator/{key.pk}/delete/", {"post": "yes"}).status_code
        for key in keys
    ]
    chosen = {"action": "delete_selected", "_selected_action": [keys[0].pk], "post": "yes"}
    client_of(admin).post("/admin/mfa/authenticator/", chosen)

    assert answers == [403, 302]
    assert list(Authenticator.objects.all()) == [keys[0]]


def test_the_group_of_administrators_can_be_saved(client_of, root):
    prepare_roles()
    group = Group.objects.get(name="Administrators")
    data = {"name": group.name, "permissions": list(group.permissions.values_list("pk", flat=True))}

    assert client_of(root).post(f"/admin/auth/group/{group.pk}/change/", data).status_code == 302


def test_an_invitation_ends_with_the_rights_of_whoever_made_it(db, admin):
    _invitation, path = invite(admin, days=3)
    token = path.rstrip("/").rpartition("/")[2]
    assert open_invitation(token) is not None

    give_roles(admin, [])

    assert open_invitation(token) is None


def test_what_an_administrator_decided_meanwhile_stays(db):
    stale = make_user("waits", is_active=False, waits_for=Wait.MAIL)
    User.objects.filter(pk=stale.pk).update(is_active=True, waits_for=Wait.NOTHING)

    go_on(stale)

    stale.refresh_from_db()
    assert (stale.is_active, stale.waits_for) == (True, Wait.NOTHING)


def test_a_press_that_says_neither_decides_nothing(client_of, admin):
    waits = make_user("waits", is_active=False, waits_for=Wait.APPROVAL)

    client_of(admin).post(reverse("accounts:decide", args=[waits.pk]))

    assert User.objects.filter(pk=waits.pk, waits_for=Wait.APPROVAL).exists()


def test_who_gives_up_looking_after_people_is_led_to_their_own_page(client_of, admin, root):
    answer = client_of(admin).post(reverse("conversations:change_roles", args=[admin.pk]), follow=True)

    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == reverse("accounts:account")


def test_who_leaves_without_a_second_step_can_still_stay(settings, client_of, ada):
    settings.REQUIRE_SECOND_FACTOR = "all"
    User.objects.filter(pk=ada.pk).update(leaves_at=timezone.now() + timedelta(days=3))
    browser = client_of(ada)

    assert browser.get(reverse("conversations:leaving")).status_code == 200
    browser.post(reverse("conversations:take_back"))

    assert User.objects.filter(pk=ada.pk, leaves_at=None).exists()
    assert browser.get("/").url == reverse("mfa_index")


@pytest.mark.parametrize("how", [{"waits_for": Wait.APPROVAL}, {"leaves_at": timezone.now()}])
def test_who_waits_or_leaves_is_not_opened_in_passing(client_of, root, how):
    person = make_user("ada", is_active=False, **how)
    data = {"username": "ada", "theme": "system", "is_active": "on"}

    assert client_of(root).post(f"/admin/accounts/user/{person.pk}/change/", data).status_code == 302

    assert not User.objects.get(pk=person.pk).is_active


def test_an_administrator_does_not_read_in_the_name_of_a_reviewer(client_of, admin, ada, bob):
    give_roles(ada, [Role.REVIEWER])
    links = [
        client_of(admin).post(reverse("accounts:make_reset_link", args=[person.pk])) for person in (ada, bob)
    ]
    typed = {"password1": "a new pass phrase", "password2": "a new pass phrase"}
    page = client_of(admin).post(f"/admin/accounts/user/{ada.pk}/password/", typed)

    assert [b"/accounts/password/reset/key/" in link.content for link in links] == [False, True]
    assert page.status_code == 403
    assert not User.objects.get(pk=ada.pk).check_password("a new pass phrase")
